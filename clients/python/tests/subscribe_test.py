"""logio.subscribe before a real hub: for, async for, cuts and ends."""
import asyncio
import threading
import time
import unittest

import support
import logio
from hub import DEADLINE_S, Hub, wait_until


def http(hub):
    return f"http://127.0.0.1:{hub.subscribe_port}"


class Subscribing(unittest.TestCase):
    def setUp(self):
        self.hub = Hub()
        self.addCleanup(self.hub.stop)
        self.publisher = logio.Publisher(support.url_of(self.hub))
        self.addCleanup(self.publisher.close, 1)

    def add(self, *texts, **how):
        for text in texts:
            self.publisher.add(text, **how)
        self.assertTrue(self.publisher.flush(DEADLINE_S))

    def read(self, count, **how):
        out = []
        with logio.subscribe(http(self.hub), **how) as items:
            for item in items:
                out.append(item)
                if len(out) == count:
                    break
        return out

    def test_records_come_with_all_that_they_have(self):
        self.add("sold", severity="error", fields={"n": 1, "l": [True]}, time_ns=10 ** 18)
        record, = self.read(1, tail=1)
        self.assertEqual((record.text, record.app, record.host, record.severity, record.fields),
                         ("sold", "shop", "h1", 17, {"n": 1, "l": [True]}))
        self.assertEqual(record.time, "2001-09-09T01:46:40.000000000Z")
        self.assertEqual(record.datetime.year, 2001)
        self.assertRegex(record.cursor, "^[0-9a-f]{16}-[0-9]+$")

    def test_what_is_asked_for_is_what_comes(self):
        self.add("apple", "pear", "apple pie", "plum")
        for how, wanted in (({"log": "apple"}, ["apple", "apple pie"]),
                            ({"log": ["apple", "pie"]}, ["apple pie"]),
                            ({"exclude": ["apple", "plum"]}, ["pear"]),
                            ({"app": ["x", "shop"], "host": "h1", "log": "plum"}, ["plum"])):
            with self.subTest(**how):
                found = self.read(0, since="1h", until="0s", **how)
                self.assertEqual([each.text for each in found], wanted)
        cursor = self.read(2, tail=4)[1].cursor
        self.assertEqual([each.text for each in self.read(2, after=cursor)],
                         ["apple pie", "plum"])

    def test_what_the_hub_refuses_is_an_error_with_its_own_words(self):
        with self.assertRaisesRegex(logio.SubscribeError, r"missing \)"):
            self.read(1, proc="(")

        async def read():
            async for _ in logio.subscribe(http(self.hub), proc="("):
                pass

        with self.assertRaisesRegex(logio.SubscribeError, r"missing \)"):
            asyncio.run(read())

    def test_close_from_another_thread_ends_it_at_once(self):
        items = logio.subscribe(http(self.hub))
        seen = []
        thread = threading.Thread(target=lambda: seen.extend(items))
        thread.start()
        wait_until(lambda: b'"remote"' in self.hub.get("/v1/subscribers").body, "the subscriber")
        before = time.monotonic()
        items.close()
        thread.join(DEADLINE_S)
        self.assertFalse(thread.is_alive())
        self.assertLess(time.monotonic() - before, 2)

    def test_close_ends_it_also_while_no_hub_is_there(self):
        items = logio.subscribe("http://127.0.0.1:1", first_retry=60)
        thread = threading.Thread(target=lambda: list(items))
        thread.start()
        items.close()
        thread.join(5)
        self.assertFalse(thread.is_alive())


class Async(unittest.TestCase):
    def setUp(self):
        self.hub = Hub()
        self.addCleanup(self.hub.stop)
        self.publisher = logio.Publisher(support.url_of(self.hub))
        self.addCleanup(self.publisher.close, 1)

    def test_async_for(self):
        for n in range(1000):
            self.publisher.add(f"{n}")
        self.publisher.flush(DEADLINE_S)

        async def read():
            async with logio.subscribe(http(self.hub), tail=1000) as items:
                out = []
                async for item in items:
                    out.append(item.text)
                    if len(out) == 1000:
                        return out

        self.assertEqual(asyncio.run(read()), [str(n) for n in range(1000)])

    def test_cancellation_ends_it_at_once_and_the_loop_is_never_held_up(self):
        async def read():
            async for _ in logio.subscribe(http(self.hub)):
                pass

        async def main():
            task = asyncio.ensure_future(read())
            loop = asyncio.get_running_loop()
            while b'"remote"' not in await loop.run_in_executor(
                    None, lambda: self.hub.get("/v1/subscribers").body):
                pass
            before = time.monotonic()
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            self.assertLess(time.monotonic() - before, 1)
            others = asyncio.all_tasks() - {asyncio.current_task()}
            self.assertEqual(others, set())

        asyncio.run(main())

    def test_close_ends_it(self):
        async def main():
            for url in (http(self.hub), "http://127.0.0.1:1"):
                items = logio.subscribe(url, first_retry=60)
                asyncio.get_running_loop().call_later(0.05, items.close)
                self.assertEqual([each async for each in items], [])

        asyncio.run(asyncio.wait_for(main(), DEADLINE_S))


class Restarts(unittest.TestCase):
    """The hub is killed and comes again on its data: each record once, in order."""

    def test_for_and_async_for(self):
        place = support.DurableHub(self.addCleanup)
        publisher = logio.Publisher(support.url_of(place.hub))
        self.addCleanup(publisher.close, 1)
        one, two = [], []
        how = {"since": "1h", "longest_retry": 0.5}
        items = logio.subscribe(http(place.hub), **how)
        others = logio.subscribe(http(place.hub), **how)

        async def read():
            async for item in others:
                two.append(item)

        threads = [threading.Thread(target=lambda: one.extend(items)),
                   threading.Thread(target=lambda: asyncio.run(read()))]
        for thread in threads:
            thread.start()
        total = 0
        for _ in range(3):
            for _ in range(500):
                publisher.add(f"{total}")
                total += 1
            self.assertTrue(publisher.flush(DEADLINE_S))
            wait_until(lambda: len(one) >= total and len(two) >= total, f"{total} records")
            place.restart()
        for each in (items, others):
            each.close()
        for thread in threads:
            thread.join(DEADLINE_S)
        wanted = [str(n) for n in range(total)]
        self.assertEqual([each.text for each in one], wanted)
        self.assertEqual([each.text for each in two], wanted)


if __name__ == "__main__":
    unittest.main()
