#include "logio/config/marathon_setup.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "config/scratch.hpp"
#include "config/support.hpp"
#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

using words = std::vector<std::string>;

words with_marathon(words arguments) {
  arguments.insert(arguments.begin(), {"-m", "http://m1:8080"});
  return arguments;
}

serve_options read(const words& arguments, const environment& env = {}) {
  auto setup = read_marathon(with_marathon(arguments), env);
  if (!setup) {
    for (const std::string& line : setup.error().lines) UNSCOPED_INFO(line);
  }
  REQUIRE(setup.has_value());
  return std::move(setup->options);
}

serve_errors refused(const words& arguments, const environment& env = {}) {
  const auto setup = read_marathon(arguments, env);
  REQUIRE(setup.has_error());
  return setup.error();
}

std::string refused_line(const words& arguments, int exit_code, const environment& env = {}) {
  const serve_errors errors = refused(with_marathon(arguments), env);
  CHECK(errors.exit_code == exit_code);
  CHECK_FALSE(errors.complete_lines);
  REQUIRE(errors.lines.size() == 1);
  return errors.lines[0];
}

TEST_CASE("marathon-logger's flags, short and long") {
  for (const words& arguments :
       {words{"-m", "http://m1:8080", "-c", "http://me:81/events", "-e",
              "in-memory://x/?max_length=3", "-p", "81", "-i", "10.0.0.7"},
        words{"-mhttp://m1:8080", "-chttp://me:81/events", "-ein-memory://x/?max_length=3", "-p81",
              "-i10.0.0.7"},
        words{"--marathon-url=http://m1:8080", "--callback-url", "http://me:81/events",
              "--event-store=in-memory://x/?max_length=3", "--port=81", "--ip", "10.0.0.7"}}) {
    const auto setup = taken(read_marathon(arguments, {}));
    const serve_options& o = setup.options;
    CHECK(o.command_name == "marathon");
    CHECK(o.marathon.nodes.size() == 1);
    CHECK(o.marathon.shown_url == "http://m1:8080");
    CHECK(o.marathon.callback_url == "http://me:81/events");
    CHECK(o.events_max == 3);
    CHECK(o.events_listen == "10.0.0.7:81");
    CHECK(o.arguments == arguments);
    CHECK(o.warnings.empty());
  }
}

TEST_CASE("without more flags it has one port, marathon-logger's") {
  const serve_options o = read({});
  CHECK(o.events_listen == "0.0.0.0:5000");
  CHECK(o.publish_listen.empty());
  CHECK(o.subscribe_listen.empty());
  CHECK(o.marathon.callback_url.empty());
  CHECK(o.events_max == 100);
}

TEST_CASE("all flags of serve are taken, from all places") {
  const scratch_file file("publish_listen = \":1\"\nring_bytes = \"2MiB\"\n");
  const serve_options o = read({"--config", file.path(), "--topics-max", "6"},
                               variables({{"LOGIO_SUBSCRIBE_LISTEN", ":2"}}));
  CHECK(o.publish_listen == ":1");
  CHECK(o.subscribe_listen == ":2");
  CHECK(o.ring_bytes == 2u << 20);
  CHECK(o.topics_max == 6);
  CHECK(read({"--config", file.path(), "--publish-listen", ""}).publish_listen.empty());
}

TEST_CASE("where it listens: the address and port of the command line, else --events-listen") {
  CHECK(read({"-p", "0"}).events_listen == "0.0.0.0:0");
  CHECK(read({"-i", "::"}).events_listen == "[::]:5000");
  CHECK(read({"-i", "[::1]", "-p", "65535"}).events_listen == "[::1]:65535");
  CHECK(read({"--events-listen", "h:1"}).events_listen == "h:1");
  const environment env = variables({{"LOGIO_EVENTS_LISTEN", "h:2"}});
  CHECK(read({}, env).events_listen == "h:2");
  CHECK(read({"-p", "3"}, env).events_listen == "0.0.0.0:3");
  const scratch_file file("events_listen = \"h:4\"\n");
  CHECK(read({"--config", file.path()}).events_listen == "h:4");

  CHECK(refused_line({"--events-listen", "h:1", "-p", "5000"}, base::exit_usage) ==
        "--events-listen says where events come in, and so do -p and -i; give one or the other");
  CHECK(refused_line({"-i", "h", "--events-listen=h:1"}, base::exit_usage) ==
        "--events-listen says where events come in, and so do -p and -i; give one or the other");
  for (const char* port : {"65536", "-1", "x", "", "80 "}) {
    CHECK(refused_line({"-p", port}, base::exit_usage) ==
          std::string("-p: '") + port + "' is no number from 0 to 65535");
  }
  CHECK(refused_line({"--ip", "a b"}, base::exit_usage) ==
        "--ip: 'a b' is no address: write 0.0.0.0, :: or one of this machine's");
  CHECK(refused_line({"--ip="}, base::exit_usage) ==
        "--ip: '' is no address: write 0.0.0.0, :: or one of this machine's");
}

