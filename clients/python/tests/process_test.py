"""Forks, children of multiprocessing, threads and ends of processes, before a real hub."""
import pathlib
import subprocess
import sys
import unittest

import support
from hub import Hub


class Forks(unittest.TestCase):
    def setUp(self):
        self.hub = Hub()
        self.addCleanup(self.hub.stop)

    def run_program(self, code, **more):
        code, out, err = support.run(code, support.url_of(self.hub), **more)
        self.assertEqual((code, err), (0, ""))
        return out

    def test_what_the_parent_added_is_the_parent_s(self):
        self.run_program("""
            import logio, os
            p = logio.Publisher()
            for n in range(100):
                p.add("parent %d" % n)
            child = os.fork()
            if child == 0:
                assert p.stats.added == 0
                for n in range(100):
                    p.add("child %d" % n)
                os._exit(0 if p.close(10).acknowledged == 100 else 1)
            assert os.waitpid(child, 0)[1] == 0
            p.add("parent 100")
            assert p.close(10).acknowledged == 101
        """)
        found = support.texts(self.hub)
        for who, count in (("parent", 101), ("child", 100)):
            self.assertEqual([each for each in found if each.startswith(who)],
                             [f"{who} {n}" for n in range(count)])
        self.assertEqual(len(found), 201)

    def test_the_parent_s_connection_lives_on(self):
        """The child closes its copy, and a hub that is there sees no cut."""
        code, _, err = support.run("""
            import logio, os
            p = logio.Publisher()
            p.add("one")
            assert p.flush(10)
            if os.fork() == 0:
                os._exit(0)
            os.wait()
            p.add("two")
            assert p.flush(10)
        """, support.url_of(self.hub), LOGIO_DEBUG="1")
        self.assertEqual((code, support.texts(self.hub)), (0, ["one", "two"]))
        self.assertEqual(err.count(": connected\n"), 1, err)
        self.assertEqual(err.count("closed the connection"), 0, err)

    def test_a_child_that_ends_as_python_ends_flushes(self):
        self.run_program("""
            import logio.auto, logging, os, sys
            logging.getLogger().addHandler(logging.NullHandler())
            logging.error("parent")
            for n in range(5):
                if os.fork() == 0:
                    logging.error("child %d", n)
                    sys.exit()
            for n in range(5):
                os.wait()
        """)
        self.assertEqual(sorted(support.texts(self.hub)),
                         [f"child {n}" for n in range(5)] + ["parent"])

    def test_children_of_multiprocessing(self):
        for method in ("fork", "spawn", "forkserver"):
            with self.subTest(method=method):
                done = subprocess.run(
                    [sys.executable, "-B", str(pathlib.Path(__file__).with_name("children.py")),
                     method], env=support.environment(support.url_of(self.hub)),
                    timeout=support.DEADLINE_S, capture_output=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, b""))
                self.assertEqual(sorted(each for each in support.texts(self.hub)
                                        if each.startswith(method)),
                                 [f"{method} child {n}" for n in range(6)] + [f"{method} parent"])

    def test_forks_of_a_program_full_of_threads(self):
        """Locks that another thread holds at the fork must not hold up the child."""
        self.run_program("""
            import logio.auto, logging, os, sys, threading
            logging.getLogger().addHandler(logging.NullHandler())
            done = threading.Event()
            def talk(n):
                i = 0
                while not done.is_set():
                    logging.error("thread %d %d", n, i)
                    i += 1
                    if i % 100 == 0:
                        done.wait(0.001)
            threads = [threading.Thread(target=talk, args=(n,)) for n in range(4)]
            for each in threads: each.start()
            for n in range(20):
                child = os.fork()
                if child == 0:
                    logging.error("child %d", n)
                    logging.shutdown()
                    import logio._process
                    logio._process.run_at_exit()
                    os._exit(0)
                assert os.waitpid(child, 0)[1] == 0
            done.set()
            for each in threads: each.join()
        """)
        found = support.texts(self.hub)
        self.assertEqual(sorted(each for each in found if each.startswith("child")),
                         sorted(f"child {n}" for n in range(20)))
        for n in range(4):
            mine = [each for each in found if each.startswith(f"thread {n} ")]
            self.assertEqual(mine, [f"thread {n} {i}" for i in range(len(mine))])
            self.assertGreater(len(mine), 0)

    def test_a_fork_by_a_program_in_c_that_calls_no_hooks(self):
        self.run_program("""
            import ctypes, logio, os
            p = logio.Publisher()
            p.add("parent")
            assert p.flush(10)
            if ctypes.PyDLL(None).fork() == 0:
                p.add("child")
                os._exit(0 if p.close(10).acknowledged == 1 else 1)
            assert os.wait()[1] == 0
        """)
        self.assertEqual(support.texts(self.hub), ["parent", "child"])


