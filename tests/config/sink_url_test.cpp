#include "logio/config/sink_url.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <vector>

#include "config/support.hpp"

namespace logio::config {
namespace {

using namespace std::chrono_literals;
using sink::peer_address;
using sink::transport;
using words = std::vector<std::string>;

sink::sink_options made(std::string_view url, const environment& env = {},
                        const std::vector<sink_setting>& settings = {}) {
  auto parsed = parse_sink_url(url, env, settings);
  INFO(url);
  if (!parsed) UNSCOPED_INFO(joined(parsed.error()));
  REQUIRE(parsed.has_value());
  return std::move(*parsed);
}

std::string why_not(std::string_view url, const environment& env = {},
                    const std::vector<sink_setting>& settings = {}) {
  const auto parsed = parse_sink_url(url, env, settings);
  INFO(url);
  REQUIRE(parsed.has_error());
  REQUIRE_FALSE(parsed.error().empty());
  return joined(parsed.error());
}

TEST_CASE("every scheme names its kind, its transport and its port") {
  struct row {
    const char* url;
    sink::kind kind;
    transport over;
    std::vector<peer_address> peers;
    const char* path;
  };
  const std::vector<row> rows{
      {"in-memory://localhost/", sink::kind::in_memory, transport::none, {}, ""},
      {"syslog://h", sink::kind::syslog, transport::udp, {{"h", 514}}, ""},
      {"syslog+tcp://h:1/", sink::kind::syslog, transport::tcp, {{"h", 1}}, ""},
      {"syslog+tls://h", sink::kind::syslog, transport::tls, {{"h", 6514}}, ""},
      {"gelf+udp://[::1]", sink::kind::gelf, transport::udp, {{"::1", 12201}}, ""},
      {"gelf+tcp://h", sink::kind::gelf, transport::tcp, {{"h", 12201}}, ""},
      {"gelf+tls://h", sink::kind::gelf, transport::tls, {{"h", 12201}}, ""},
      {"kafka://a:1,b/t", sink::kind::kafka, transport::tcp, {{"a", 1}, {"b", 9092}}, "t"},
      {"kafka+tls://a/t", sink::kind::kafka, transport::tls, {{"a", 9093}}, "t"},
      {"elasticsearch://a,b:2/i", sink::kind::elasticsearch, transport::tcp,
       {{"a", 9200}, {"b", 2}}, "i"},
      {"elasticsearch+https://a/i", sink::kind::elasticsearch, transport::tls, {{"a", 9200}}, "i"},
      {"file:///var/log/x.log", sink::kind::file, transport::none, {}, "/var/log/x.log"},
      {"file://localhost/x", sink::kind::file, transport::none, {}, "/x"},
      {"logio://hub", sink::kind::logio, transport::tcp, {{"hub", 7701}}, ""},
      {"logios://hub:9", sink::kind::logio, transport::tls, {{"hub", 9}}, ""},
  };
  for (const row& r : rows) {
    INFO(r.url);
    const sink::sink_options o = made(r.url);
    CHECK(o.kind == r.kind);
    CHECK(o.over == r.over);
    CHECK(o.peers == r.peers);
    CHECK(o.path == r.path);
    CHECK(o.shown_url == r.url);
    CHECK(o.name.empty());
    CHECK_FALSE(o.on_full);
  }
}

TEST_CASE("what is not said has the defaults, format the first word of its kind") {
  const sink::sink_options fresh;
  const sink::sink_options o = made("syslog+tcp://h");
  CHECK(o.format == "rfc5424");
  CHECK(o.batch_records == fresh.batch_records);
  CHECK(o.batch_bytes == fresh.batch_bytes);
  CHECK(o.queue_bytes == fresh.queue_bytes);
  CHECK(o.timeout == fresh.timeout);
  CHECK(o.selection == fresh.selection);
  CHECK(made("kafka://h/t").format == "json");
  CHECK(made("file:///x").format == "text");
  CHECK(made("gelf+udp://h").format.empty());
  CHECK(made("elasticsearch://h/i").batch_records == 5000);
  CHECK(made("elasticsearch://h/i").batch_bytes == 4u << 20);
  CHECK(made("elasticsearch://h/i?batch_records=7").batch_records == 7);
}

TEST_CASE("every sink takes the common options") {
  const sink::sink_options o = made(
      "in-memory://localhost/?name=last.1_x-Y&app=shop&app=ba+nk&proc=web%7Cworker&host=h%2B"
      "&log=a%26b&log=c&exclude=health&severity=WARN&on_full=drop_oldest&queue_bytes=2MiB"
      "&batch_records=5&batch_bytes=4KiB&batch_age=2s&rate_records=9&rate_bytes=1KiB&timeout=3s"
      "&retry_max_age=2h&max_length=12");
  CHECK(o.name == "last.1_x-Y");
  CHECK(o.selection.app == words{"shop", "ba nk"});
  CHECK(o.selection.proc == words{"web|worker"});
  CHECK(o.selection.host == words{"h+"});
  CHECK(o.selection.log == words{"a&b", "c"});
  CHECK(o.selection.exclude == words{"health"});
  CHECK(o.selection.severity == "warn");
  CHECK(o.on_full == sink::when_full::drop_oldest);
  CHECK(o.queue_bytes == 2u << 20);
  CHECK(o.batch_records == 5);
  CHECK(o.batch_bytes == 4096);
  CHECK(o.batch_age == 2s);
  CHECK(o.rate_records == 9);
  CHECK(o.rate_bytes == 1024);
  CHECK(o.timeout == 3s);
  CHECK(o.retry_max_age == 2h);
  CHECK(o.max_length == 12);
  CHECK(made("syslog://h?on_full=spill").on_full == sink::when_full::spill);
  CHECK(made("syslog://h?severity=17").selection.severity == "17");
}

TEST_CASE("each kind takes its own options") {
  const auto syslog = made("syslog+tls://h?format=rfc3164&facility=local7&framing=newline&"
                           "sd_id=a@1&tls_verify=false");
  CHECK(syslog.format == "rfc3164");
  CHECK(syslog.facility == 23);
  CHECK_FALSE(syslog.octet_framing);
  CHECK(syslog.sd_id == "a@1");
  CHECK_FALSE(syslog.tls.verify);
  CHECK(made("syslog://h?facility=4").facility == 4);
  CHECK(made("syslog+tcp://h?framing=octet").octet_framing);

  const auto gelf = made("gelf+udp://h?compress=zlib&chunk_bytes=8KiB");
  CHECK(gelf.compress == "zlib");
  CHECK(gelf.chunk_bytes == 8192);

  const auto kafka = made("kafka://u:p@h/t?sasl_mechanism=SCRAM-SHA-256&format=text&compress=zstd&"
                          "headers=false");
  CHECK(kafka.secrets.user == "u");
  CHECK(kafka.secrets.password == "p");
  CHECK(kafka.sasl_mechanism == "SCRAM-SHA-256");
  CHECK(kafka.format == "text");
  CHECK(kafka.compress == "zstd");
  CHECK_FALSE(kafka.headers);
  CHECK(made("kafka://h/t").headers);

  const auto elastic = made("elasticsearch+https://h/i?data_stream=true&install_template=true&"
                            "token=abc==&compress=none");
  CHECK(elastic.data_stream);
  CHECK(elastic.install_template);
  CHECK(elastic.secrets.token == "abc==");
  CHECK(elastic.compress == "none");

  const auto file = made("file:///x?format=ndjson&rotate_bytes=1GiB&compress=zstd");
  CHECK(file.format == "ndjson");
  CHECK(file.compress == "zstd");
  CHECK(file.rotate_bytes == 1u << 30);
}

TEST_CASE("a path is a template in which escapes are literal") {
  CHECK(made("file:///l/{app}/%Y%m%d-%H.log").path == "/l/{app}/%Y%m%d-%H.log");
  CHECK(made("file:///l/%25Y%7Bapp%7D%20x").path == "/l/%%Y%{app} x");  // %7D is a plain }
  CHECK(made("file:///l/%D0%B0").path == "/l/\xd0\xb0");
  CHECK(made("file:///l/%d0").path == "/l/%d0");  // the day and a 0
  CHECK(made("file:///l/${D}/x", variables({{"D", "50%Y{"}})).path == "/l/50%%Y%{/x");
  CHECK(made("elasticsearch://h/logs-%Y.%m.%d").path == "logs-%Y.%m.%d");
  CHECK(made("kafka://h/logs%2Dx").path == "logs-x");
}

TEST_CASE("variables stand for what they hold, wherever they are") {
  const environment env = variables({{"PW", "p@/?#%41&+"}, {"B", "a:1,b"}, {"T", "3s"}});
  const auto o = made("kafka://u:${PW}@${B}/t?sasl_mechanism=PLAIN&timeout=${T}&log=$${x}", env);
  CHECK(o.secrets.password == "p@/?#%41&+");
  CHECK(o.peers == std::vector<peer_address>{{"a", 1}, {"b", 9092}});
  CHECK(o.timeout == 3s);
  CHECK(o.selection.log == words{"${x}"});
  CHECK(o.shown_url ==
        "kafka://u:***@${B}/t?sasl_mechanism=PLAIN&timeout=${T}&log=$${x}");
  CHECK(made("elasticsearch://h/i?token=${PW}", env).secrets.token == "p@/?#%41&+");
}

TEST_CASE("a variable that is not set, or is none, is an error with its name") {
  CHECK(why_not("elasticsearch://h/i?token=${GONE}") ==
        "has a bad token: the variable GONE is not set");
  CHECK(why_not("syslog://${H}") == "has a bad host: the variable H is not set");
  CHECK(why_not("file:///${H}") == "has a bad path: the variable H is not set");
  CHECK(why_not("syslog://h?log=a${2}") ==
        "has a bad log: ${ is not followed by a variable's name and }; write $${ for the "
        "characters ${");
}

TEST_CASE("options beside the URL are the same options, without escapes") {
  const environment env = variables({{"PW", "secret"}});
  const auto o = made("kafka://h/t", env,
                      {{"user", "hub", {}, 3},
                       {"password", "${PW}", {}, 4},
                       {"sasl_mechanism", "PLAIN", {}, 5},
                       {"batch_records", "5", sink_setting::type::number, 6},
                       {"app", "a%20+", {}, 7},
                       {"app", "b", {}, 7}});
  CHECK(o.secrets.user == "hub");
  CHECK(o.secrets.password == "secret");
  CHECK(o.batch_records == 5);
  CHECK(o.selection.app == words{"a%20+", "b"});
  CHECK(o.shown_url == "kafka://h/t");
  CHECK(made("elasticsearch://h/i", {}, {{"data_stream", "true", sink_setting::type::boolean, 1}})
            .data_stream);

  const auto wrong = parse_sink_url("syslog://h?timeout=1s", {},
                                    std::vector<sink_setting>{
                                        {"timeout", "2s", {}, 8},
                                        {"name", "5", sink_setting::type::number, 9},
                                        {"batch_age", "true", sink_setting::type::boolean, 10}});
  REQUIRE(wrong.has_error());
  REQUIRE(wrong.error().size() == 3);
  CHECK(wrong.error()[0].why == "has timeout twice");
  CHECK(wrong.error()[0].line == 8);
  CHECK(wrong.error()[1].why == "has a bad name: it must be a string, not a number");
  CHECK(wrong.error()[2].why == "has a bad batch_age: it must be a string, not true or false");
}

TEST_CASE("a URL that is none is told why, with the nearest scheme") {
  CHECK(why_not("") == "is no URL: write SCHEME://HOST, as in syslog+tcp://host:514");
  CHECK(why_not("host:514") == "is no URL: write SCHEME://HOST, as in syslog+tcp://host:514");
  CHECK(why_not("sylog://h") == "has the unknown scheme 'sylog'; did you mean syslog?");
  CHECK(why_not("kafka+ssl://h/t") ==
        "has the unknown scheme 'kafka+ssl'; did you mean kafka+tls?");
  CHECK(why_not("xyzzyxyzzy://h").starts_with(
      "has the unknown scheme 'xyzzyxyzzy'; there are in-memory, syslog, syslog+tcp, "));
  CHECK(why_not("syslog://h" + std::string(20'000, 'x')) == "is longer than 16384 bytes");
  CHECK(why_not("syslog://h#x") == "has a #: write %23 for it");
}

TEST_CASE("hosts are checked by the rules of their kind") {
  CHECK(why_not("syslog://") == "has no host; write it as in syslog://host:514");
  CHECK(why_not("syslog://:514") == "has no host; write it as in syslog://host:514");
  CHECK(why_not("syslog://h:x") == "has a bad port 'x'; write it as in syslog://host:514");
  CHECK(why_not("syslog://h:0") == "has a bad port '0'; write it as in syslog://host:514");
  CHECK(why_not("kafka://user:hunter2/t") ==
        "has a bad port; write it as in kafka://host:9092/topic");
  CHECK(why_not("syslog://[::1") == "has a [ without ]; write it as in syslog://host:514");
  CHECK(why_not("syslog://h%20x") == "has a bad host 'h x'");
  CHECK(why_not("syslog://a,b") == "has 2 hosts; syslog takes one");
  CHECK(why_not("kafka://a,,b/t") ==
        "has no host; write it as in kafka://host:9092/topic");
  CHECK(why_not("syslog://h/x") ==
        "has a path, which syslog does not take; write it as in syslog://host:514");
  CHECK(why_not("file://var/log/x") ==
        "has a host, which file does not take; write it as in "
        "file:///var/log/{app}/%Y%m%d.log");
  CHECK(why_not("in-memory://h") ==
        "has a host, which in-memory does not take; write it as in in-memory://localhost/");
  const environment env = variables({{"P", "hunter2:x"}, {"Q", "a b"}});
  CHECK(why_not("syslog://${P}", env) == "has a bad port in a variable");
  CHECK(why_not("syslog://${Q}", env) == "has a bad host in a variable");
}

TEST_CASE("options that are unknown, of another kind, or given twice") {
  CHECK(why_not("syslog://h?timout=1s") ==
        "has the unknown option 'timout'; did you mean timeout?");
  CHECK(why_not("in-memory://localhost/?xyzzyxyzzy=1") ==
        "has the unknown option 'xyzzyxyzzy'; in-memory has name app proc host log exclude "
        "severity on_full queue_bytes batch_records batch_bytes batch_age rate_records rate_bytes "
        "timeout retry_max_age max_length");
  CHECK(why_not("syslog://h?framing=octet") ==
        "has the option framing, which is for syslog+tcp, syslog+tls only");
  CHECK(why_not("kafka://h/t?ca_file=/x") ==
        "has the option ca_file, which is for syslog+tls, gelf+tls, kafka+tls, "
        "elasticsearch+https, logios only");
  CHECK(why_not("gelf+udp://u:hunter2@h") ==
        "has the option user, which is for kafka, kafka+tls, elasticsearch, elasticsearch+https, "
        "logio, logios only; it has the option password, which is for kafka, kafka+tls, "
        "elasticsearch, elasticsearch+https, logio, logios only");
  CHECK(why_not("syslog://h?timeout=1s&timeout=1s") == "has timeout twice");
  CHECK(why_not("syslog://h?timeout") ==
        "has a part without = in its query: write OPTION=VALUE, and %26 for an & in a value");
  CHECK(why_not("syslog://h?log=%4") ==
        "has a bad log: there is a % without two hex digits; write %25 for a percent");
  CHECK(made("syslog://h?&timeout=1s&").timeout == 1s);
}

TEST_CASE("a bad value names the option, the value, and what is allowed") {
  const auto why = [](const std::string& kind, const std::string& option) {
    return why_not(kind + "?" + option);
  };
  CHECK(why("syslog://h", "timeout=10") ==
        "has a bad timeout: '10' is no duration: write N with ms, s, m, h or d");
  CHECK(why("syslog://h", "timeout=1ms") ==
        "has a bad timeout: '1ms' is too short: at least 100ms");
  CHECK(why("syslog://h", "batch_age=2h") == "has a bad batch_age: '2h' is too long: at most 1h");
  CHECK(why("syslog://h", "queue_bytes=1") ==
        "has a bad queue_bytes: '1' is too small: at least 64KiB");
  CHECK(why("syslog://h", "batch_bytes=1MB") ==
        "has a bad batch_bytes: '1MB' is no size: write N, NKiB, NMiB or NGiB");
  CHECK(why("syslog://h", "batch_records=0") ==
        "has a bad batch_records: '0' is no number from 1 to 1000000");
  CHECK(why("syslog://h", "on_full=block") ==
        "has a bad on_full: 'block' is none of drop_oldest|spill");
  CHECK(why("syslog://h", "name=a/b") ==
        "has a bad name: 'a/b' is no name: write 1 to 64 of A-Z a-z 0-9 . _ -");
  CHECK(why("syslog://h", "name=..").starts_with("has a bad name: '..' is no name"));
  for (const char* bad : {"loud", "0", "25", "07"}) {
    CHECK(why("syslog://h", std::string("severity=") + bad) ==
          std::string("has a bad severity: '") + bad +
              "' is none of trace|debug|info|warn|error|fatal and no number from 1 to 24");
  }
  CHECK(why("syslog://h", "format=gelf") ==
        "has a bad format: 'gelf' is none of rfc5424|rfc3164|marathon-logger");
  CHECK(why("syslog://h", "facility=24") ==
        "has a bad facility: '24' is no facility: write user, daemon, auth, cron, local0 to local7 "
        "... or 0 to 23");
  CHECK(why("syslog://h", "sd_id=a%20b") ==
        "has a bad sd_id: 'a b' is no SD-ID: write 1 to 32 printable characters without = ] \" and "
        "space, as in logio@32473");
  CHECK(why("syslog+tcp://h", "framing=nul") ==
        "has a bad framing: 'nul' is none of octet|newline");
  CHECK(why("gelf+udp://h", "compress=zstd") ==
        "has a bad compress: 'zstd' is none of gzip|zlib|none");
  CHECK(why("gelf+udp://h", "chunk_bytes=64KiB") ==
        "has a bad chunk_bytes: '64KiB' is too large: at most 65507");
  CHECK(why("kafka://h/t", "sasl_mechanism=GSSAPI") ==
        "has a bad sasl_mechanism: 'GSSAPI' is none of PLAIN|SCRAM-SHA-256|SCRAM-SHA-512");
  CHECK(why("elasticsearch://h/i", "data_stream=yes") ==
        "has a bad data_stream: 'yes' is none of true|false");
  CHECK(why("in-memory://localhost/", "max_length=0") ==
        "has a bad max_length: '0' is no number from 1 to 10000000");
  CHECK(why("file:///x", "rotate_bytes=0") ==
        "has a bad rotate_bytes: '0' is too small: at least 1KiB");
  CHECK(why("file:///x", "compress=lz4") ==
        "has a bad compress: 'lz4' is none of gzip|zstd|none");
  CHECK(why("syslog://h", "log=%0Ax&name=%0A") ==
        "has a bad name: '?' is no name: write 1 to 64 of A-Z a-z 0-9 . _ -");
}

TEST_CASE("all that is wrong with a sink is told at once") {
  const auto parsed = parse_sink_url("syslog://h:x/a b?timeout=1&nmae=x", {});
  REQUIRE(parsed.has_error());
  CHECK(parsed.error().size() == 4);
}

TEST_CASE("sinks without a name are called after their peer, each differently") {
  std::vector<sink::sink_options> sinks;
  for (const char* url :
       {"syslog://host", "syslog+tcp://host", "syslog://other?name=syslog-host-514",
        "kafka://b1,b2/logs-%Y", "in-memory://localhost/", "in-memory://",
        "file:///var/log/{app}/%Y.log", "gelf+tcp://[::1]:5"}) {
    sinks.push_back(made(url));
  }
  sinks.push_back(made("file:///" + std::string(100, 'x')));
  sinks.push_back(made("file:///" + std::string(100, 'x')));
  name_sinks(sinks);
  words names;
  for (const sink::sink_options& s : sinks) names.push_back(s.name);
  CHECK(names == words{"syslog-host-514-2", "syslog-host-514-3", "syslog-host-514",
                       "kafka-b1-9092-logs-Y", "in-memory", "in-memory-2",
                       "file-var-log-app-Y.log", "gelf-1-5", "file-" + std::string(59, 'x'),
                       "file-" + std::string(57, 'x') + "-2"});
  for (const std::string& name : names) {
    INFO(name);
    CHECK(made("syslog://h?name=" + name).name == name);  // it would be taken as a name
  }
}

}  // namespace
}  // namespace logio::config
