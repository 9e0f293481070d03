"""The stock Python client before the test Marathon: what it is asked and what it understands."""
import threading
import unittest
import warnings

from marathon import DEADLINE_S, Marathon
from receiver import Receiver
from stock_client import stock

CALLBACK = "http://127.0.0.1:5000/events?a=b&c=d e"
TIME = "2015-09-30T12:44:45.681Z"


def setUpModule():  # noqa: N802
    warnings.simplefilter("ignore", ResourceWarning)    # the client closes nothing


def status_update(n):
    return {"slaveId": "S3", "taskId": f"shop.{n}", "taskStatus": "TASK_FAILED", "message": "",
            "appId": "/shop", "host": "slave-1", "ports": [31372], "version": TIME,
            "eventType": "status_update_event", "timestamp": TIME}


def terminated(n):
    return {"appId": f"/shop{n}", "eventType": "app_terminated_event", "timestamp": TIME}


def client_of(*servers, **how):
    return stock.MarathonClient([s if isinstance(s, str) else s.url for s in servers], **how)


class Reading:
    """A thread that takes what event_stream() yields until it ends or fails."""

    def __init__(self, client, **how):
        self.events, self.failure = [], None
        self.thread = threading.Thread(target=self.run, args=(client, how), daemon=True)
        self.thread.start()

    def run(self, client, how):
        try:
            for event in client.event_stream(**how):
                self.events.append(event)
        except Exception as failure:  # noqa: BLE001 - the test asks for it
            self.failure = failure

    def end(self):
        self.thread.join(DEADLINE_S)
        return not self.thread.is_alive()


