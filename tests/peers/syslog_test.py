"""The syslog sink before rsyslog and syslog-ng: what their parsers make of its messages."""
import json
import signal
import socket
import unittest

from peers import (CACHE, EPOCH, Daemon, Deliverer, find_program, free_port, make_certificate,
                   wait_until)

BOM = "\ufeff"
TIME = "2016-12-06T22:14:21.448123Z"
RECORDS = [
    {"raw": "plain", "severity": 9, "fields": {"user": 7, "why": 'a "b" [c] \\ é', "n": None}},
    {"raw": "näïve € 😀", "severity": 17},
    {"raw": "two\nlines", "severity": 21},
    b'{"raw":"bytes \xff\xfe.","severity":5}',
    {"raw": "x" * 6000, "severity": 13},
    {"raw": "[brackets] <14> and: colons", "severity": 10},
]
TEXTS = ["plain", "näïve € 😀", "two\nlines", "bytes \ufffd\ufffd.", "x" * 6000,
         "[brackets] <14> and: colons"]
SEVERITIES = [6, 3, 2, 7, 4, 5]


def with_time(record):
    if isinstance(record, bytes):
        return b'{"time":"' + TIME.encode() + b'",' + record[1:]
    return {"time": TIME, **record}


def records():
    return [with_time(record) for record in RECORDS]


RSYSLOG = """
global(workDirectory="{folder}" maxMessageSize="64k" net.enableDNS="off"
       parser.escapeControlCharactersOnReceive="off")
module(load="imudp") module(load="imtcp") module(load="mmpstrucdata")
template(name="row" type="list" option.jsonf="on") {{
  property(outname="pri" name="pri" format="jsonf")
  property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="host" name="hostname" format="jsonf")
  property(outname="app" name="app-name" format="jsonf")
  property(outname="proc" name="procid" format="jsonf")
  property(outname="version" name="protocol-version" format="jsonf")
  property(outname="data" name="structured-data" format="jsonf")
  property(outname="parsed" name="$!rfc5424-sd" format="jsonf")
  property(outname="text" name="msg" format="jsonf")
}}
ruleset(name="all") {{
  action(type="mmpstrucdata")
  action(type="omfile" file="{folder}/rows" template="row" asyncWriting="off" flushOnTXEnd="on")
}}
input(type="imudp" address="127.0.0.1" port="{udp}" ruleset="all")
input(type="imtcp" address="127.0.0.1" port="{tcp}" ruleset="all")
"""


