"""A million lines into a hub that is killed with -9 three times: complete, in order, once each."""
import os
import unittest

import support
from hub import wait_until

COUNT = int(os.environ.get("LOGIO_LINES", 1_000_000))
PROGRAM = """
    import logging, logio
    handler = logio.Handler()
    log = logging.getLogger("shop")
    log.propagate = False
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    for n in range(COUNT):
        log.info("line %d", n)
        if n % (COUNT // 8) == 0:
            print(n, flush=True)
    print(handler.publisher.close(SECONDS), flush=True)
"""


class Kills(unittest.TestCase):
    def test_each_line_arrives_once_and_in_order(self):
        place = support.DurableHub(self.addCleanup)
        url = support.url_of(place.hub, buffer_bytes="256MiB", buffer_records=2 * COUNT)
        code = PROGRAM.replace("COUNT", str(COUNT)).replace("SECONDS", "120")
        with support.start(code, url) as program:
            self.addCleanup(program.kill)
            for part in range(8):
                program.stdout.readline()
                if part in (2, 4, 6):  # while the program goes on
                    wait_until(lambda: self.has_some(place.hub), "records in the hub")
                    place.restart()
            counts = program.stdout.readline()
            self.assertIn(f"added={COUNT}, acknowledged={COUNT}, refused=0, dropped=0", counts)
        self.check(place.hub)

    @staticmethod
    def has_some(hub):
        return support.records(hub, "tail=1")

    def check(self, hub):
        wanted = 0
        with hub.subscribe("format=raw&since=1d&follow=false") as stream:
            for part in iter_lines(stream):
                self.assertEqual(part, b"line %d" % wanted)
                wanted += 1
        self.assertEqual(wanted, COUNT)


def iter_lines(stream):
    rest, end = b"", support.deadline(300)
    while stream.fill(end):
        lines = (rest + stream.body).split(b"\n")
        stream.body, rest = b"", lines.pop()
        yield from lines


if __name__ == "__main__":
    unittest.main()