class Registration(unittest.TestCase):
    """POST, GET and DELETE /v2/eventSubscriptions."""

    def test_a_callback_comes_and_goes(self):
        with Marathon() as marathon:
            client = client_of(marathon)
            self.assertEqual(client.list_event_subscriptions(), [])
            answer = client.create_event_subscription(CALLBACK)
            self.assertEqual(list(answer), ["callbackUrl", "clientIp", "eventType", "timestamp"])
            self.assertEqual((answer["callbackUrl"], answer["clientIp"], answer["eventType"]),
                             (CALLBACK, "127.0.0.1", "subscribe_event"))
            self.assertRegex(answer["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            client.create_event_subscription("http://other/events")
            client.create_event_subscription(CALLBACK)
            self.assertEqual(client.list_event_subscriptions(), [CALLBACK, "http://other/events"])
            self.assertEqual(marathon.subscriptions, [CALLBACK, "http://other/events"])
            answer = client.delete_event_subscription(CALLBACK)
            self.assertEqual((answer["callbackUrl"], answer["eventType"]),
                             (CALLBACK, "unsubscribe_event"))
            self.assertEqual(client.list_event_subscriptions(), ["http://other/events"])

    def test_what_it_sends_is_what_marathon_logger_sent(self):
        with Marathon() as marathon:
            client_of(marathon).create_event_subscription("http://127.0.0.1:5000/events")
            request, = marathon.requests
            self.assertEqual((request.method, request.target, request.version, request.body),
                             ("POST", "/v2/eventSubscriptions?callbackUrl=http%3A%2F%2F127.0.0.1"
                              "%3A5000%2Fevents", "HTTP/1.1", b""))
            for name, value in (("content-length", "0"), ("accept", "application/json"),
                                ("content-type", "application/json"),
                                ("host", marathon.address)):
                self.assertEqual(request.headers[name], value)

    def test_without_callbacks(self):
        for callbacks, error, status in (("off", stock.MarathonHttpError, 400),
                                         ("gone", stock.NotFoundError, 404)):
            with Marathon(callbacks=callbacks) as marathon:
                client = client_of(marathon)
                for call in (client.list_event_subscriptions,
                             lambda c=client: c.create_event_subscription(CALLBACK),
                             lambda c=client: c.delete_event_subscription(CALLBACK)):
                    with self.assertRaises(error) as caught:
                        call()
                    self.assertEqual(caught.exception.status_code, status)
                if callbacks == "off":
                    self.assertTrue(caught.exception.error_message.startswith(
                        "http event callback system is not running on this Marathon instance. "))

    def test_it_gets_what_it_has_subscribed_to(self):
        with Marathon() as marathon, Receiver() as receiver:
            client = client_of(marathon)
            answer = client.create_event_subscription(receiver.url)
            marathon.emit(status_update(1))
            marathon.wait_for(lambda: marathon.posted == 2, "both are posted")
            client.delete_event_subscription(receiver.url)
            marathon.emit(status_update(2))
            self.assertEqual(marathon.pending, 0)
            factory = stock.models.events.EventFactory()
            first, second = (factory.process(stock.client.json.loads(body))
                             for body in receiver.bodies)
            self.assertEqual((first.event_type, first.callback_url, first.timestamp),
                             ("subscribe_event", receiver.url, answer["timestamp"]))
            self.assertEqual(second.task_id, "shop.1")

    def test_what_else_it_asks(self):
        with Marathon() as marathon:
            client = client_of(marathon)
            self.assertEqual(client.get_leader(), {"leader": marathon.address})
            self.assertIn(client.ping(), ("pong", b"pong"))
            info = client.get_info()
            self.assertEqual((info.name, info.leader, info.elected),
                             ("marathon", marathon.address, True))
            self.assertEqual(info.event_subscriber.type, "http_callback")


class Streaming(unittest.TestCase):
    """GET /v2/events. Before one not in chunks this client reads 512 bytes at a time."""

    def test_what_is_emitted_in_each_form(self):
        for line_end in ("\r\n", "\n"):
            for chunked in (True, False):
                with (self.subTest(line_end=line_end, chunked=chunked),
                      Marathon(line_end=line_end, chunked=chunked, heartbeat_s=0.02,
                               keep_written=True) as marathon):
                    reading = Reading(client_of(marathon))
                    marathon.wait_for(lambda m=marathon: m.streams == 1, "it attaches")
                    for n in range(100):
                        self.assertEqual(marathon.emit(status_update(n)), 1)
                        marathon.comment("nothing")
                    if chunked:
                        marathon.wait_for(lambda r=reading: len(r.events) == 101, "it reads")
                    self.assertEqual(marathon.cut_streams(), 1)
                    self.assertTrue(reading.end())
                    self.assertIsNone(reading.failure)
                    first, *rest = reading.events
                    self.assertEqual((first.event_type, first.remote_address),
                                     ("event_stream_attached", "127.0.0.1"))
                    self.assertEqual([e.task_id for e in rest], [f"shop.{n}" for n in range(100)])
                    self.assertEqual(len(marathon.written), 101)

    def test_only_the_types_that_it_asks_for(self):
        with Marathon(chunked=True) as marathon:
            kinds = ["status_update_event", stock.models.events.MarathonAppTerminatedEvent]
            some = Reading(client_of(marathon), event_types=kinds)
            one = Reading(client_of(marathon), event_types=["app_terminated_event"])
            marathon.wait_for(lambda: marathon.streams == 2, "both attach")
            self.assertIn("/v2/events?event_type=status_update_event&event_type="
                          "app_terminated_event", [r.target for r in marathon.requests])
            for n in range(10):
                self.assertEqual(marathon.emit(status_update(n)), 1)
                self.assertEqual(marathon.emit(terminated(n)), 2)
                self.assertEqual(marathon.emit({"eventType": "deployment_info"}), 0)
            marathon.cut_streams()
            self.assertTrue(some.end() and one.end())
            self.assertEqual([e.event_type for e in some.events],
                             ["status_update_event", "app_terminated_event"] * 10)
            self.assertEqual([e.app_id for e in one.events], [f"/shop{n}" for n in range(10)])

    def test_raw_events_are_the_bytes_of_the_event(self):
        with Marathon(chunked=True) as marathon:
            reading = Reading(client_of(marathon), raw=True)
            marathon.wait_for(lambda: marathon.streams == 1, "it attaches")
            marathon.emit('{ "a" : "\u00fc: x" }'.encode(), kind="odd_event")
            marathon.cut_streams()
            self.assertTrue(reading.end())
            self.assertEqual(reading.events[1], ' { "a" : "\u00fc: x" }')

    def test_many(self):
        with Marathon(chunked=True, keep_written=True) as marathon:
            reading = Reading(client_of(marathon), event_types=["app_terminated_event"])
            marathon.wait_for(lambda: marathon.streams == 1, "it attaches")
            self.assertEqual(marathon.emit_each(terminated(n) for n in range(5000)), 5000)
            marathon.cut_streams()
            self.assertTrue(reading.end())
            self.assertEqual([e.app_id for e in reading.events],
                             [f"/shop{n}" for n in range(5000)])

    def test_without_a_stream(self):
        with Marathon(stream=False) as marathon:
            reading = Reading(client_of(marathon))
            self.assertTrue(reading.end())
            self.assertIsInstance(reading.failure, stock.MarathonError)


class Access(unittest.TestCase):
    """Several servers, redirects, and who may ask."""

    def test_the_next_server_when_one_is_down(self):
        with Marathon() as up, Marathon() as down:
            down.stop()
            client = client_of(down, up)
            client.create_event_subscription(CALLBACK)
            self.assertEqual(up.subscriptions, [CALLBACK])
            reading = Reading(client)
            up.wait_for(lambda: up.streams == 1, "it attaches")
            up.cut_streams()
            self.assertTrue(reading.end())
            down.start()
            client.create_event_subscription("http://second/events")
            self.assertEqual((down.subscriptions, up.subscriptions),
                             (["http://second/events"], [CALLBACK]))
            down.stop()
            up.stop()
            with self.assertRaises(stock.exceptions.NoResponseError):
                client.list_event_subscriptions()

    def test_a_prefix_and_a_redirect_to_the_leader(self):
        with Marathon(prefix="/marathon", chunked=True) as leader, Marathon() as other:
            for status in (302, 307):
                other.redirect(leader.url, status)
                reading = Reading(client_of(other))
                leader.wait_for(lambda: leader.streams == 1, "it goes on to the leader")
                leader.cut_streams()
                self.assertTrue(reading.end())
            self.assertEqual(client_of(other).list_event_subscriptions(), [])
            self.assertEqual([r.target for r in leader.requests],
                             ["/marathon/v2/events"] * 2 + ["/marathon/v2/eventSubscriptions"])
            other.redirect(None)
            client_of(other).create_event_subscription(CALLBACK)
            self.assertEqual((other.subscriptions, leader.subscriptions), ([CALLBACK], []))

    def check_access(self, marathon, known, *unknown):
        for how in unknown:
            with self.assertRaises(stock.MarathonHttpError) as caught:
                client_of(marathon, **how).create_event_subscription(CALLBACK)
            self.assertEqual(caught.exception.status_code, 401)
            reading = Reading(client_of(marathon, **how))
            self.assertTrue(reading.end())
            self.assertIsInstance(reading.failure, stock.MarathonError)
        self.assertEqual((marathon.subscriptions, marathon.streams), ([], 0))
        client_of(marathon, **known).create_event_subscription(CALLBACK)
        self.assertEqual(marathon.subscriptions, [CALLBACK])

    def test_a_user_and_a_password(self):
        with Marathon(user="\u00fcser", password="p:w", chunked=True) as marathon:
            known = {"username": "\u00fcser".encode(), "password": b"p:w"}
            self.check_access(marathon, known, {}, {"username": "user", "password": "x"},
                              {"auth_token": "t"})
            reading = Reading(client_of(marathon, **known))
            marathon.wait_for(lambda: marathon.streams == 1, "it attaches")
            marathon.cut_streams()
            self.assertTrue(reading.end())

    def test_a_token(self):
        with Marathon(token="abc.def") as marathon:
            self.check_access(marathon, {"auth_token": "abc.def"}, {}, {"auth_token": "abc"},
                              {"username": "user", "password": "x"})
            self.assertEqual(marathon.requests[-1].headers["authorization"], "token=abc.def")


if __name__ == "__main__":
    unittest.main()
