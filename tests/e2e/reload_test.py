"""The configuration read again by a hub that runs: SIGHUP and POST /v1/reload, under load."""
import json
import os
import signal
import unittest

from faults import SCALE
from feeds import Feed
from hub import DEADLINE_S, Hub, wait_until
from journal_test import Folder, publish
from load import Loop, Publisher
from looking_in import Metrics
from sinks_test import lines, numbers, sink, sinks

JSON = "Accept: application/json"


def table(name, path, *more):
    return "\n".join(["[[sink]]", f'name = "{name}"', f'url = "file://{path}"',
                      'format = "ndjson"', *more, ""])


class Config:
    """A configuration file that changes, in a folder of its own, and the hub that it is for."""

    def __init__(self, folder, text, *flags):
        self.path = os.path.join(folder.path, "hub.toml")
        self.write(text)
        self.hub = Hub("--config", self.path, *flags)

    def write(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)

    def reload(self, text, *headers):
        self.write(text)
        return self.hub.get("/v1/reload", JSON, *headers, method="POST")

    def apply(self, text):
        answer = self.reload(text)
        if answer.status != 200:
            raise AssertionError(answer.body)
        return json.loads(answer.body)


class Reload(unittest.TestCase):
    def test_sinks_come_change_and_go(self):
        with Folder() as folder, Folder() as out:
            a, b = (os.path.join(out.path, name) for name in "ab")
            config = Config(folder, table("a", a))
            with config.hub as hub:
                publish(hub, "shop", "one")
                wait_until(lambda: len(lines(a)) == 1, "a has it")
                said = config.apply(table("b", b) + table("a", a))
                self.assertEqual((said["added"], said["changed"], said["removed"]), (["b"], [], []))
                self.assertEqual(list(sinks(hub)), ["b", "a"])
                publish(hub, "shop", "two")
                wait_until(lambda: len(lines(a)) == 2 and len(lines(b)) == 1, "both have it")

                said = config.apply(table("b", b) + table("a", a, 'log = "th.*"'))
                self.assertEqual((said["added"], said["changed"], said["removed"]), ([], ["a"], []))
                publish(hub, "shop", "three", "four")
                wait_until(lambda: len(lines(a)) == 3 and len(lines(b)) == 3, "as they want it")

                said = config.apply(table("b", b))
                self.assertEqual((said["added"], said["changed"], said["removed"]), ([], [], ["a"]))
                publish(hub, "shop", "five")
                wait_until(lambda: len(lines(b)) == 4, "b has it")
                self.assertEqual(list(sinks(hub)), ["b"])
                self.assertEqual([json.loads(line)["text"] for line in lines(a)],
                                 ["one", "two", "three"])

                said = config.apply(table("b", b))
                self.assertEqual((said["added"], said["changed"], said["removed"]), ([], [], []))
                self.assertEqual(Metrics(hub)("logio_config_reloads_total", result="ok"), 4)
                hub.wait_log("nothing is other than before")

    def test_nothing_is_lost_or_doubled_by_changes_under_load(self):
        records = 120_000 // SCALE
        for kept in (False, True):
            with self.subTest(kept), Folder() as folder, Folder() as out:
                changed, moved = (os.path.join(out.path, n) for n in ("changed", "moved"))
                flags = ["--data-dir", os.path.join(folder.path, "data"), "--disk-free-min", "0"]

                def text(turn):
                    size = ["batch_records = 100", "batch_records = 1000"][turn % 2]
                    # Whichever of its names it has, each record goes to one of them.
                    return table("changed", changed, size) + table(
                        f"moved{turn}", f"{moved}{turn}")

                config = Config(folder, text(0), *(flags if kept else []))
                feed = Feed("f", odd=False)
                loop = Loop()
                publisher = loop.add(Publisher(config.hub.publish_port, feed, records))
                turns = 8
                for turn in range(1, turns + 1):
                    through = records * turn // (turns + 1)
                    loop.until(lambda: feed.sent >= through, DEADLINE_S, "it is being sent")
                    said = config.apply(text(turn))
                    self.assertEqual((said["added"], said["changed"], said["removed"]),
                                     ([f"moved{turn}"], ["changed"], [f"moved{turn - 1}"]))
                    self.assertLess(said["seconds"], 1 * SCALE)
                publisher.finishing = True
                loop.until(lambda: publisher.done, DEADLINE_S, "it is sent, on one connection")
                loop.close()
                self.assertEqual(config.hub.stop(), 0, config.hub.read_log())
                everything = list(range(1, records + 1))
                self.assertEqual(numbers(changed, feed), everything)
                parts = [numbers(f"{moved}{turn}", feed) for turn in range(turns + 1)]
                self.assertEqual([n for part in parts for n in part], everything)

    def test_a_sink_whose_peer_is_down_is_given_another_one(self):
        for kept in (False, True):
            with self.subTest(kept), Folder() as folder, Folder() as out:
                blocked, good = (os.path.join(out.path, *n) for n in (("a", "log"), ("log",)))
                with open(os.path.dirname(blocked), "w", encoding="utf-8"):
                    pass
                flags = ["--data-dir", os.path.join(folder.path, "data"), "--disk-free-min", "0"]
                config = Config(folder, table("s", blocked), *(flags if kept else []))
                with config.hub as hub:
                    publish(hub, "shop", "one", "two")
                    wait_until(lambda: sink(hub, "s")["state"] == "back_off", "it cannot")
                    said = config.apply(table("s", good))
                    self.assertEqual(said["changed"], ["s"])
                    publish(hub, "shop", "three")
                    wait_until(lambda: len(lines(good)) == 3, "the other file has all")
                    self.assertEqual([json.loads(line)["text"] for line in lines(good)],
                                     ["one", "two", "three"])

    def test_settings_are_taken_over_or_said_to_need_a_start(self):
        with Folder() as folder:
            config = Config(folder, 'log_level = "info"\ngrace = "5s"\n')
            with config.hub as hub:
                said = config.apply('log_level = "debug"\nring_bytes = "8MiB"\n')
                self.assertEqual(said["settings"],
                                 [{"name": "grace", "from": "5s", "to": "10s"},
                                  {"name": "log_level", "from": "info", "to": "debug"}])
                self.assertEqual(said["after_restart"],
                                 [{"name": "ring_bytes", "from": "64MiB", "to": "8MiB"}])
                hub.wait_log("not before the next start; ring_bytes 64MiB -> 8MiB")
                hub.get("/healthz")
                self.assertEqual(config.apply('log_level = "debug"\n')["settings"], [])

    def test_sighup_reloads(self):
        with Folder() as folder, Folder() as out:
            path = os.path.join(out.path, "a")
            config = Config(folder, "")
            with config.hub as hub:
                self.assertEqual(sinks(hub), {})
                config.write(table("a", path))
                hub.signal(signal.SIGHUP)
                wait_until(lambda: "a" in sinks(hub), "the sink is there")
                publish(hub, "shop", "one")
                wait_until(lambda: len(lines(path)) == 1, "and delivers")
                hub.wait_log("SIGHUP: reading the configuration again")
                hub.wait_log("sinks added: a")