TEST_CASE("port and ip are the command line's only: others set LOGIO_PORT for other reasons") {
  const environment env =
      variables({{"LOGIO_PORT", "tcp://10.0.0.1:7702"}, {"LOGIO_IP", "a b"}});
  CHECK(read({}, env).events_listen == "0.0.0.0:5000");
  const scratch_file file("port = 81\nzebra = 1\n");
  CHECK(refused(with_marathon({"--config", file.path()})).lines ==
        words{file.path() + ":1: unknown key 'port'; keys are the flags of logio serve with _ for "
                            "-, and [[sink]]",
              file.path() + ":2: unknown key 'zebra'; keys are the flags of logio serve with _ for "
                            "-, and [[sink]]"});
}

TEST_CASE("Marathon's URL is required, from whichever place") {
  const serve_errors none = refused({"-c", "http://me/events"});
  CHECK(none.exit_code == base::exit_usage);
  CHECK(none.lines == words{"argument -m/--marathon-url is required"});
  const auto by_variable = read_marathon({}, variables({{"LOGIO_MARATHON_URL", "http://m2"}}));
  CHECK(taken(by_variable).options.marathon.shown_url == "http://m2");
  const scratch_file file("marathon_url = \"http://m3\"\ncallback_url = \"http://me/events\"\n");
  const auto by_file = taken(read_marathon(words{"--config", file.path()}, {}));
  CHECK(by_file.options.marathon.shown_url == "http://m3");
  CHECK(by_file.options.marathon.callback_url == "http://me/events");
  const scratch_file bad("marathon_url = \"m3\"\n");
  CHECK(refused({"--config", bad.path()}).lines ==
        words{bad.path() + ":1: marathon_url: 'm3' has no scheme: write http://HOST:PORT"});
}