class Rsyslog(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon("rsyslog")
        self.addCleanup(self.daemon.end)
        self.udp, self.tcp = free_port(socket.SOCK_DGRAM), free_port()
        (self.daemon.folder / "conf").write_text(
            RSYSLOG.format(folder=self.daemon.folder, udp=self.udp, tcp=self.tcp))
        self.start()

    def start(self):
        self.daemon.start([find_program("rsyslogd"), "-n", "-i", "NONE",
                           "-f", str(self.daemon.folder / "conf")], self.tcp)

    def test_its_parser_finds_every_value(self):
        ways = [("udp", self.udp, {}), ("tcp", self.tcp, {}),
                ("tcp", self.tcp, {"framing": "newline"})]
        for number, (over, port, options) in enumerate(ways):
            for form in ("rfc5424", "rfc3164"):
                with self.subTest(over=over, form=form, **options):
                    app = f"app{number}{form}"
                    self.check_way(over, port, form, app, options)

    def check_way(self, over, port, form, app, options):
        topic = {"app": app, "proc": "web.1", "host": "h-1"}
        with Deliverer("syslog", over, port, topic, format=form, **options) as to:
            fates, answers = to.deliver(*records())
            self.assertEqual(fates, "d" * len(RECORDS), answers)
        rows = self.daemon.await_rows(len(RECORDS), app=app)
        self.assertEqual(len(rows), len(RECORDS))
        texts = TEXTS if "framing" not in options else [t.replace("\n", "#012") for t in TEXTS]
        new = form == "rfc5424"
        lead = BOM if new else " "
        self.assertEqual([row["text"].removeprefix(lead) for row in rows], texts)
        self.assertEqual([int(row["pri"]) for row in rows], [8 + s for s in SEVERITIES])
        for row in rows:
            self.assertEqual((row["host"], row["proc"]), ("h-1", "web.1"))
            self.assertEqual(row["version"], "1" if new else "0")
        if new:
            self.assertTrue(all(row["time"] == TIME for row in rows), rows[0])
            parsed = rows[0]["parsed"]
            parsed = json.loads(parsed) if isinstance(parsed, str) else parsed
            self.assertEqual(parsed, {"logio@32473": {
                "cursor": f"{EPOCH}-1", "user": "7", "why": 'a "b" [c] \\ é', "n": "null"}})

    def test_a_peer_that_hangs_costs_nothing(self):
        """What it had acknowledged when it hung, and what is delivered again, is all there."""
        topic = {"app": "hanging", "proc": "", "host": "h"}
        batch = [with_time({"raw": f"{i} " + "y" * 900}) for i in range(50)]
        with Deliverer("syslog", "tcp", self.tcp, topic, timeout_ms=300) as to:
            self.assertEqual(to.deliver(batch[0])[0], "d")
            self.daemon.signal(signal.SIGSTOP)
            sent, pending = 1, []
            while not pending and sent < 200_000:
                fates, answers = to.deliver(*batch)
                pending = [batch[i] for i, fate in enumerate(fates) if fate != "d"]
                sent += fates.count("d")
            self.assertTrue(pending, "a stopped peer took everything")
            self.assertRegex(answers[-1]["error"],
                             r"^127\.0\.0\.1:\d+: .*(in time|timed out)|^cannot connect to ")
            self.daemon.signal(signal.SIGCONT)
            self.assertEqual(wait_until(lambda: self.try_again(to, pending), "it takes the rest"),
                             True)
        self.daemon.await_rows(sent + len(pending), app="hanging")

    @staticmethod
    def try_again(to, pending):
        fates, _ = to.deliver(*pending)
        pending[:] = [record for record, fate in zip(pending, fates) if fate != "d"]
        return not pending

    def test_a_peer_that_dies_is_found_again(self):
        topic = {"app": "dying", "proc": "", "host": "h"}
        with Deliverer("syslog", "tcp", self.tcp, topic) as to:
            self.assertEqual(to.deliver(with_time({"raw": "before"}))[0], "d")
            self.daemon.await_rows(1, app="dying")
            self.daemon.kill()
            fates, answers = to.deliver(with_time({"raw": "between"}))
            self.assertEqual(fates, "p")
            self.assertEqual(answers[0]["error"],
                             f"cannot connect to 127.0.0.1:{self.tcp}: connection refused")
            self.start()
            self.assertEqual(to.deliver(with_time({"raw": "between"}),
                                        with_time({"raw": "after"}))[0], "dd")
        rows = self.daemon.await_rows(3, app="dying")
        self.assertEqual([row["text"].removeprefix(BOM) for row in rows],
                         ["before", "between", "after"])


SYSLOG_NG = """
@version: 3.38
options {{ keep-hostname(yes); use-dns(no); log-msg-size(65536); flush-lines(1); stats-freq(0);
          ts-format(iso); frac-digits(6); }};
source s {{
  syslog(ip(127.0.0.1) transport(udp) port({udp}));
  syslog(ip(127.0.0.1) transport(tcp) port({tcp}));
  syslog(ip(127.0.0.1) transport(tls) port({tls})
         tls(key-file("{key}") cert-file("{certificate}") peer-verify(optional-untrusted)));
}};
template row {{ template("$(format-json --key .SDATA.* --pair pri=$PRI --pair time=$S_ISODATE
  --pair host=$HOST --pair app=$PROGRAM --pair proc=$PID --pair text=$MESSAGE)\\n"); }};
destination d {{ file("{folder}/rows" template(row)); }};
log {{ source(s); destination(d); }};
"""


class SyslogNg(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon("syslog-ng")
        self.addCleanup(self.daemon.end)
        folder, unpacked = self.daemon.folder, CACHE / "syslog-ng"
        self.udp, self.tcp, self.tls = free_port(socket.SOCK_DGRAM), free_port(), free_port()
        self.certificate, key = make_certificate(folder, "IP:127.0.0.1")
        (folder / "conf").write_text(SYSLOG_NG.format(
            folder=folder, udp=self.udp, tcp=self.tcp, tls=self.tls, key=key,
            certificate=self.certificate))
        program = find_program("syslog-ng", unpacked / "usr" / "sbin" / "syslog-ng")
        command = [program, "-F", "--stderr", "--no-caps", "-f", str(folder / "conf"),
                   "-R", str(folder / "persist"), "-c", str(folder / "control"),
                   "-p", str(folder / "pid")]
        environment = {}
        if program.startswith(str(unpacked)):
            modules = next((unpacked / "usr" / "lib" / "syslog-ng").glob("3.*"))
            command.append(f"--module-path={modules}")
            libraries = [*unpacked.glob("**/*-linux-gnu"), unpacked / "usr" / "lib" / "syslog-ng"]
            environment["LD_LIBRARY_PATH"] = ":".join(map(str, libraries))
        self.daemon.start(command, self.tls, **environment)

    def test_its_strict_parser_finds_every_value(self):
        trusted = {"ca_file": self.certificate}
        for over, port, options in (("udp", self.udp, {}), ("tcp", self.tcp, {}),
                                    ("tls", self.tls, trusted)):
            with self.subTest(over=over):
                app = f"app-{over}"
                topic = {"app": app, "proc": "web.1", "host": "h-1"}
                with Deliverer("syslog", over, port, topic, **options) as to:
                    fates, answers = to.deliver(*records())
                    self.assertEqual(fates, "d" * len(RECORDS), answers)
                rows = self.daemon.await_rows(len(RECORDS), app=app)
                self.assertEqual([row["text"] for row in rows], TEXTS)
                self.assertEqual([int(row["pri"]) for row in rows], [8 + s for s in SEVERITIES])
                for number, row in enumerate(rows, 1):
                    self.assertEqual((row["host"], row["proc"]), ("h-1", "web.1"))
                    data = row["_SDATA"]["logio@32473"]
                    self.assertEqual(data["cursor"], f"{EPOCH}-{number}")
                self.assertEqual(rows[0]["_SDATA"]["logio@32473"]["why"], 'a "b" [c] \\ é')
                self.assertEqual(rows[0]["time"][:26], TIME[:26])

    def test_a_stranger_gets_nothing(self):
        topic = {"app": "secret", "proc": "", "host": "h"}
        with Deliverer("syslog", "tls", self.tls, topic) as to:
            fates, answers = to.deliver(with_time({"raw": "secret"}))
            self.assertEqual(fates, "p")
            self.assertRegex(answers[0]["error"], "is not trusted here|no file of trusted")
        with Deliverer("syslog", "tls", self.tls, topic, ca_file=self.certificate) as to:
            self.assertEqual(to.deliver(with_time({"raw": "known"}))[0], "d")
        rows = self.daemon.await_rows(1, app="secret")
        self.assertEqual([row["text"] for row in rows], ["known"])


if __name__ == "__main__":
    unittest.main()
