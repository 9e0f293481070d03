"""The hub registers with Marathon for its callbacks, and stays registered until it ends."""
import math
import random
import signal
import unittest
import urllib.parse

from linked import (Marathon, free_port, gaps, happened, link_of, metric, registering,
                    wait_numbers, wait_registered, wait_state, wait_until)

from hub import run

SUBSCRIPTIONS = "/v2/eventSubscriptions"


class Life(unittest.TestCase):
    """From the first request to the last."""

    def test_what_it_sends_and_shows(self):
        with Marathon() as marathon, registering(marathon) as hub:
            link = wait_registered(marathon, hub)
            listed, posted = marathon.requests[:2]
            self.assertEqual((listed.method, listed.target), ("GET", SUBSCRIPTIONS))
            escaped = urllib.parse.quote(hub.callback, safe="")
            self.assertEqual((posted.method, posted.target),
                             ("POST", f"{SUBSCRIPTIONS}?callbackUrl={escaped}"))
            self.assertEqual((posted.body, posted.headers["content-length"],
                              posted.headers["content-type"], posted.headers["accept"]),
                             (b"", "0", "application/json", "application/json"))
            self.assertEqual((link["callback_url"], link["why_stream"], link["interruptions"],
                              link["registrations"], link["errors"], link["last_error"]),
                             (hub.callback, None, 0, 1, 0, None))
            self.assertEqual(link["address"], marathon.address)
            self.assertEqual(hub.read_log().count("events come as callbacks to"), 1)
            marathon.emit_each(happened(n) for n in range(100))
            self.assertEqual(wait_numbers(hub, range(100)), list(range(100)))
            wait_until(lambda: link_of(hub)["events"]["status_update_event"] == 100, "its count")
            self.assertEqual(metric(hub, "logio_marathon_up"), 1)
            self.assertEqual(metric(hub, "logio_marathon_events_total",
                                    type="status_update_event"), 100)
            self.assertEqual(gaps(hub), [])

    def test_it_listens_before_it_registers(self):
        """Marathon posts what it has at once; whoever subscribes gets that as the first event."""
        for _ in range(10):
            with Marathon() as marathon, registering(marathon) as hub:
                wait_until(lambda: marathon.posted, "the first event is posted")
                self.assertEqual(marathon.refused, 0)
                self.assertIn("subscribe_event", link_of(hub)["events"])

    def test_it_leaves_at_each_signal_and_takes_what_comes_until_then(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with Marathon() as marathon, registering(marathon) as hub:
                wait_registered(marathon, hub)
                marathon.emit_each(happened(n) for n in range(200))
                hub.signal(number)
                self.assertEqual(hub.wait(), 0)
                self.assertEqual(marathon.subscriptions, [])
                self.assertEqual(marathon.requests[-1].method, "DELETE")
                self.assertIn("removed the registration", hub.read_log())

    def test_what_a_killed_hub_left_is_taken_over_and_removed(self):
        port = free_port()
        with Marathon() as marathon:
            with registering(marathon, port=port) as hub:
                wait_registered(marathon, hub)
                hub.kill()
                hub.process.returncode = 0
            self.assertEqual(marathon.subscriptions, [hub.callback])
            marathon.subscribe(f"HTTP://127.0.0.1:{port}/events/")
            marathon.subscribe("http://127.0.0.1:1/events")
            with registering(marathon, port=port) as hub:
                wait_until(lambda: len(marathon.subscriptions) == 2, "the other form is removed")
                wait_state(hub, "registered")
                self.assertEqual(link_of(hub)["registrations"], 0)
                self.assertIn("taken over", hub.read_log())
                marathon.emit(happened(1))
                self.assertEqual(wait_numbers(hub, [1]), [1])
            self.assertEqual(marathon.subscriptions, ["http://127.0.0.1:1/events"])


class Trouble(unittest.TestCase):
    """What a Marathon can do to it."""

    def test_a_marathon_that_forgets(self):
        with Marathon() as marathon, registering(marathon) as hub:
            wait_registered(marathon, hub)
            for turn in range(1, 4):
                marathon.forget()
                wait_registered(marathon, hub)
                wait_until(lambda n=turn: len(gaps(hub)) == n, "the gap is told")
            self.assertIn("Marathon had lost the registration", gaps(hub)[0]["text"])
            fields = gaps(hub)[-1]["fields"]
            self.assertLess(fields["interrupted_from"], fields["interrupted_to"])
            self.assertEqual(link_of(hub)["interruptions"], 3)
            self.assertEqual(metric(hub, "logio_marathon_interruptions_total"), 3)
            self.assertEqual(metric(hub, "logio_marathon_registrations_total"), 4)

    def test_a_marathon_that_is_down_for_a_while(self):
        with Marathon() as marathon:
            marathon.stop()
            with registering(marathon) as hub:
                wait_state(hub, "back_off")
                self.assertIn("connection refused", link_of(hub)["last_error"])
                marathon.start()
                wait_registered(marathon, hub)
                # It could not be heard from the hub's start on.
                wait_until(lambda: len(gaps(hub)) == 1, "the gap is told")
                marathon.stop()
                wait_state(hub, "back_off")
                marathon.start()  # with what was registered
                wait_state(hub, "registered")
                marathon.emit(happened(7))
                self.assertEqual(wait_numbers(hub, [7]), [7])
                self.assertEqual(len(gaps(hub)), 1)
                self.assertEqual(hub.read_log().count("marathon: cannot connect to"), 2)

    def test_answers_that_help_nobody(self):
        with Marathon() as marathon, registering(marathon) as hub:
            wait_registered(marathon, hub)
            for trouble in (lambda: marathon.fail(503, times=3, path=SUBSCRIPTIONS),
                            lambda: marathon.garbage(times=2, path=SUBSCRIPTIONS),
                            lambda: marathon.fail(400, times=2, body={"message": "no\nleader"},
                                                  path=SUBSCRIPTIONS),
                            lambda: marathon.fail(200, times=2, body="<html>",
                                                  path=SUBSCRIPTIONS)):
                before = link_of(hub)["errors"]
                trouble()
                wait_until(lambda n=before: link_of(hub)["errors"] >= n + 2, "it counts errors")
                wait_state(hub, "registered")
            log = hub.read_log()
            for said in ("is answered with 503", "the answer is not HTTP as expected",
                         "is answered with 400: no leader", "is no list of subscriptions"):
                self.assertIn(said, log)
            self.assertEqual(gaps(hub), [])

    def test_a_marathon_that_hangs(self):
        with Marathon() as marathon, registering(marathon) as hub:
            wait_registered(marathon, hub)
            marathon.hang(path=SUBSCRIPTIONS)
            wait_until(lambda: marathon.hanging, "a request hangs")
            marathon.emit(happened(1))
            self.assertEqual(wait_numbers(hub, [1]), [1])  # callbacks come all the same
            marathon.release()
            wait_state(hub, "registered")

    def test_who_it_is_asked_for(self):
        for how, where in (({"user": "u", "password": "p:w"}, "u:p%3Aw@"), ({"token": "t0"}, "")):
            with Marathon(**how) as marathon:
                address = f"http://{where}{marathon.address}"
                with registering(marathon, url=f"http://x:y@{marathon.address}") as hub:
                    wait_state(hub, "back_off")
                    self.assertIn("401", link_of(hub)["last_error"])
                    self.assertIn("give --marathon-url a user:password@", hub.read_log())
                secret = "" if where else "&token=t0"
                with registering(marathon, "--log-level", "debug", url=address,
                                 more=secret) as hub:
                    wait_registered(marathon, hub)
                    self.assertNotIn("p:w", hub.read_log() + str(link_of(hub)))
                    self.assertNotIn("t0", str(link_of(hub)))

    def test_a_leader_elsewhere(self):
        with Marathon(prefix="/marathon") as leader, Marathon() as other:
            other.redirect(leader.url)
            with registering(other) as hub:
                wait_registered(leader, hub)
                self.assertEqual(link_of(hub)["address"], leader.address)
                self.assertEqual(other.subscriptions, [])
                # The leader changes: it is asked where it is each time.
                with Marathon() as next_leader:
                    other.redirect(next_leader.url, status=307)
                    wait_registered(next_leader, hub)
                    next_leader.emit(happened(1))
                    self.assertEqual(wait_numbers(hub, [1]), [1])
                    other.redirect(leader.url)
                    wait_until(lambda: link_of(hub)["address"] == leader.address, "back again")

    def test_several_addresses_of_one_cluster(self):
        with Marathon() as first, Marathon() as second:
            first.stop()
            with registering(first, url=f"{first.url},{second.url}") as hub:
                wait_registered(second, hub)
                self.assertEqual(link_of(hub)["address"], second.address)
                second.stop()
                first.start()
                wait_registered(first, hub)
                second.start()
            self.assertEqual(first.subscriptions, [])


class Ends(unittest.TestCase):
    """kill -9 and SIGTERM at any moment of the registration."""

    def test_at_random_moments(self):
        chance = random.Random(7)
        port = free_port()
        with Marathon() as marathon:
            for turn in range(24):
                number = chance.choice([signal.SIGKILL, signal.SIGTERM])
                if turn % 4 == 1:
                    marathon.hang(method=chance.choice(["GET", "POST"]))
                seen = len(marathon.requests)
                with registering(marathon, port=port, wait=False) as hub:
                    wanted = chance.randrange(4)
                    wait_until(lambda n=seen + wanted: len(marathon.requests) >= n
                               or marathon.hanging, "it asks")
                    hub.signal(number)
                    marathon.release()
                    code = hub.wait()
                    self.assertIn(code, (0, -number), hub.read_log())
                    hub.process.returncode = 0
                left = marathon.subscriptions
                self.assertIn(left, ([], [f"http://127.0.0.1:{port}/events"]))
                if code == 0:  # else it was so early that the process had not begun
                    self.assertEqual(left, [], hub.read_log())
            with registering(marathon, port=port) as hub:
                wait_registered(marathon, hub)
            self.assertEqual(marathon.subscriptions, [])

    def test_a_marathon_that_hangs_at_the_end_holds_it_up_a_moment_only(self):
        with Marathon() as marathon, registering(marathon) as hub:
            wait_registered(marathon, hub)
            marathon.hang(times=math.inf, method="DELETE")
            hub.signal(signal.SIGTERM)
            self.assertEqual(hub.wait(8), 0)
            self.assertIn("is still registered", hub.read_log())
            self.assertIn(f"curl -X DELETE '{marathon.url}/v2/eventSubscriptions?callbackUrl=",
                          hub.read_log())

    def test_a_registration_that_hangs_at_the_end(self):
        with Marathon() as marathon:
            marathon.hang(method="POST")
            with registering(marathon) as hub:
                wait_until(lambda: marathon.hanging, "the registration hangs")
                hub.signal(signal.SIGTERM)
                self.assertEqual(hub.wait(8), 0)

    def test_a_dead_marathon_at_the_end(self):
        with Marathon() as marathon, registering(marathon) as hub:
            wait_registered(marathon, hub)
            marathon.stop()
            hub.signal(signal.SIGTERM)
            self.assertEqual(hub.wait(5), 0)
            self.assertIn("is still registered", hub.read_log())


class Words(unittest.TestCase):
    """What is said at the start of a URL that cannot be used."""

    def test_a_callback_url_that_marathon_cannot_use(self):
        for callback, said in (("127.0.0.1:1/events", "has no scheme: write http://HOST:PORT/ev"),
                               ("http://h:1/", "has a path that does not end in /events"),
                               ("http://0.0.0.0:1/events", "where nobody can post to")):
            done = run("serve", "--marathon-url", "http://m", "--callback-url", callback)
            self.assertEqual(done.returncode, 64)
            self.assertIn(said, done.stderr.decode())
        with Marathon() as marathon:
            with registering(marathon, url=f"{marathon.url},http://far.invalid:80") as hub:
                self.assertIn("would post to itself; write a name of this machine that far.invalid "
                              "can reach, as in http://NAME:", hub.read_log())

