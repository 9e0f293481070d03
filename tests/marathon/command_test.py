"""marathon-logger's command line, requests and outputs, as its users know them, from
`logio marathon`; and its faults, which are not here."""
import json
import signal
import socket
import unittest

from marathon import Marathon
from run_marathon import held_port, listening, logger

from events import KINDS, compact, post_chunked, post_event, stored
from hub import DEADLINE_S, Hub, Stream, run
from post import head

SUBSCRIPTIONS = "/v2/eventSubscriptions"
# The event of its README.
KILLED = {"appId": "myapp", "eventType": "status_update_event",
          "host": "mesos-slave1.mycompany.com", "ports": [31705],
          "slaveId": "20140609-224851-3187802122-5050-1365-2",
          "taskId": "myapp_1-1402505159061", "taskStatus": "TASK_KILLED",
          "timestamp": "2014-06-11T16:47:17.850Z"}


def events(hub):
    return json.loads(stored(hub))["events"]


def wait_registered(marathon, hub):
    marathon.wait_for(lambda: hub.callback in marathon.subscriptions and not marathon.pending,
                      "it registers")


def alone(*flags, **how):
    """A hub whose Marathon is not there, so that only a test's own events come."""
    return Hub("-m", "http://127.0.0.1:1/?check=10m", *flags, command="marathon", **how)


class Example(unittest.TestCase):
    """`-m http://marathon/ -c http://logger/events -e in-memory://localhost/?max_length=1000`"""

    def test_all_that_its_readme_shows(self):
        with Marathon() as marathon:
            with logger(marathon, "-e", "in-memory://localhost/?max_length=1000",
                        options="/") as hub:
                self.assertEqual(hub.lines.decode(),
                                 "Configuring in-memory store with {'max_length': 1000}\n"
                                 f"Listening for events on tcp 127.0.0.1:{hub.events_port}\n")
                wait_registered(marathon, hub)
                marathon.emit(KILLED)
                marathon.wait_for(lambda: marathon.posted == 2, "the event is taken")
                answer = hub.request(head("/events", method="GET", version="1.0"))
                self.assertEqual((answer.status, answer.headers["content-type"]),
                                 (200, "application/json"))
                first, second = json.loads(answer.body)["events"]
                self.assertEqual((first["eventType"], first["callbackUrl"]),
                                 ("subscribe_event", hub.callback))
                self.assertEqual(second, KILLED)
                marathon.emit_each({"n": n} for n in range(1100))
                marathon.wait_for(lambda: marathon.posted == 1102, "the others are taken")
                self.assertEqual(events(hub), [{"n": n} for n in range(100, 1100)])
            self.assertEqual((marathon.refused, marathon.subscriptions), (0, []))

    def test_marathon_is_asked_as_it_was(self):
        """Each request as the Python client sent it; only the list is not asked for there."""
        with Marathon() as marathon:
            with logger(marathon, options="/") as hub:
                wait_registered(marathon, hub)
            target = (f"{SUBSCRIPTIONS}?callbackUrl="
                      f"http%3A%2F%2F127.0.0.1%3A{hub.events_port}%2Fevents")
            self.assertEqual([(r.method, r.target) for r in marathon.requests],
                             [("GET", SUBSCRIPTIONS), ("POST", target), ("DELETE", target)])
            for request in marathon.requests[1:]:
                self.assertEqual(request.body, b"")
                for name in ("accept", "content-type"):
                    self.assertEqual(request.headers[name], "application/json")
                self.assertEqual(request.headers["content-length"], "0")
                self.assertEqual(request.version, "HTTP/1.1")


