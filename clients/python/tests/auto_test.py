"""import logio.auto: each program as it was, and its log in the hub."""
import signal
import unittest

import support
from hub import Hub, wait_until

TALK = """
    import logging
    logging.info("not seen by default")
    logging.warning("one")
    logging.getLogger("a.b").error("two", extra={"n": 2})
"""


class Auto(unittest.TestCase):
    def setUp(self):
        self.hub = Hub()
        self.addCleanup(self.hub.stop)
        self.url = support.url_of(self.hub)

    def both(self, code):
        """Runs it without and with the import; its output must be the same. The hub's texts."""
        plain = support.run(code)
        with_auto = support.run("    import logio.auto\n" + code, self.url)
        self.assertEqual(with_auto, plain)
        self.assertEqual(plain[0], 0)
        return support.texts(self.hub)

    def test_a_program_that_configures_nothing(self):
        self.assertEqual(self.both(TALK), ["one", "two"])
        found = support.records(self.hub)[1]
        self.assertEqual((found["app"], found["proc"], found["host"], found["severity"]),
                         ("shop", "python", "h1", 17))
        self.assertEqual(found["fields"], {"logger": "a.b", "n": 2})

    def test_one_that_calls_basic_config_later(self):
        self.assertEqual(self.both("""
    import logging
    logging.basicConfig(format="%(levelname)s|%(message)s", level=logging.INFO)
    logging.info("one")
    logging.basicConfig(format="%(message)s!", level=logging.DEBUG, force=True)
    logging.debug("two")
        """), ["one", "two"])

    def test_one_with_dict_config_and_loggers_that_do_not_propagate(self):
        self.assertEqual(self.both("""
    import logging, logging.config
    logging.warning("before")
    logging.config.dictConfig({
        "version": 1, "handlers": {"h": {"class": "logging.StreamHandler"}},
        "loggers": {"own": {"handlers": ["h"], "propagate": False}, "mute": {"handlers": []}},
        "root": {"handlers": ["h"], "level": "INFO"}})
    logging.info("one")
    logging.getLogger("own").info("two")
        """), ["before", "one", "two"])

    def test_one_with_a_handler_of_ours_publishes_once(self):
        code, _, err = support.run("""
            import logio.auto, logio, logging
            logging.getLogger("a").addHandler(logio.Handler())
            logging.getLogger("a.b").error("by its own")
            logging.getLogger("c").error("by auto")
        """, self.url)
        self.assertEqual((code, support.texts(self.hub)), (0, ["by its own", "by auto"]))

    def test_what_handlers_print_is_not_published_once_more_by_a_stream(self):
        code, out, err = support.run("""
            import logio.auto, logio, logging
            logio.stream()
            logging.warning("logged")
            print("printed")
        """, self.url)
        self.assertEqual((code, out, err), (0, "printed\n", "WARNING:root:logged\n"))
        self.assertEqual(support.texts(self.hub), ["logged", "printed"])

    def test_without_a_url_nothing_is_touched(self):
        code, out, _ = support.run("""
            import logging, signal, threading
            before = logging.Logger.callHandlers, signal.getsignal(signal.SIGTERM)
            import logio.auto
            print(before == (logging.Logger.callHandlers, signal.getsignal(signal.SIGTERM)),
                  logio.auto.handler, threading.active_count())
        """)
        self.assertEqual((code, out), (0, "True None 1\n"))

    def test_nothing_is_started_before_the_first_record(self):
        code, out, _ = support.run("""
            import os, threading
            def open_ones():
                return sorted(os.listdir("/proc/self/fd"))
            before = open_ones()
            import logio.auto
            print(threading.active_count(), before == open_ones())
        """, self.url)
        self.assertEqual((code, out), (0, "1 True\n"))

    def test_a_traceback_that_ends_the_program_does_not_keep_its_lines(self):
        code, _, err = support.run("""
            import logio.auto, logging
            logging.warning("last words")
            raise SystemExit(3)
        """, self.url)
        self.assertEqual((code, support.texts(self.hub)), (3, ["last words"]))

    def test_debug_says_what_it_does_and_nothing_else_does(self):
        code, _, err = support.run(TALK.replace("import logging", "import logging, logio.auto"),
                                   self.url, LOGIO_DEBUG="1")
        self.assertIn(": connected\n", err)
        self.assertIn("acknowledged=2", err)
        self.assertLess(err.count("\n"), 8)


class Sigterm(unittest.TestCase):
    """The process ends by the signal, as it would have, and the hub has all."""

    def setUp(self):
        self.hub = Hub()
        self.addCleanup(self.hub.stop)

    def end(self, code, url=None, **more):
        with support.start(code, url or support.url_of(self.hub), **more) as program:
            program.stdout.readline()
            program.send_signal(signal.SIGTERM)
            out, err = program.communicate(timeout=support.DEADLINE_S)
            return program.returncode, out, err

    TALKS = """
        import logio.auto, logging, signal
        logging.getLogger().addHandler(logging.NullHandler())
        for n in range(5000):
            logging.error("line %d", n)
        print("ready", flush=True)
        while True:
            signal.pause()
    """

    def test_flushes_and_dies_of_it(self):
        code, _, _ = self.end(self.TALKS)
        self.assertEqual(code, -signal.SIGTERM)
        self.assertEqual(support.texts(self.hub), [f"line {n}" for n in range(5000)])

    def test_in_the_midst_of_logging(self):
        for _ in range(10):
            code, _, _ = self.end("""
                import logio.auto, logging
                logging.getLogger().addHandler(logging.NullHandler())
                n = 0
                while True:
                    logging.error("%d", n)
                    n += 1
                    if n == 1000:
                        print("ready", flush=True)
            """)
            self.assertEqual(code, -signal.SIGTERM)
        found = [int(each) for each in support.texts(self.hub)]
        self.assertEqual(found.count(0), 10)
        self.assertEqual(found.count(999), 10)
        self.assertTrue(all(b in (0, a + 1) for a, b in zip(found, found[1:])))

    def test_a_handler_of_the_program_s_own_stays(self):
        code, out, _ = self.end("""
            import signal, sys
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
            import logio.auto, logging
            logging.error("kept")
            print("ready", flush=True)
            while True:
                signal.pause()
        """)
        self.assertEqual((code, support.texts(self.hub)), (7, ["kept"]))

    def test_it_can_be_left_alone(self):
        code, out, _ = self.end(self.TALKS.replace('print("ready"', 'print('
                                'signal.getsignal(signal.SIGTERM) is signal.SIG_DFL'),
                                LOGIO_SIGTERM="0")
        self.assertEqual(code, -signal.SIGTERM)

    def test_a_second_one_does_not_wait(self):
        self.hub.signal(signal.SIGSTOP)
        self.addCleanup(self.hub.signal, signal.SIGCONT)
        with support.start(self.TALKS, support.url_of(self.hub), LOGIO_DEBUG="1") as program:
            program.stdout.readline()
            program.send_signal(signal.SIGTERM)
            self.assertTrue(any("SIGTERM" in line for line in program.stderr))
            program.send_signal(signal.SIGTERM)
            wait_until(lambda: program.poll() is not None, "the end", 3)
            self.assertEqual(program.returncode, -signal.SIGTERM)


if __name__ == "__main__":
    unittest.main()
