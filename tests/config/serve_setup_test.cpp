#include "logio/config/serve_setup.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "config/scratch.hpp"
#include "config/support.hpp"
#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

using words = std::vector<std::string>;

serve_setup read(const words& arguments, const environment& env = {}) {
  auto setup = read_serve(arguments, env);
  if (!setup) {
    for (const std::string& line : setup.error().lines) UNSCOPED_INFO(line);
  }
  REQUIRE(setup.has_value());
  return std::move(*setup);
}

serve_errors refused(const words& arguments, const environment& env = {}) {
  const auto setup = read_serve(arguments, env);
  REQUIRE(setup.has_error());
  return setup.error();
}

TEST_CASE("a flag beats the environment, which beats the file, which beats the default") {
  const scratch_file file("ring_bytes = \"2MiB\"\ntopics_max = 5\nmatch = \"partial\"\n");
  const words by_file{"--config", file.path()};
  const environment env = variables({{"LOGIO_TOPICS_MAX", "6"}, {"LOGIO_MATCH", "whole"}});
  CHECK(read({}).options.ring_bytes == 64u << 20);
  CHECK(read(by_file).options.ring_bytes == 2u << 20);
  CHECK(read(by_file).options.topics_max == 5);
  CHECK(read(by_file).options.match_partial);
  CHECK(read(by_file, env).options.topics_max == 6);
  CHECK_FALSE(read(by_file, env).options.match_partial);
  CHECK(read({"--config", file.path(), "--topics-max", "7"}, env).options.topics_max == 7);
  CHECK(read({}, variables({{"LOGIO_CONFIG", file.path()}})).options.topics_max == 5);
  const scratch_file other("topics_max = 9\n");
  CHECK(read({"--config", other.path()}, variables({{"LOGIO_CONFIG", file.path()}}))
            .options.topics_max == 9);
}

TEST_CASE("the event store is memory, or one more sink that takes Marathon's events") {
  CHECK(read({}).options.events_max == 100);
  CHECK(read({"--event-store", "in-memory://any/?max_length=7"}).options.events_max == 7);
  CHECK(read({"--event-store=in-memory://"}).options.events_max == 100);

  const scratch_file file("event_store = \"gelf+udp://h\"\n");
  const words by_file{"--config", file.path()};
  CHECK(read({"--config", file.path(), "--event-store", "in-memory://"}).options.sinks.empty());
  CHECK(read({"--config", file.path(), "--event-store", "in-memory://"}).options.events_max == 100);
  const serve_setup gelf = read(by_file);
  CHECK(gelf.options.events_max == 0);
  REQUIRE(gelf.options.sinks.size() == 1);
  CHECK(gelf.options.sinks[0].selection.proc == words{"marathon"});
  CHECK(gelf.sink_origins == words{"--event-store"});

  const auto store = [](const char* url) {
    const serve_setup s = read({"--sink", "syslog://b", "--event-store", url});
    REQUIRE(s.options.sinks.size() == 2);
    return s.options.sinks[1];
  };
  CHECK(store("syslog://h/").format == "marathon-logger");
  CHECK(store("syslog://h/").name == "event-store");
  CHECK(store("syslog://h?name=x").name == "x");
  CHECK(store("syslog://h?format=rfc5424").format == "rfc5424");
  CHECK(store("syslog://h?facility=local0&format=rfc3164").format == "rfc3164");
  CHECK(store("syslog+tcp://h").format == "rfc5424");
  CHECK(store("syslog+tcp://h?format=marathon-logger").format == "marathon-logger");
  CHECK(store("gelf+tcp://h?proc=.*").selection.proc == words{".*"});
  CHECK(refused({"--event-store", "redis://h"}).lines[0].find("event-store") != std::string::npos);
  CHECK(refused({"--event-store", "in-memory://h/?max_length=x"}).lines[0].find("max_length") !=
        std::string::npos);
}

TEST_CASE("sinks of all three places are run, each with a name and where it comes from") {
  const scratch_file file("\n[[sink]]\nurl = \"syslog://a\"\n");
  const serve_setup s =
      read({"--config", file.path(), "--sink", "syslog://a", "--sink=in-memory://"},
           variables({{"LOGIO_SINK", "gelf+udp://b\nsyslog://u${H}"}, {"H", "x"}}));
  REQUIRE(s.options.sinks.size() == 5);
  words names;
  for (const auto& sink : s.options.sinks) names.push_back(sink.name);
  CHECK(names == words{"syslog-a-514", "gelf-b-12201", "syslog-ux-514", "syslog-a-514-2",
                       "in-memory"});
  CHECK(s.sink_origins ==
        words{file.path() + ":2", "LOGIO_SINK", "LOGIO_SINK", "--sink", "--sink"});
}