class Requests(unittest.TestCase):
    """What its port answers."""

    def setUp(self):
        self.hub = self.enterContext(alone())

    def test_get_before_and_after(self):
        self.assertEqual(events(self.hub), [])
        for what, _ in KINDS:
            answer = post_event(self.hub, compact(what))
            self.assertEqual((answer.status, answer.body, answer.headers["content-length"]),
                             (200, b"", "0"))
        self.assertEqual(events(self.hub), [what for what, _ in KINDS])
        self.assertEqual(self.hub.get("/events").headers["content-type"], "application/json")
        nothing = self.hub.get("/events", method="HEAD")
        self.assertEqual((nothing.status, nothing.body), (200, b""))

    def test_any_value_as_it_is(self):
        values = [b"null", b"[1,{}]", b"7", b'"x"', b"true", b'{"b":1.0,"a":12345678901234567890}',
                  '{"ü":"\\u00e9 \\ud83d\\ude00"}'.encode(), b' {\n "x" : [ ] }\r\n']
        for value in values:
            self.assertEqual(post_event(self.hub, value).status, 200)
        self.assertEqual(events(self.hub), [json.loads(value) for value in values])
        self.assertEqual(post_chunked(self.hub, b'{"n"', b":1}").status, 200)
        self.assertEqual(events(self.hub)[-1], {"n": 1})

    def test_any_content_type(self):
        """There `null` was stored in place of what did not say that it is JSON."""
        for kind in ("application/x-www-form-urlencoded", "text/plain", "nonsense",
                     "application/json; charset=utf-8"):
            what = compact({"type": kind})
            self.assertEqual(post_event(self.hub, what, f"Content-Type: {kind}").status, 200)
            self.assertEqual(events(self.hub)[-1], {"type": kind})
        self.assertEqual(post_event(self.hub, b'{"n":1}', "X-Has: no type").status, 200)
        self.assertEqual(events(self.hub)[-1], {"n": 1})

    def test_what_is_no_json(self):
        for body in (b"", b"{", b"a=b", b"{'a': 1}", b"{} {}", b'{"a":NaN}'):
            self.assertEqual(post_event(self.hub, body).status, 400, body)
        self.assertEqual(events(self.hub), [])

    def test_other_methods(self):
        for method in ("PUT", "DELETE", "PATCH"):
            answer = self.hub.get("/events", "Content-Length: 0", method=method)
            self.assertEqual(answer.status, 405)
            self.assertEqual(set(answer.headers["allow"].split(", ")),
                             {"HEAD", "POST", "OPTIONS", "GET"})
        answer = self.hub.get("/events", method="OPTIONS")
        self.assertEqual(set(answer.headers["allow"].split(", ")),
                         {"HEAD", "POST", "OPTIONS", "GET"})

    def test_other_paths(self):
        for path in ("/events/", "/events/1", "/", "/event", "/?app=shop", "/metrics",
                     "/v1/marathon"):
            for method in ("GET", "POST"):
                answer = self.hub.get(path, "Content-Length: 0", method=method)
                self.assertEqual(answer.status, 404, (method, path))

    def test_healthcheck(self):
        self.assertEqual(self.hub.get("/healthz").status, 200)
        url = f"http://127.0.0.1:{self.hub.events_port}"
        done = run("healthcheck", "--hub", url)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"", b""))


class Stores(unittest.TestCase):
    """-e, and the line that it prints of it."""

    def greeting(self, *flags):
        with alone(*flags) as hub:
            self.assertEqual(hub.lines.count(b"\n"), 2)
            return hub.greeting

    def test_their_lines(self):
        memory = "Configuring in-memory store with {'max_length': %d}\n"
        syslog = "Configuring syslog-udp store with {'port': %d, 'server': '%s'}\n"
        self.assertEqual(self.greeting(), memory % 100)
        for store, line in (
                ("in-memory://localhost/", memory % 100), ("in-memory://any", memory % 100),
                ("in-memory://any/?max_length=2", memory % 2),
                ("in-memory:///?max_length=1000", memory % 1000),
                ("IN-MEMORY://localhost/?max_length=3", memory % 3),
                ("syslog://127.0.0.1/", syslog % (514, "127.0.0.1")),
                ("syslog://localhost:1514/", syslog % (1514, "localhost"))):
            for flag in (("-e", store), (f"--event-store={store}",)):
                self.assertEqual(self.greeting(*flag), line)

    def test_the_newest_hundred(self):
        with alone() as hub:
            for n in range(130):
                post_event(hub, b"%d" % n)
            self.assertEqual(events(hub), list(range(30, 130)))

    def test_the_newest_of_max_length(self):
        with alone("-e", "in-memory://localhost/?max_length=2") as hub:
            for n in range(4):
                post_event(hub, b'{"n": %d}' % n)
            self.assertEqual(events(hub), [{"n": 2}, {"n": 3}])

    def test_syslog_gets_datagrams_and_nothing_is_kept(self):
        with (Marathon() as marathon,
              socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver):
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(DEADLINE_S)
            port = receiver.getsockname()[1]
            with logger(marathon, "-e", f"syslog://127.0.0.1:{port}/") as hub:
                self.assertEqual(hub.greeting, "Configuring syslog-udp store with "
                                               f"{{'port': {port}, 'server': '127.0.0.1'}}\n")
                begin = b"<14>marathon-logger: "
                first = receiver.recv(65536)
                self.assertTrue(first.startswith(begin + b"{"), first)
                self.assertEqual(json.loads(first.removeprefix(begin))["eventType"],
                                 "subscribe_event")
                for what in (KILLED, *(what for what, _ in KINDS)):
                    marathon.emit(what)
                    self.assertEqual(receiver.recv(65536), begin + compact(what))
                self.assertEqual(events(hub), [])
                self.assertEqual(json.loads(stored(hub)), {"events": []})
            self.assertEqual(marathon.refused, 0)


