"""Socket activation: ports that the test, as a service manager, has opened for the hub."""
import os
import socket
import tempfile
import unittest

from hub import Hub, record
from service import activated, listening, port_of


class Inherited(unittest.TestCase):
    def socket(self, *how, **more):
        out = listening(*how, **more)
        self.addCleanup(out.close)
        return out

    def check_flow(self, hub, publish, subscribe):
        self.assertEqual((hub.publish_port, hub.subscribe_port),
                         (port_of(publish), port_of(subscribe)))
        with hub.subscribe("app=a") as stream, hub.publish("a") as publisher:
            publisher.send(record("one"))
            self.assertTrue(stream.read_line().endswith(b": one\n"))

    def test_by_name_whatever_the_flags_say(self):
        publish, subscribe, events = (self.socket() for _ in range(3))
        with activated([subscribe, events, publish], names="subscribe:events:publish") as hub:
            self.assertEqual(hub.events_port, port_of(events))
            self.check_flow(hub, publish, subscribe)
            for fd in (3, 4, 5):
                flags = open(f"/proc/{hub.process.pid}/fdinfo/{fd}", encoding="ascii").read()
                self.assertTrue(int(flags.split("flags:")[1].split()[0], 8) & os.O_CLOEXEC)
                self.assertTrue(int(flags.split("flags:")[1].split()[0], 8) & os.O_NONBLOCK)

    def test_by_the_address_without_names_and_with_those_of_a_unit(self):
        publish, subscribe = self.socket(), self.socket()
        flags = ["--publish-listen", f":{port_of(publish)}",
                 "--subscribe-listen", f"localhost:{port_of(subscribe)}"]
        for names in ("", "logio.socket:logio.socket"):
            with activated([subscribe, publish], *flags, names=names) as hub:
                self.check_flow(hub, publish, subscribe)

    def test_two_sockets_for_one_port_and_a_flag_for_the_other(self):
        publish, publish_6 = self.socket(), self.socket("::1", socket.AF_INET6)
        with activated([publish, publish_6], names="publish:publish") as hub:
            with hub.subscribe("app=a") as stream:
                for host, where in (("127.0.0.1", publish), ("::1", publish_6)):
                    with socket.create_connection((host, port_of(where))) as publisher:
                        publisher.sendall(b'{"app":"a"}' + record(host))
                        self.assertIn(host.encode(), stream.read_line())

    def test_marathon_takes_them_too(self):
        events, subscribe = self.socket(), self.socket()
        with activated([events, subscribe], "-m", "http://127.0.0.1:1", names="events:subscribe",
                       command="marathon") as hub:
            self.assertEqual((hub.events_port, hub.subscribe_port),
                             (port_of(events), port_of(subscribe)))
            self.assertEqual(hub.get("/v1/status").status, 200)

    def test_those_of_another_process_are_left_alone(self):
        publish, subscribe = self.socket(), self.socket()
        with activated([publish, subscribe], names="publish:subscribe", pid="1") as hub:
            self.assertNotIn(hub.publish_port, (port_of(publish), port_of(subscribe)))
            self.assertEqual(hub.get("/healthz").status, 200)


class Refused(unittest.TestCase):
    def check(self, sockets, reason, names="", flags=()):
        hub = activated(sockets, *flags, names=names, wait=False)
        try:
            self.assertEqual(hub.wait(), 78, hub.read_log())
            lines = [line for line in hub.read_log().splitlines() if "logio serve:" in line]
            self.assertEqual(len(lines), 1, hub.read_log())
            self.assertIn(reason, lines[0])
        finally:
            hub.kill()
            for s in sockets:
                s.close()

    def test_what_is_no_listening_tcp_socket(self):
        self.check([tempfile.TemporaryFile()], "descriptor 3: it is no socket")
        self.check([socket.socket(socket.AF_INET, socket.SOCK_DGRAM)],
                   "descriptor 3 ('publish'): it is not for TCP", "publish")
        self.check([listening(), socket.socket()], "descriptor 4 ('subscribe'): it does not listen",
                   "publish:subscribe")
        local = socket.socket(socket.AF_UNIX)
        with tempfile.TemporaryDirectory() as folder:
            local.bind(f"{folder}/socket")
            local.listen()
            self.check([local], "it is not for TCP", "publish")

    def test_what_fits_nothing(self):
        one = listening()
        self.check([one], f"it listens on 127.0.0.1:{port_of(one)}, which is none of "
                   "--publish-listen 127.0.0.1:0, --subscribe-listen 127.0.0.1:0. Name it", "other")
        one = listening()
        self.check([one], "which is none of", flags=["--publish-listen", f"[::1]:{port_of(one)}"])

    def test_a_count_that_is_none(self):
        for count in ("two", "-1", "65", "3 "):
            with self.subTest(count):
                launcher = ["/bin/sh", "-c", f'LISTEN_PID=$$ LISTEN_FDS="{count}" exec "$@"', "sh"]
                self.check_launched(launcher, "LISTEN_FDS is '")

    def test_a_descriptor_that_is_not_there(self):
        launcher = ["/bin/sh", "-c", 'exec 3<&-; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', "sh"]
        self.check_launched(launcher, "descriptor 3: it is not open")

    def check_launched(self, launcher, reason):
        hub = Hub(launcher=launcher, wait=False)
        try:
            self.assertEqual(hub.wait(), 78, hub.read_log())
            self.assertIn(reason, hub.read_log())
        finally:
            hub.kill()


if __name__ == "__main__":
    unittest.main()
