"""logio.Handler: what becomes of a log record."""
import json
import logging
import logging.config
import sys
import unittest

import support
from hub import Hub
from logio import Handler
from logio._encode import encode_record
from logio.handler import severity_of


class Kept:
    """A publisher that keeps what it is given."""

    enabled = True

    def __init__(self):
        self.found = []

    def add_encoded(self, text, time_ns, severity, fields, left_out_bytes=0):
        self.found.append(json.loads(encode_record(text, time_ns, severity, fields)))


class Records(unittest.TestCase):
    def setUp(self):
        self.kept = Kept()
        self.handler = Handler(publisher=self.kept)
        self.logger = logging.Logger("shop.web", 1)
        self.logger.addHandler(self.handler)

    def only(self):
        self.assertEqual(len(self.kept.found), 1)
        return self.kept.found[0]

    def test_text_severity_and_logger(self):
        self.logger.warning("sold %d of %s", 3, "tea")
        found = self.only()
        self.assertEqual((found["raw"], found["severity"], found["fields"]),
                         ("sold 3 of tea", "warn", {"logger": "shop.web"}))

    def test_the_time_is_that_of_the_call(self):
        record = self.logger.makeRecord("x", 20, "f", 1, "m", (), None)
        record.created = 1481062461.448123
        self.handler.handle(record)
        self.assertEqual(self.only()["time"], "2016-12-06T22:14:21.448123000Z")

    def test_the_root_has_no_name(self):
        self.handler.handle(logging.makeLogRecord({"name": "root", "levelno": 20, "msg": "m"}))
        self.assertNotIn("fields", self.only())

    def test_extra_is_fields_with_their_types(self):
        self.logger.info("m", extra={"user": 7, "tags": ["a"], "who": sys, "ok": True})
        self.assertEqual(self.only()["fields"], {"logger": "shop.web", "user": 7, "tags": ["a"],
                                                 "who": str(sys), "ok": True})

    def test_extra_is_seen_behind_another_handler_and_with_a_time_in_the_format(self):
        other = logging.StreamHandler(open("/dev/null", "w", encoding="utf-8"))
        self.addCleanup(other.stream.close)
        other.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        self.logger.handlers.insert(0, other)
        self.handler.setFormatter(logging.Formatter("[%(levelname)s] %(message)s %(asctime)s"))
        self.logger.info("m", extra={"user": 7})
        self.logger.info("n")
        self.assertEqual([each["fields"] for each in self.kept.found],
                         [{"logger": "shop.web", "user": 7}, {"logger": "shop.web"}])
        self.assertTrue(self.kept.found[0]["raw"].startswith("[INFO] m 20"))

    def test_an_exception_is_in_the_text_and_in_fields(self):
        try:
            raise KeyError("tea")
        except KeyError:
            self.logger.exception("sold out")
        found = self.only()
        error = found["fields"]["exception"]
        self.assertEqual((error["type"], error["message"]), ("KeyError", "'tea'"))
        self.assertEqual(found["raw"], "sold out\n" + error["traceback"])
        self.assertIn("in test_an_exception", error["traceback"])

    def test_an_exception_of_a_module_and_a_formatter_that_leaves_it_out(self):
        class Short(logging.Formatter):
            def format(self, record):
                return record.getMessage()

        self.handler.setFormatter(Short())
        try:
            json.loads("{")
        except ValueError:
            self.logger.error("bad", exc_info=True)
        self.logger.error("none", exc_info=True)
        error = self.kept.found[0]["fields"]["exception"]
        self.assertEqual(error["type"], "json.decoder.JSONDecodeError")
        self.assertIn("Traceback", error["traceback"])
        self.assertEqual(self.kept.found[1]["fields"], {"logger": "shop.web"})

    def test_levels_go_to_the_nearest(self):
        self.assertEqual([severity_of(level) for level in (
            1, 5, 10, 14, 15, 16, 20, 25, 26, 30, 40, 45, 46, 50, 99)], [
            "trace", "trace", "debug", "debug", "debug", "info", "info", "info", "warn", "warn",
            "error", "error", "fatal", "fatal", "fatal"])

    def test_what_cannot_be_formatted_is_logging_s_to_tell(self):
        told = []
        self.handler.handleError = told.append
        self.logger.info("%d", "no number")
        self.assertEqual((len(told), self.kept.found), (1, []))

    def test_a_record_logged_while_one_is_formatted(self):
        logger = self.logger

        class Talks:
            def __str__(self):
                logger.info("inner")
                return "outer"

        self.logger.info("%s", Talks())
        self.assertEqual([each["raw"] for each in self.kept.found], ["inner", "outer"])

    def test_what_flush_means_to_logging(self):
        self.handler.flush()  # at any change of its configuration: it must not wait
        self.handler.close()
        self.logger.info("still there")
        self.assertEqual(self.only()["raw"], "still there")


class Configured(unittest.TestCase):
    """By dictConfig, in a program of its own, to a hub."""

    def test_dict_config(self):
        with Hub() as hub:
            code, out, err = support.run("""
                import logging, logging.config, os
                logging.config.dictConfig({
                    "version": 1, "formatters": {"f": {"format": "%(name)s: %(message)s"}},
                    "handlers": {
                        "hub": {"class": "logio.Handler", "level": "INFO", "formatter": "f",
                                "url": os.environ["TO"]},
                        "same": {"class": "logio.Handler", "level": "ERROR",
                                 "url": os.environ["TO"]}},
                    "root": {"handlers": ["hub", "same"], "level": "DEBUG"}})
                log = logging.getLogger("shop")
                log.debug("no")
                log.info("yes", extra={"n": 1})
                log.error("twice")
            """, TO=support.url_of(hub))
            self.assertEqual((code, out, err), (0, "", ""))
            found = support.records(hub)
            self.assertEqual([each["text"] for each in found],
                             ["shop: yes", "shop: twice", "twice"])
            self.assertEqual(found[0]["fields"], {"logger": "shop", "n": 1})
            self.assertEqual(found[0]["severity"], 9)

    def test_an_unusable_url_is_one_line(self):
        code, out, err = support.run("""
            import logging, logio
            logging.getLogger().addHandler(logio.Handler("logio://h"))
            logging.error("works")
        """)
        self.assertEqual((code, err), (0, "logio: the URL of a handler: there is no app; add "
                                          "?app=NAME; nothing is published\n"))


if __name__ == "__main__":
    unittest.main()
