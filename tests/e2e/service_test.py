"""What a service manager hears of the hub: sd_notify(3), with the test as the manager."""
import ctypes
import os
import pathlib
import signal
import tempfile
import time
import unittest

from hub import Hub, record, wait_until
from service import Manager

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
WAIT_ALL = 0x40000000  # __WALL: threads, too
WATCHDOG_S = 0.4


class Held:
    """One thread of a process stands still, and the others go on."""

    def __init__(self, pid, name):
        tasks = pathlib.Path(f"/proc/{pid}/task")
        self.thread = next(int(t.name) for t in tasks.iterdir()
                           if (t / "comm").read_text().strip() == name)
        self.library = ctypes.CDLL(None, use_errno=True)
        self.library.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p,
                                        ctypes.c_void_p]

    def trace(self, what):
        if self.library.ptrace(what, self.thread, None, None) != 0:
            raise OSError(ctypes.get_errno(), "ptrace")

    def __enter__(self):
        self.trace(PTRACE_SEIZE)
        self.trace(PTRACE_INTERRUPT)
        os.waitpid(self.thread, WAIT_ALL)
        return self

    def __exit__(self, *_):
        self.trace(PTRACE_DETACH)


class Notify(unittest.TestCase):
    def setUp(self):
        self.manager = Manager()
        self.addCleanup(self.manager.__exit__)

    def test_ready_with_a_status_and_stopping(self):
        for abstract in (False, True):
            with Manager(abstract) as manager:
                with Hub("--grace", "7s", env=manager.environment) as hub:
                    said = manager.next()
                    self.assertEqual(said["READY"], "1")
                    self.assertRegex(said["STATUS"], r"^Listening for publishers on 127\.0\.0\.1:"
                                     rf"{hub.publish_port}, for subscribers on 127\.0\.0\.1:"
                                     rf"{hub.subscribe_port}; 0 publishers, 0 subscribers, 0 rec")
                    hub.signal(signal.SIGTERM)
                    said = manager.next_with("STOPPING")
                    self.assertEqual(said["STOPPING"], "1")
                    self.assertRegex(said["STATUS"], "^Draining: .*7s")
                    self.assertGreater(int(said["EXTEND_TIMEOUT_USEC"]), 7_000_000)
                    self.assertEqual(hub.wait(), 0)

    def test_it_is_not_ready_before_the_data_directory_can_be_used(self):
        with tempfile.TemporaryDirectory() as folder, Hub("--data-dir", folder):
            second = Hub("--data-dir", folder, env=self.manager.environment, wait=False)
            self.assertEqual(second.wait(), 69)
            second.kill()
            self.assertTrue(self.manager.is_quiet(0))

    def test_the_status_changes_with_what_it_tells_and_is_not_repeated(self):
        with Hub(env=self.manager.environment) as hub:
            self.manager.next_with("READY")
            with hub.subscribe("app=a") as stream, hub.publish("a") as publisher:
                publisher.send(record("one"))
                stream.read_line()
                self.assertRegex(self.manager.next_with("STATUS")["STATUS"],
                                 "; 1 publisher, 1 subscriber, ")
                stream.reset()
            wait_until(lambda: "; 0 publishers, 0 subscribers, 0 records/s" in
                       self.manager.next_with("STATUS")["STATUS"], "the status of an idle hub")
            self.assertTrue(self.manager.is_quiet(6))

    def test_a_reload_by_signal_and_by_request_well_and_not(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            with Hub("--config", file.name, env=self.manager.environment) as hub:
                self.manager.next_with("READY")
                before = time.monotonic_ns() // 1000
                hub.signal(signal.SIGHUP)
                said = self.manager.next()
                self.assertEqual(said["RELOADING"], "1")
                self.assertGreaterEqual(int(said["MONOTONIC_USEC"]), before)
                self.assertEqual(self.manager.next(), {"READY": "1"})
                self.assertEqual(hub.get("/v1/reload", method="POST").status, 200)
                self.assertIn("RELOADING", self.manager.next_with("RELOADING"))
                self.assertEqual(self.manager.next(), {"READY": "1"})
                file.write("no_such_key = 1\n")
                file.flush()
                hub.signal(signal.SIGHUP)  # nothing changes, and it serves on
                self.assertIn("RELOADING", self.manager.next_with("RELOADING"))
                self.assertEqual(self.manager.next(), {"READY": "1"})

    def test_a_notify_socket_that_is_of_no_use_is_told_once(self):
        for name in ("/no/such/socket", "@logio-no-such-name", "vsock:2:1234", "/" + 200 * "x"):
            with Hub(env={"NOTIFY_SOCKET": name}) as hub:
                hub.signal(signal.SIGHUP)
                hub.wait_log("nothing was changed")
                self.assertEqual(hub.get("/healthz").status, 200)
                hub.signal(signal.SIGTERM)
                self.assertEqual(hub.wait(), 0)
                self.assertEqual(hub.read_log().count("NOTIFY_SOCKET"), 1, hub.read_log())


class Watchdog(unittest.TestCase):
    def setUp(self):
        self.manager = Manager()
        self.addCleanup(self.manager.__exit__)

    def hub(self, **more):
        env = {**self.manager.environment, "WATCHDOG_USEC": str(int(WATCHDOG_S * 1e6)), **more}
        return Hub("--io-threads", "2", env=env)

    def test_it_says_that_it_lives_and_not_while_it_is_stopped(self):
        with self.hub() as hub:
            self.manager.next_with("WATCHDOG")
            for _ in range(5):
                self.manager.next_with("WATCHDOG")
            with hub.subscribe("app=a"):
                hub.process.send_signal(signal.SIGSTOP)
                self.manager.drain()
                self.assertTrue(self.manager.is_quiet(2 * WATCHDOG_S))
                hub.process.send_signal(signal.SIGCONT)
                self.manager.next_with("WATCHDOG")

    def test_one_io_thread_that_hangs_silences_it(self):
        for name in ("io-0", "io-1"):
            self.manager.drain()
            with self.subTest(name), self.hub() as hub:
                self.manager.next_with("WATCHDOG")
                with Held(hub.process.pid, name):
                    hub.wait_log(f"the thread {name} has not answered")
                    self.manager.drain()
                    self.assertTrue(self.manager.is_quiet(3 * WATCHDOG_S))
                    self.assertEqual(hub.read_log().count("has not answered"), 1)
                self.manager.next_with("WATCHDOG")
                hub.wait_log("all I/O threads answer again")

    def test_the_main_thread_that_hangs_silences_it(self):
        with self.hub() as hub:
            self.manager.next_with("WATCHDOG")
            with Held(hub.process.pid, "logio"):
                self.manager.drain()
                self.assertTrue(self.manager.is_quiet(3 * WATCHDOG_S))
            self.manager.next_with("WATCHDOG")

    def test_the_watchdog_of_another_process_or_of_no_number(self):
        for more in ({"WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "soon"}, {"WATCHDOG_USEC": ""}):
            self.manager.drain()
            with self.subTest(more), self.hub(**more) as hub:
                self.assertEqual(self.manager.next()["READY"], "1")
                self.assertTrue(self.manager.is_quiet(2 * WATCHDOG_S))
                self.assertEqual("WATCHDOG_USEC" in hub.read_log(),
                                 more.get("WATCHDOG_USEC") == "soon")


if __name__ == "__main__":
    unittest.main()
