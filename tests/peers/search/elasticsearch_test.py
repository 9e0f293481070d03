"""The same before a real node of Elasticsearch."""
import unittest

import search_test
from drive import Drive
from node import Elasticsearch


class ElasticsearchArrivals(search_test.Arrivals):
    NODE = Elasticsearch

    def test_data_stream(self):
        """They belong to x-pack, and that is in no jar to be had: a node without them says so."""
        with Drive(self.node.address, "stream", install_template="true",
                   data_stream="true") as drive:
            call = drive.send(5, calls=1)[-1]
        self.assertEqual(call["pending"], 5)
        self.assertRegex(call["error"], r"^127\.0\.0\.1:\d+: cannot install the index template "
                                        r"logio-stream: HTTP status 400: .*\[data_stream\]")


if __name__ == "__main__":
    unittest.main()