TEST_CASE("an unknown event store ends as with marathon-logger, wherever it is given") {
  struct row {
    const char* store;
    const char* said;
  };
  const std::vector<row> rows{
      {"redis://localhost/", R"(Invalid event store type: "redis" (from "redis://localhost/"))"},
      {"x://", R"(Invalid event store type: "x" (from "x://"))"},
      {"foo", R"(Invalid event store type: "" (from "foo"))"},
      {"", R"(Invalid event store type: "" (from ""))"},
      {"localhost:514", R"(Invalid event store type: "" (from "localhost:514"))"},
      {"://x", R"(Invalid event store type: "" (from "://x"))"},
      {"FOO:bar", R"(Invalid event store type: "foo" (from "FOO:bar"))"},
      {"foo:", R"(Invalid event store type: "foo" (from "foo:"))"},
      {"a b://x", R"(Invalid event store type: "" (from "a b://x"))"},
      {"http://u:hunter2@h/?token=hunter2",
       R"(Invalid event store type: "http" (from "http://u:***@h/?token=***"))"},
  };
  for (const row& r : rows) {
    INFO(r.store);
    const serve_errors errors = refused(with_marathon({"-e", r.store}));
    CHECK(errors.exit_code == base::exit_event_store);
    CHECK(errors.complete_lines);
    CHECK(errors.lines == words{r.said});
  }
  const words said{R"(Invalid event store type: "x" (from "x://y"))"};
  const serve_errors by_variable =
      refused(with_marathon({"-e", "syslog://h"}), variables({{"LOGIO_EVENT_STORE", "x://y"}}));
  CHECK(by_variable.exit_code == base::exit_event_store);
  CHECK(by_variable.lines == said);
  const scratch_file file("zebra = 1\nevent_store = \"x://y\"\n");
  const serve_errors by_file = refused(with_marathon({"--config", file.path()}));
  CHECK(by_file.exit_code == base::exit_event_store);
  CHECK(by_file.complete_lines);
  CHECK(by_file.lines == said);
  CHECK(base::exit_event_store == 1);
}

TEST_CASE("a bad event store of a known kind ends with 1 too, and says what is wrong") {
  CHECK(refused_line({"-e", "in-memory://localhost/?max_length=abc"}, 1) ==
        "-e: 'in-memory://localhost/?max_length=abc' has a bad max_length: 'abc' is no number from "
        "1 to 10000000");
  CHECK(refused_line({"--event-store=syslog://h:x"}, 1) ==
        "--event-store: 'syslog://h:x' has a bad port 'x'; write it as in syslog://host:514");
  CHECK(refused_line({}, 1, variables({{"LOGIO_EVENT_STORE", "kafka://u:hunter2@h/t"}})) ==
        "environment variable LOGIO_EVENT_STORE: 'kafka://u:***@h/t' has a user without a "
        "sasl_mechanism (PLAIN|SCRAM-SHA-256|SCRAM-SHA-512)");
  const scratch_file file("event_store = \"kafka://u:hunter2@h/t\"\n");
  CHECK(refused_line({"--config", file.path()}, 1) ==
        file.path() + ":1: event_store: 'kafka://u:***@h/t' has a user without a sasl_mechanism "
                      "(PLAIN|SCRAM-SHA-256|SCRAM-SHA-512)");
}

TEST_CASE("the stores that marathon-logger had are greeted as it did") {
  struct row {
    const char* store;
    const char* said;
  };
  const std::vector<row> rows{
      {"in-memory://localhost/", "Configuring in-memory store with {'max_length': 100}"},
      {"in-memory://any/?max_length=2", "Configuring in-memory store with {'max_length': 2}"},
      {"IN-MEMORY://x/?max_length=2", "Configuring in-memory store with {'max_length': 2}"},
      {"syslog://localhost/", "Configuring syslog-udp store with {'port': 514, 'server': "
                              "'localhost'}"},
      {"Syslog://LOGS:1", "Configuring syslog-udp store with {'port': 1, 'server': 'logs'}"},
      {"syslog+tcp://h", ""},
      {"file:///x", ""},
  };
  for (const row& r : rows) {
    INFO(r.store);
    CHECK(read({"-e", r.store}).store_greeting == r.said);
  }
  CHECK(read({}).store_greeting == "Configuring in-memory store with {'max_length': 100}");
  CHECK(read({"-e", "syslog://h"}).event_sink->format == "marathon-logger");
  CHECK(taken(read_serve(words{"--event-store", "syslog://h"}, {})).options.store_greeting.empty());
}

TEST_CASE("what a callback URL makes unlikely is told with the options") {
  CHECK(read({"-c", "http://localhost:5000/events"}).warnings ==
        words{"the callback URL 'http://localhost:5000/events': Marathon on m1 would post to "
              "itself; write a name of this machine that m1 can reach, as in "
              "http://NAME:5000/events"});
  CHECK(refused_line({"-c", "http://me/"}, base::exit_usage) ==
        "-c: 'http://me/' has a path that does not end in /events, where this hub takes events: "
        "write http://HOST:PORT/events");
}

TEST_CASE("a hub that runs is read again by its own command") {
  const scratch_file file("topics_max = 5\n");
  const serve_options running = read({"--config", file.path(), "-p", "81"});
  const serve_options again = taken(read_again(running, {})).options;
  CHECK(again.command_name == "marathon");
  CHECK(again.topics_max == 5);
  CHECK(again.events_listen == "0.0.0.0:81");
  CHECK(again.marathon == running.marathon);
  CHECK(again.store_greeting == running.store_greeting);
  const words serves{"--topics-max", "6"};
  const serve_options other = taken(read_serve(serves, {})).options;
  CHECK(taken(read_again(other, {})).options.topics_max == 6);
  CHECK(taken(read_again(other, {})).options.command_name == "serve");
}

}  // namespace
}  // namespace logio::config