class Refusal(unittest.TestCase):
    def test_a_bad_file_changes_nothing_and_tells_all_that_is_wrong(self):
        with Folder() as folder, Folder() as out:
            path = os.path.join(out.path, "a")
            config = Config(folder, table("a", path))
            with config.hub as hub:
                bad = "".join([table("a", path, "x = 1"), table("b", path + "b", 'log = "("'),
                               '[[sink]]\nurl = "sislog://h"\n'])
                answer = config.reload(bad)
                self.assertEqual(answer.status, 400)
                error = json.loads(answer.body)["error"]
                self.assertEqual(error["code"], "bad_configuration")
                self.assertEqual(len(error["details"]), 3, error)
                for part in ("hub.toml:5: ", "unknown scheme 'sislog'", "did you mean syslog",
                             "has a bad log: '('"):
                    self.assertTrue(any(part in line for line in error["details"]), error)
                said = hub.get("/v1/reload", method="POST").body.decode()
                self.assertTrue(said.startswith("error: nothing was changed: the configuration "
                                                "has 3 errors\n  "), said)
                publish(hub, "shop", "one")
                wait_until(lambda: len(lines(path)) == 1, "the sink goes on")
                self.assertEqual(Metrics(hub)("logio_config_reloads_total", result="failed"), 2)
                hub.wait_log("nothing was changed: the configuration has 3 errors")

    def test_a_sink_that_cannot_be_built_leaves_no_trace(self):
        with Folder() as folder, Folder() as out:
            a, b = (os.path.join(out.path, name) for name in "ab")
            data = os.path.join(folder.path, "data")
            config = Config(folder, table("a", a), "--data-dir", data, "--disk-free-min", "0")
            with config.hub as hub:
                publish(hub, "shop", "one")
                wait_until(lambda: len(lines(a)) == 1, "a has it")
                with open(os.path.join(data, "sinks", "c"), "w", encoding="utf-8"):
                    pass  # where its folder should be
                answer = config.reload(table("a", a) + table("b", b) + table("c", b + "c"))
                self.assertEqual(answer.status, 400, answer.body)
                self.assertIn(b"cannot use the folder", answer.body)
                self.assertEqual(list(sinks(hub)), ["a"])
                os.unlink(os.path.join(data, "sinks", "c"))
                config.apply(table("a", a) + table("b", b) + table("c", b + "c"))
                publish(hub, "shop", "two")
                wait_until(lambda: len(lines(b)) == 1, "b begins with what is new")

    def test_without_a_file_there_is_nothing_to_read(self):
        with Hub() as hub:
            answer = hub.get("/v1/reload", JSON, method="POST")
            self.assertEqual(answer.status, 400)
            self.assertIn(b"no configuration file: start it with --config FILE", answer.body)
            hub.signal(signal.SIGHUP)
            hub.wait_log("SIGHUP: reading the configuration again")
            self.assertEqual(hub.get("/healthz").status, 200)

    def test_who_may_not_change_the_hub_may_not_reload(self):
        with Folder() as folder:
            config = Config(folder, "")
            with config.hub as hub:
                self.assertEqual(hub.get("/v1/reload").status, 405)
                self.assertEqual(config.reload("", "Origin: http://elsewhere").status, 403)
                self.assertEqual(hub.get("/v1/reload?now=1", method="POST").status, 400)
                self.assertEqual(Metrics(hub)("logio_config_reloads_total", result="ok"), 0)


if __name__ == "__main__":
    unittest.main()