class Usage(unittest.TestCase):
    """Where it does not start, Marathon is not asked anything."""

    def setUp(self):
        self.marathon = self.enterContext(Marathon())
        self.flags = ("-m", self.marathon.url, "-c", "http://127.0.0.1:1/events", "-p", "0",
                      "-i", "127.0.0.1")

    def refused(self, *arguments):
        """The exit code and what is printed, which is the same without the word."""
        done = run("marathon", *arguments)
        if arguments and arguments[0][:2] in ("-m", "-c", "-e", "-p", "-i"):
            short = run(*arguments)
            self.assertEqual((short.returncode, short.stdout, short.stderr),
                             (done.returncode, done.stdout, done.stderr))
        self.assertEqual((done.stdout, self.marathon.connections), (b"", 0))
        return done.returncode, done.stderr.decode()

    def test_an_unknown_event_store(self):
        for store, scheme in (("redis://localhost/", "redis"), ("x://", "x"), ("memory", "")):
            self.assertEqual(self.refused(*self.flags, "-e", store),
                             (1, f'Invalid event store type: "{scheme}" (from "{store}")\n'))

    def test_a_length_that_is_no_number(self):
        code, said = self.refused(*self.flags, "-e", "in-memory://localhost/?max_length=abc")
        self.assertEqual((code, said.count("\n")), (1, 1))
        self.assertIn("max_length: 'abc' is no number", said)

    def test_without_marathons_url(self):
        for flags in ((), ("-p", "0"), ("-c", "http://127.0.0.1:1/events"), ("-i", "127.0.0.1"),
                      ("-e", "in-memory://localhost/")):
            self.assertEqual(self.refused(*flags), (
                64, "logio marathon: argument -m/--marathon-url is required\n"))

    def test_help(self):
        for flag in ("-h", "--help"):
            done = run("marathon", flag)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            for line in (r"-m, --marathon-url URL +.*(\n    .*)* required\n",
                         r"-c, --callback-url URL ",
                         r"-e, --event-store URL +.*(\n    .*)* \[in-memory://localhost/\]\n",
                         r"-p, --port PORT +.* \[5000\]\n",
                         r"-i, --ip ADDRESS +.* \[0\.0\.0\.0\]\n"):
                self.assertRegex(done.stdout.decode(), r"\n  " + line)


class Registration(unittest.TestCase):
    """It was made before there was a port, tried once, never looked after, and left at SIGTERM."""

    def test_it_registers_when_it_listens(self):
        with Marathon() as marathon:
            for n in range(1, 9):
                with logger(marathon) as hub:
                    marathon.wait_for(lambda n=n: marathon.posted + marathon.refused == n,
                                      "Marathon posts that somebody subscribed")
                    self.assertEqual(marathon.refused, 0)
                    self.assertEqual([e["callbackUrl"] for e in events(hub)], [hub.callback])

    def test_each_signal_takes_it_back(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number), Marathon() as marathon, logger(marathon) as hub:
                wait_registered(marathon, hub)
                hub.signal(number)
                self.assertEqual(hub.wait(), 0)
                self.assertEqual(marathon.subscriptions, [])
                taken = marathon.seen("DELETE", SUBSCRIPTIONS)
                self.assertEqual([r.query for r in taken], [{"callbackUrl": [hub.callback]}])
                self.assertEqual(marathon.refused, 0)

    def test_what_marathon_forgets_is_registered_again(self):
        with Marathon() as marathon, logger(marathon, options="?check=100ms") as hub:
            for n in range(1, 4):
                wait_registered(marathon, hub)
                self.assertEqual(len(marathon.seen("POST", SUBSCRIPTIONS)), n)
                marathon.emit({"n": n})
                marathon.wait_for(lambda: not marathon.pending, "the event is answered")
                self.assertEqual(events(hub)[-1], {"n": n})
                marathon.forget()
            wait_registered(marathon, hub)
            self.assertEqual(marathon.refused, 0)

    def test_a_marathon_that_comes_late(self):
        with Marathon() as marathon:
            marathon.stop()
            with logger(marathon) as hub:
                hub.wait_log(f"127.0.0.1:{marathon.port}")
                self.assertEqual(hub.get("/healthz").status, 200)
                marathon.start()
                wait_registered(marathon, hub)
                marathon.emit(KILLED)
                marathon.wait_for(lambda: KILLED in events(hub), "the event is stored")
            self.assertEqual((marathon.refused, marathon.subscriptions), (0, []))