TEST_CASE("a bad --sink ends with 64, a bad LOGIO_SINK or file with 78") {
  const serve_errors flag = refused({"--sink", "kafka://u:hunter2@h/t?timeout=1"});
  CHECK(flag.exit_code == base::exit_usage);
  CHECK(flag.lines == words{"--sink: 'kafka://u:***@h/t?timeout=1' has a bad timeout: '1' is no "
                            "duration: write N with ms, s, m, h or d"});
  const serve_errors variable = refused({}, variables({{"LOGIO_SINK", "kafka://u:hunter2@h"}}));
  CHECK(variable.exit_code == base::exit_configuration);
  CHECK(variable.lines == words{"environment variable LOGIO_SINK: 'kafka://u:***@h' has no topic; "
                                "write it as in kafka://host:9092/topic"});
  const serve_errors stray = refused({"kafka://u:hunter2@h/t"});
  CHECK(stray.lines ==
        words{"unexpected argument 'kafka://u:***@h/t'; see logio serve --help"});
  const scratch_file file("zebra = 1\nring_bytes = 1\n");
  const serve_errors both = refused({"--config", file.path()});
  CHECK(both.exit_code == base::exit_configuration);
  CHECK(both.lines.size() == 2);
  const scratch_file mixed("zebra = 1\nsink = [\"syslog://h?on_full=spill\", \"syslog://\"]\n");
  const serve_errors all = refused({"--config", mixed.path()});
  CHECK(all.lines.size() == 3);  // the key, the host, and what does not go together
  CHECK(all.rest.options.sinks.size() == 1);
  CHECK(all.rest.sink_origins == words{mixed.path() + ":2"});
  CHECK(refused({"--config", "/nonexistent"}).lines ==
        words{"/nonexistent: cannot be read: No such file or directory"});
}

TEST_CASE("what is bad in the file is told also where a flag beats it") {
  const scratch_file file("ring_bytes = 1\n");
  CHECK(refused({"--config", file.path(), "--ring-bytes", "2MiB"}).lines ==
        words{file.path() + ":1: ring_bytes: '1' is too small: at least 1MiB"});
}

TEST_CASE("two sinks may not have one name") {
  const scratch_file file("[[sink]]\nurl = \"syslog://a\"\nname = \"x\"\n");
  const serve_errors twice =
      refused({"--config", file.path(), "--sink", "kafka://u:p@h/t?sasl_mechanism=PLAIN&name=x"});
  CHECK(twice.exit_code == base::exit_configuration);
  CHECK(twice.lines ==
        words{"--sink: sink 'kafka://u:***@h/t?sasl_mechanism=PLAIN&name=x' has the name x of the "
              "sink 'syslog://a' (" + file.path() + ":1); give each its own"});
}

TEST_CASE("on_full=spill needs a data directory, wherever it is given") {
  CHECK(refused({"--sink", "syslog://h?on_full=spill"}).lines ==
        words{"--sink: sink 'syslog://h?on_full=spill' has on_full=spill, which leaves records in "
              "the journal, but there is no journal without a data directory; give --data-dir, "
              "LOGIO_DATA_DIR or data_dir, or on_full=drop_oldest"});
  CHECK(read({"--sink", "syslog://h?on_full=spill", "--data-dir", "/d"}).options.sinks.size() == 1);
  CHECK(read({"--sink", "syslog://h?on_full=spill"}, variables({{"LOGIO_DATA_DIR", "/d"}}))
            .options.sinks.size() == 1);
}

TEST_CASE("a callback URL needs Marathon's, wherever each is given") {
  const words callback{"--callback-url", "http://localhost:7702/events"};
  const serve_errors alone = refused(callback);
  CHECK(alone.exit_code == base::exit_configuration);
  CHECK(alone.lines ==
        words{"the callback URL 'http://localhost:7702/events' is for Marathon, but it is not said "
              "where that is; give --marathon-url, LOGIO_MARATHON_URL or marathon_url"});
  const serve_setup both = read(callback, variables({{"LOGIO_MARATHON_URL", "http://m1"}}));
  CHECK(both.options.warnings ==
        words{"the callback URL 'http://localhost:7702/events': Marathon on m1 would post to "
              "itself; write a name of this machine that m1 can reach, as in "
              "http://NAME:7702/events"});
  const scratch_file file("marathon_url = \"http://localhost\"\n");
  CHECK(read({"--config", file.path(), "--callback-url", "http://localhost:7702/events"})
            .options.warnings.empty());
  CHECK(read({"--marathon-url", "http://m1"}).options.command_name == "serve");
}

TEST_CASE("the same arguments read again give the same options, and a changed file others") {
  const scratch_file file("topics_max = 5\nsink = [\"syslog://a\", \"syslog://b\"]\n");
  const words arguments{"--config", file.path()};
  const serve_setup first = read(arguments), second = read(arguments);
  CHECK(first.options.sinks == second.options.sinks);
  const scratch_file moved("\n\n\nsink = [\"syslog://a\", \"syslog://b\"]\n");
  const serve_setup other = read({"--config", moved.path()});
  CHECK(other.options.sinks == first.options.sinks);  // only their lines are others
  CHECK(other.sink_origins != first.sink_origins);
  CHECK(other.options.topics_max != first.options.topics_max);
}

}  // namespace
}  // namespace logio::config
