"""A hub on sockets of a service manager is restarted again and again: no connection is lost."""
import json
import socket
import threading
import unittest

from hub import DEADLINE_S
from service import activated, listening, port_of

RESTARTS = 10
OF_EACH_KIND = 8


class Client(threading.Thread):
    """Connects again and again, each time until it is served by one hub or by the next."""

    def __init__(self, port, stop):
        super().__init__(daemon=True)
        self.port, self.stop = port, stop
        self.served = self.turned_away = 0
        self.lost = []  # of connections: what became of them

    def run(self):
        while not self.stop.is_set():
            if not self.try_once():
                return
        while not self.lost and not self.try_once(last=True):  # in the end, each is served
            pass

    def try_once(self, last=False):
        try:
            connection = socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE_S)
        except OSError as why:
            self.lost.append(f"connect: {why}")
            return False
        with connection:
            try:
                served = self.talk(connection)
            except OSError as why:
                self.lost.append(f"connected, and then: {why}")
                return False
        self.served += served
        self.turned_away += not served
        return served or not last


class PublishingClient(Client):
    def talk(self, connection):
        connection.sendall(b'{"app":"a","ack":true}')
        with connection.makefile("rb") as answers:
            line = answers.readline()
        said = json.loads(line) if line else self.lost.append("closed without a word")
        return bool(said) and "logio" in said


class SubscribingClient(Client):
    def talk(self, connection):
        connection.sendall(b"GET /?app=a HTTP/1.1\r\nHost: hub\r\n\r\n")
        with connection.makefile("rb") as answer:
            line = answer.readline()
        if line.split()[1:2] not in ([b"200"], [b"503"]):
            self.lost.append(f"answered with {line!r}")
        return b"200" in line


class Restart(unittest.TestCase):
    def test_no_connection_is_refused_or_lost_while_the_hub_is_restarted(self):
        with listening() as publish, listening() as subscribe:
            stop = threading.Event()
            clients = [kind(port_of(where), stop)
                       for kind, where in ((PublishingClient, publish),
                                           (SubscribingClient, subscribe))
                       for _ in range(OF_EACH_KIND)]
            for client in clients:
                client.start()  # before there is any hub
            served = 0
            for turn in range(RESTARTS + 1):
                with activated([publish, subscribe], names="publish:subscribe") as hub:
                    self.wait_for_more(clients, served, turn)
                    if turn == RESTARTS:
                        stop.set()
                        for client in clients:
                            client.join(DEADLINE_S)
                    served = sum(c.served for c in clients)
                self.assertEqual(hub.process.returncode, 0)
            self.assertEqual([lost for c in clients for lost in c.lost], [])
            self.assertFalse(any(c.is_alive() for c in clients))
            self.assertTrue(all(c.served > 0 for c in clients))
            print(f"{served} connections served over {RESTARTS} restarts, "
                  f"{sum(c.turned_away for c in clients)} told to come again", flush=True)

    def wait_for_more(self, clients, served, turn):
        never = threading.Event()
        for _ in range(int(DEADLINE_S * 100)):
            lost = [text for c in clients for text in c.lost]
            self.assertEqual(lost, [], f"in turn {turn}")
            if sum(c.served for c in clients) > served + 10 * len(clients):
                return
            never.wait(0.01)
        self.fail("nobody is served any more")


if __name__ == "__main__":
    unittest.main()