class Ends(unittest.TestCase):
    def test_a_hub_that_is_away_holds_nobody_up(self):
        """The end waits for it as long as it was told, and the program says nothing."""
        code, out, err = support.run("""
            import dataclasses, logio, time
            from logio.transport import config_of_environment
            p = logio.Publisher(dataclasses.replace(config_of_environment(), exit_timeout=0.2))
            before = time.perf_counter()
            for n in range(1000):
                p.add("x")
            print(time.perf_counter() - before < 1)
        """, "logio://127.0.0.1:1?app=a")
        self.assertEqual((code, out, err), (0, "True\n", ""))

    def test_lines_of_the_last_moment(self):
        with Hub() as hub:
            code, _, err = support.run("""
                import atexit, logging, logio.auto
                logging.getLogger().addHandler(logging.NullHandler())
                atexit.register(logging.error, "of another's exit")
                class Late:
                    def __del__(self):
                        logging.error("of a finalizer")
                late = Late()
                logging.error("last")
            """, support.url_of(hub))
            self.assertEqual((code, err), (0, ""))
            self.assertEqual(support.texts(hub), ["last", "of another's exit"])

    def test_a_first_record_when_no_thread_is_to_be_had(self):
        with Hub() as hub:
            code, out, err = support.run("""
                import logio, threading
                def start(self):
                    raise RuntimeError("can't create new thread at interpreter shutdown")
                threading.Thread.start = start
                p = logio.Publisher()
                p.add("one")
                print(p.flush(0), p.close(10).acknowledged)
            """, support.url_of(hub))
            self.assertEqual((code, out, err), (0, "False 1\n", ""))
            self.assertEqual(support.texts(hub), ["one"])

    def test_what_is_no_text_and_no_severity_harms_nobody(self):
        with Hub() as hub:
            code, out, err = support.run("""
                import logio
                p = logio.Publisher()
                p.add(5, severity="loud", fields={1: 2})
                p.add(None, severity="warn")
                p.close()
            """, support.url_of(hub))
            self.assertEqual((code, out, err), (0, "", ""))
            found = support.records(hub)
            self.assertEqual([(each["text"], each.get("severity"), each.get("fields"))
                              for each in found], [("5", None, {"1": 2}), ("None", 13, None)])

    def test_finalizers_that_log_while_a_record_is_added(self):
        with Hub() as hub:
            code, out, err = support.run("""
                import gc, logio
                gc.set_threshold(5)
                p = logio.Publisher()
                class Talks:
                    def __init__(self, n):
                        self.me, self.n = self, n
                    def __del__(self):
                        p.add("finalizer")
                for n in range(3000):
                    Talks(n)
                    p.add("line")
                gc.disable()
                p.flush(10)
                s = p.close(10)
                print(s.added == s.acknowledged > 5000)
            """, support.url_of(hub))
            self.assertEqual((code, out, err), (0, "True\n", ""))

    def test_a_hub_that_comes_later_and_goes_in_between(self):
        hub = Hub()
        port = hub.publish_port
        with support.start("""
            import logio, sys
            p = logio.Publisher()
            for line in sys.stdin:
                p.add(line)
                print(p.flush(20), flush=True)
            print(p.close().acknowledged)
        """, support.url_of(hub)) as program:
            self.addCleanup(program.kill)
            program.stdin.write("one\n")
            program.stdin.flush()
            self.assertEqual(program.stdout.readline(), "True\n")
            self.assertEqual(support.texts(hub), ["one"])
            hub.stop()
            program.stdin.write("two\n")
            program.stdin.flush()
            with Hub("--publish-listen", f"127.0.0.1:{port}") as again:
                self.assertEqual(program.stdout.readline(), "True\n")
                program.stdin.close()
                self.assertEqual(program.stdout.read(), "2\n")
                self.assertEqual(support.texts(again), ["two"])
                program.stdin = None


if __name__ == "__main__":
    unittest.main()
