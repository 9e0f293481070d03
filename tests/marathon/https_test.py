"""A Marathon that speaks TLS."""
import pathlib
import unittest

from linked import (Marathon, happened, link_of, registering, streaming, wait_numbers,
                    wait_registered, wait_state)

from journal_test import Folder
from wire_test import make_certificate


class Https(unittest.TestCase):
    def test_an_authority_of_ones_own(self):
        with Folder() as folder:
            cert, key = make_certificate(pathlib.Path(folder.path), "IP:127.0.0.1")
            with Marathon(tls=(cert, key)) as marathon:
                with registering(marathon) as hub:
                    wait_state(hub, "back_off")
                    self.assertIn("ca_file", link_of(hub)["last_error"])
                with registering(marathon, more=f"&ca_file={cert}") as hub:
                    wait_registered(marathon, hub)
                    marathon.emit(happened(1))
                    self.assertEqual(wait_numbers(hub, [1]), [1])
                self.assertEqual(marathon.subscriptions, [])
                with streaming(marathon, options=f"?ca_file={cert}") as hub:
                    wait_state(hub, "streaming")
                    marathon.emit_each(happened(n) for n in range(100))
                    self.assertEqual(wait_numbers(hub, range(100)), list(range(100)))