class Ports(unittest.TestCase):
    def test_it_listens_at_one_place(self):
        with Marathon() as marathon:
            for host in ("127.0.0.1", "127.0.0.2"):
                with held_port() as port:
                    with Hub("-m", marathon.url, "-i", host, "-p", str(port),
                             command="marathon") as hub:
                        self.assertEqual(listening(hub.process.pid), {(host, port)})
                        self.assertEqual(hub.events_port, port)
                        marathon.wait_for(lambda: marathon.streams == 1, "it attaches")
                        self.assertEqual(listening(hub.process.pid), {(host, port)})
                marathon.wait_for(lambda: marathon.streams == 0, "it detaches")

    def test_one_that_is_in_use(self):
        with Marathon() as marathon, alone() as hub:
            done = run("marathon", "-m", marathon.url, "-c", "http://127.0.0.1:1/events",
                       "-i", "127.0.0.1", "-p", str(hub.events_port))
            self.assertEqual((done.returncode, done.stdout), (69, b""))
            self.assertIn(f"cannot listen for events on 127.0.0.1:{hub.events_port}",
                          done.stderr.decode())
            self.assertEqual(marathon.connections, 0)

    def test_the_hubs_other_side(self):
        with (Marathon() as marathon,
              logger(marathon, "--subscribe-listen", "127.0.0.1:0") as hub):
            self.assertEqual(listening(hub.process.pid), {("127.0.0.1", hub.events_port),
                                                          ("127.0.0.1", hub.subscribe_port)})
            self.assertNotEqual(hub.events_port, hub.subscribe_port)
            with hub.subscribe("app=myapp&format=raw") as stream:
                wait_registered(marathon, hub)
                marathon.emit(KILLED)
                self.assertEqual(json.loads(stream.read_line()), KILLED)
            self.assertIn(KILLED, events(hub))
            self.assertEqual(json.loads(stored(hub)), json.loads(
                hub.request(head("/events", method="GET", version="1.0"), hub.events_port).body))

    def test_with_a_port_for_publishers_too(self):
        with alone("--publish-listen=127.0.0.1:0", "--subscribe-listen=127.0.0.1:0") as hub:
            self.assertEqual(listening(hub.process.pid), {
                ("127.0.0.1", port)
                for port in (hub.events_port, hub.subscribe_port, hub.publish_port)})
            with hub.subscribe("app=shop&format=raw") as stream, hub.publish("shop") as publisher:
                publisher.send(b'{"raw":"a line"}')
                self.assertEqual(stream.read_line(), b"a line\n")

    def test_without_the_word(self):
        with Marathon() as marathon:
            with logger(marathon, "-e", "in-memory://localhost/?max_length=3", command="") as hub:
                self.assertEqual(listening(hub.process.pid), {("127.0.0.1", hub.events_port)})
                self.assertEqual(hub.greeting,
                                 "Configuring in-memory store with {'max_length': 3}\n")
                wait_registered(marathon, hub)
                marathon.emit_each([KILLED] * 3)
                marathon.wait_for(lambda: events(hub) == [KILLED] * 3, "the newest three")
            self.assertEqual((marathon.refused, marathon.subscriptions), (0, []))

    def test_a_stream_of_events(self):
        with (alone() as hub, Stream(hub.events_port, "/events",
                                     headers=("Accept: text/event-stream",)) as stream):
            post_event(hub, compact(KILLED))
            self.assertEqual(stream.read_lines(2), [b"event: status_update_event\n",
                                                    b"data: " + compact(KILLED) + b"\n"])


if __name__ == "__main__":
    unittest.main()
