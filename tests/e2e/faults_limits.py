"""Limits reached: topics, unfinished input, connections, descriptors. Who is in bounds goes on."""
import json
import resource
import unittest

from faults import (INSTRUMENTED, MIB, SCALE, Witness, descriptors, memory, reset_peak,
                    wait_descriptors)
from hub import Connection, Failure, Hub, Publisher, record, topic, wait_until


def reason(data):
    """The one error line that a publisher got."""
    lines = data.split(b"\n")
    assert len(lines) == 2 and not lines[1], f"not one line: {data!r}"
    return json.loads(lines[0])["error"]


def open_fields(hub, count, prefix):
    """Publishers of different topics, which the hub knows when this returns."""
    held = [Publisher(hub.publish_port, topic(f"{prefix}{i}", ack=True)) for i in range(count)]
    for publisher in held:
        publisher.read_until(b"\n")
    return held


def close_all(connections):
    for connection in connections:
        connection.close()


class Topics(unittest.TestCase):
    def test_over_the_maximum_are_refused_and_the_others_go_on(self):
        with Hub("--topics-max", "50") as hub, Witness(hub) as witness:
            witness.prove()
            held = open_fields(hub, 49, "held")
            files = descriptors(hub)
            for i in range(300):
                with Publisher(hub.publish_port, topic(f"more{i}") + record("x\n")) as refused:
                    error = reason(refused.read_to_end())
                    self.assertEqual(error["code"], "too_many_topics")
                    self.assertIn("--topics-max", error["message"])
            wait_descriptors(hub, files)
            witness.prove()
            with hub.publish("held7", ack=True) as again:  # a known topic is no further one
                again.read_until(b"\n")
            held.pop().close()

            def taken():
                with hub.publish("late", ack=True) as late:
                    return b'"logio":1' in late.read_until(b"\n")

            wait_until(taken, "a topic is free when its publisher goes")
            witness.prove()
            close_all(held)

    def test_a_flood_of_short_lived_ones_is_bounded(self):
        with Hub("--topics-max", "200") as hub, Witness(hub) as witness:
            peaks = []
            for wave in range(10):
                for i in range(300 // SCALE):
                    name = f"wave{wave}-{i}-" + "n" * 200
                    with hub.publish(name, name, name) as publisher:
                        publisher.send(record("x\n"))
                        publisher.end_sending()
                        self.assertEqual(publisher.read_to_end(), b"")
                witness.prove(10)
                peaks.append(memory(hub)[0])
            # What lies in the ring still needs its topic; it is the early growth that may show.
            if not INSTRUMENTED:
                self.assertLess(peaks[-1] - peaks[4], 8 * MIB, peaks)


class UnfinishedInput(unittest.TestCase):
    def test_is_bounded_over_all_publishers(self):
        total, each, many = 8 * MIB, MIB // 2, 60
        with Hub("--input-bytes-total", "8MiB") as hub, Witness(hub) as witness:
            witness.prove()
            before = memory(hub)[0]
            reset_peak(hub)
            hogs = [Publisher(hub.publish_port, topic(f"hog{i % 5}") + b'{"raw":"')
                    for i in range(many)]
            refused = 0
            for hog in hogs:
                try:
                    hog.send(b"u" * each)
                except OSError:
                    pass  # refused meanwhile
                witness.prove(10)
            witness.prove()
            for hog in hogs:
                if not hog.is_quiet(0.02):
                    error = reason(hog.read_to_end())
                    self.assertEqual(error["code"], "too_long")
                    self.assertIn("--input-bytes-total", error["message"])
                    refused += 1
            self.assertGreaterEqual(refused, many - total // each - 1)
            self.assertGreaterEqual(many - refused, 8, "too many were refused")
            if not INSTRUMENTED:
                self.assertLess(memory(hub)[1] - before, 2 * total + 8 * MIB)
            close_all(hogs)
            wait_until(lambda: self.can_send_half_a_record(hub), "room for unfinished input again")

    def test_a_short_unfinished_record_finds_room_beside_hogs(self):
        with Hub("--input-bytes-total", "4MiB") as hub, hub.subscribe("app=small") as stream:
            hogs = [Publisher(hub.publish_port, topic("hog") + b'{"raw":"') for _ in range(20)]
            for hog in hogs:
                try:
                    hog.send(b"u" * (MIB // 2))
                except OSError:
                    pass
            hub.wait_log("--input-bytes-total")
            with hub.publish("small") as small:
                for i in range(20):
                    small.send(b'{"raw":"half')
                    self.assertTrue(small.is_quiet(0.02))
                    small.send(b' and half"}')
                    self.assertTrue(stream.read_line().endswith(b": half and half\n"))
            close_all(hogs)

    def can_send_half_a_record(self, hub):
        with hub.subscribe("app=after") as stream, hub.publish("after") as publisher:
            publisher.send(b'{"raw":"' + b"v" * (MIB // 4))
            publisher.send(b"v" * (MIB // 4) + b'"}')
            publisher.end_sending()
            if publisher.read_to_end():
                return False
            return stream.read_line().endswith(b": " + b"v" * (MIB // 2) + b"\n")


class Connections(unittest.TestCase):
    def test_over_the_maximum_are_told_why_on_both_ports(self):
        with Hub("--connections-max", "40") as hub, Witness(hub) as witness:
            witness.prove()
            held = open_fields(hub, 18, "held")
            streams = [hub.subscribe(f"app=held{i}") for i in range(20)]
            files = descriptors(hub)
            for _ in range(30):
                with Connection(hub.publish_port) as refused:
                    error = reason(refused.read_to_end())
                    self.assertEqual(error["code"], "too_many_connections")
                    self.assertIn("--connections-max", error["message"])
                answer = hub.get("/?app=x")
                self.assertEqual(answer.status, 503)
                self.assertIn(b"--connections-max", answer.body)
            wait_descriptors(hub, files)
            witness.prove()
            for held_one, stream in zip(held, streams):
                held_one.send(record("here\n"))
                self.assertTrue(stream.read_line().endswith(b"here\n"))
            close_all([held.pop(), held.pop()])
            wait_until(lambda: self.has_room(hub), "room for connections again")
            close_all(held + streams)

    def test_a_refused_publisher_that_sends_at_once_hears_why(self):
        with Hub("--connections-max", "2") as hub, Witness(hub):
            told = 0
            for _ in range(50):
                with Connection(hub.publish_port) as refused:
                    try:
                        refused.send(topic("late") + record("x\n") * 50)
                        told += b"too_many_connections" in refused.read_to_end()
                    except OSError:
                        pass
            self.assertGreaterEqual(told, 45, f"{told} of 50 heard why")

    def has_room(self, hub):
        try:
            with hub.subscribe("app=room") as stream, hub.publish("room") as publisher:
                if stream.head.status != 200:
                    return False
                publisher.send(record("in\n"))
                return stream.read_line(2).endswith(b"in\n")
        except (OSError, Failure):
            return False


class Descriptors(unittest.TestCase):
    def test_exhausted_do_not_hurt_who_streams(self):
        with Hub() as hub, Witness(hub) as witness:
            witness.prove()
            start = descriptors(hub)
            limits = resource.prlimit(hub.process.pid, resource.RLIMIT_NOFILE)
            resource.prlimit(hub.process.pid, resource.RLIMIT_NOFILE, (start + 20, limits[1]))
            crowd = [Connection(port) for port in (hub.publish_port, hub.subscribe_port)
                     for _ in range(40)]
            hub.wait_log("cannot accept connections")
            witness.prove()
            told = 0
            for one in crowd:
                if not one.is_quiet(0):
                    answer = one.read_to_end()
                    told += b"too_many_connections" in answer or b" 503 " in answer
            self.assertGreater(told, 0, "nobody was told why")
            witness.prove()
            close_all(crowd)
            wait_descriptors(hub, start)
            resource.prlimit(hub.process.pid, resource.RLIMIT_NOFILE, limits)
            with Witness(hub, app="second") as second:
                second.prove()
            hub.wait_log("are accepted again")
            witness.prove()


if __name__ == "__main__":
    unittest.main()
