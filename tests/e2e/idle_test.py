"""Ten thousand idle connections: what each costs, and that they are in nobody's way."""
import resource
import time
import unittest

from faults import INSTRUMENTED, SCALE
from hub import Hub, record, wait_until

COUNT = 10_000 // SCALE
KIB_EACH_MAX = 80 if INSTRUMENTED else 8


def raise_descriptor_limit(wanted):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(wanted, hard) if hard != resource.RLIM_INFINITY else wanted
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


class Idle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        raise_descriptor_limit(COUNT + 2000)

    def measure(self, hub, connect):
        """KiB of resident memory for each of COUNT connections, which are returned too."""
        hub.get("/healthz")
        before = hub.resident_bytes()
        held = [connect(i) for i in range(COUNT)]
        hub.get("/healthz")
        return held, (hub.resident_bytes() - before) / 1024 / COUNT

    def test_subscribers_beside_active_ones(self):
        with Hub() as hub:
            held, each = self.measure(hub, lambda i: hub.subscribe(f"app=idle{i % 100}"))
            self.assertLess(each, KIB_EACH_MAX)
            self.check_active(hub, 100)
            for connection in held:
                connection.reset()
            self.check_active(hub, 1)

    def test_subscribers_with_a_filter_each(self):
        with Hub() as hub:
            held, each = self.measure(hub, lambda i: hub.subscribe(f"app=idle{i}"))
            self.assertLess(each, KIB_EACH_MAX)
            self.check_active(hub, 10)
            for connection in held:
                connection.reset()

    def test_publishers(self):
        with Hub() as hub:
            held, each = self.measure(hub, lambda i: hub.publish("idle", f"p{i % 100}"))
            self.assertLess(each, KIB_EACH_MAX)
            self.check_active(hub, 10)
            for connection in held:
                connection.close()

    def check_active(self, hub, count):
        """Each of the active ones gets every line, and the hub still takes new connections."""
        active = [hub.subscribe("app=busy") for _ in range(count)]
        with hub.publish("busy") as publisher:
            for i in range(100):
                publisher.send(record(f"line {i}"))
            for stream in active:
                for i, line in enumerate(stream.read_lines(100)):
                    self.assertTrue(line.endswith(b": line %d\n" % i), line)
        for stream in active:
            stream.reset()

    def test_an_idle_hub_uses_no_cpu_and_little_memory(self):
        def cpu_seconds():
            with open(f"/proc/{hub.process.pid}/stat", encoding="ascii") as file:
                fields = file.read().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / 100

        with Hub() as hub, hub.subscribe("app=a"), hub.publish("a"):
            hub.get("/healthz")
            if not INSTRUMENTED:
                self.assertLess(hub.resident_bytes(), 24 << 20)
            begin, used = time.monotonic(), cpu_seconds()
            wait_until(lambda: time.monotonic() - begin > 3, "three idle seconds")
            self.assertLess(cpu_seconds() - used, 0.1)


if __name__ == "__main__":
    unittest.main()
