#include "logio/serve/stream_request.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace logio::serve;
namespace filter = logio::filter;
using strings = std::vector<std::string>;

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t now_ns = 1'481'062'461 * second;

stream_request parsed(std::string_view query, const stream_request_options& options = {},
                      stream_media accepted = stream_media::text) {
  INFO(query);
  return parse_stream_request(query, options, accepted, now_ns).value();
}

request_error refused(std::string_view query, const stream_request_options& options = {}) {
  const auto request = parse_stream_request(query, options, stream_media::text, now_ns);
  INFO(query);
  REQUIRE(request.has_error());
  return request.error();
}

}  // namespace

TEST_CASE("no query asks for everything, as text") {
  const stream_request all = parsed("");
  CHECK(all.wanted.source() == filter::spec{});
  CHECK(all.format == stream_format::text);
  CHECK(parsed("&&").wanted.source() == filter::spec{});
  CHECK(parsed("app=&proc&host=").wanted.source() == filter::spec{});
}

TEST_CASE("the query of curl's user is read as it was typed") {
  const filter::spec s = parsed("app=shop&proc=web|worker&log=^a[0-9]{2}$(x)").wanted.source();
  CHECK(s.app == strings{"shop"});
  CHECK(s.proc == strings{"web|worker"});
  CHECK(s.log == strings{"^a[0-9]{2}$(x)"});
  CHECK(s.match == filter::mode::whole);
}

TEST_CASE("escapes, plus signs and UTF-8 are decoded, in names too") {
  const filter::spec s =
      parsed("%61pp=a%2Bb+c%7c&log=x=y;z&log=%C3%A9&exclude=\xC3\xA9").wanted.source();
  CHECK(s.app == strings{"a+b c|"});
  CHECK(s.log == strings{"x=y;z", "\xC3\xA9"});
  CHECK(s.exclude == strings{"\xC3\xA9"});
}

TEST_CASE("app, proc, host, log and exclude may be repeated") {
  const filter::spec s =
      parsed("app=b&app=a&proc=p&proc=&host=h&log=l2&log=l1&exclude=e").wanted.source();
  CHECK(s.app == strings{"a", "b"});
  CHECK(s.proc == strings{"p"});
  CHECK(s.log == strings{"l1", "l2"});
}

TEST_CASE("match and format are taken, and match has the default of the hub") {
  CHECK(parsed("app=a&match=partial").wanted.source().match == filter::mode::partial);
  CHECK(parsed("format=raw").format == stream_format::raw);
  CHECK(parsed("format=text&follow=true").format == stream_format::text);
  stream_request_options options;
  options.match = filter::mode::partial;
  CHECK(parsed("app=a", options).wanted.source().match == filter::mode::partial);
  CHECK(parsed("app=a&match=whole", options).wanted.source().match == filter::mode::whole);
}

TEST_CASE("a bad pattern is refused with the place: golden bodies") {
  CHECK(render_text(refused("app=shop&proc=web(")) ==
        "error: proc: missing ) at offset 3\n"
        "  web(\n"
        "     ^\n"
        "close the group with ), or write \\( for a plain parenthesis\n");
  CHECK(render_json(refused("app=shop&proc=web(")) ==
        "{\"error\":{\"code\":\"bad_pattern\",\"message\":\"missing )\",\"parameter\":\"proc\","
        "\"offset\":3,\"hint\":\"close the group with ), or write \\\\( for a plain parenthesis\""
        "}}\n");
  CHECK(render_text(refused("log=%E6%97%A5(?!x)")) ==
        "error: log: look-around (?! at offset 3\n"
        "  \xE6\x97\xA5(?!x)\n"
        "    ^\n"
        "RE2 has no look-ahead and no look-behind; use exclude= for what must not be there and a "
        "second log= for what must\n");
  CHECK(render_text(refused("app=*")) ==
        "error: app: nothing to repeat before * at offset 0\n"
        "  *\n"
        "  ^\n"
        "this is a regular expression, not a file name pattern: anything is .*\n");
}

TEST_CASE("a bad escape is refused with the place in what was sent: golden bodies") {
  CHECK(render_text(refused("app=ab%zzc")) ==
        "error: app: bad escape %zz at offset 2\n"
        "  ab%zzc\n"
        "    ^\n"
        "an escape is % and two hexadecimal digits; a percent sign itself is %25\n");
  CHECK(refused("app=%2").message == "bad escape %2");
  CHECK(refused("app=%").message == "bad escape %");
  CHECK(refused("app=%4\xC3\xA9").message == "bad escape %4");
  CHECK(refused("a%pp=x").message == "bad escape %pp");
  CHECK(refused("a%pp=x").code == request_fault::bad_parameter);
}

TEST_CASE("control characters are refused, escaped or not") {
  const request_error e = refused("log=a%00b");
  CHECK(e.message == "control character (0x00)");
  CHECK(e.offset == 1);
  CHECK(e.pattern == "a%00b");
  CHECK(refused("log=%0A").message == "control character (0x0a)");
  CHECK(refused("log=%7f").message == "control character (0x7f)");
  CHECK(refused("log=\x01").message == "control character (0x01)");
  CHECK(refused(std::string_view("lo\0g=x", 6)).code == request_fault::bad_parameter);
}

TEST_CASE("a pattern that is not UTF-8 is refused with the place") {
  const request_error e = refused("log=ab%FFc");
  CHECK(e.code == request_fault::bad_pattern);
  CHECK(e.offset == 2);
}

TEST_CASE("an unknown parameter is refused, and the nearest one named") {
  CHECK(render_text(refused("porc=web")) ==
        "error: porc: unknown parameter\n"
        "did you mean proc? known are app, proc, host, log, exclude, match, severity, tail, since, "
        "until, after, follow, format, heartbeat\n");
  CHECK(refused("porc=web").code == request_fault::unknown_parameter);
  CHECK(refused("App=x").hint.starts_with("did you mean app? "));
  CHECK(refused("exlude=x").hint.starts_with("did you mean exclude? "));
  CHECK(refused("zzzzzzz=x").hint.starts_with("known are "));
  CHECK(refused(std::string(5000, 'n') + "=x").parameter.size() == 64);
  CHECK(refused("=x").message == "a parameter without a name");
}

TEST_CASE("live is what is asked for when nothing says where to begin") {
  CHECK(parsed("app=shop").history.live_only());
  CHECK(parsed("follow=true").history.live_only());
  CHECK_FALSE(parsed("tail=0").history.live_only());
  CHECK_FALSE(parsed("app=shop").after);
}

TEST_CASE("tail, since and until are read, ages back from now") {
  CHECK(parsed("tail=1000000").history.tail == 1'000'000);
  CHECK(parsed("since=90s").history.since_ns == now_ns - 90 * second);
  CHECK(parsed("since=2h").history.since_ns == now_ns - 7200 * second);
  CHECK(parsed("since=2016-12-06T22:00:00Z").history.since_ns == 1'481'061'600 * second);
  CHECK(parsed("since=2016-12-06T23:00:00.5%2B01:00").history.since_ns ==
        1'481'061'600 * second + second / 2);
  const auto window = parsed("since=2h&until=1h&tail=5").history;
  CHECK(window.until_ns == now_ns - 3600 * second);
  CHECK(window.tail == 5);
  CHECK_FALSE(window.follow);
  CHECK_FALSE(window.oldest);
}

TEST_CASE("until ends the stream unless follow says otherwise, and begins with the oldest") {
  CHECK(parsed("until=1h").history.oldest);
  CHECK_FALSE(parsed("until=1h").history.follow);
  CHECK(parsed("until=1h&follow=true").history.follow);
  CHECK(parsed("follow=false").history.oldest);
  CHECK_FALSE(parsed("follow=false&tail=3").history.oldest);
  CHECK_FALSE(parsed("follow=false&after=00c0ffee12345678-4").history.oldest);
}

TEST_CASE("the format is what the query says, or else what is accepted") {
  CHECK(parsed("").format == stream_format::text);
  CHECK(parsed("", {}, stream_media::sse).format == stream_format::sse);
  CHECK(parsed("", {}, stream_media::ndjson).format == stream_format::ndjson);
  CHECK(parsed("", {}, stream_media::html).format == stream_format::text);
  CHECK(parsed("format=raw", {}, stream_media::sse).format == stream_format::raw);
  CHECK(parsed("format=sse").format == stream_format::sse);
}

TEST_CASE("heartbeats are on in sse and off elsewhere, unless asked for") {
  using std::chrono::seconds;
  CHECK(parsed("format=sse").heartbeat == seconds(15));
  CHECK(parsed("format=sse&heartbeat=0s").heartbeat == seconds(0));
  CHECK(parsed("format=ndjson").heartbeat == seconds(0));
  CHECK(parsed("format=ndjson&heartbeat=1m").heartbeat == seconds(60));
  CHECK(refused("heartbeat=10ms").message == "no time between heartbeats");
  CHECK(refused("heartbeat=2d").parameter == "heartbeat");
  CHECK(refused("format=raw&heartbeat=5s").message == "not possible with format=raw");
}

TEST_CASE("severity is the least that is wanted") {
  CHECK(parsed("severity=warn").wanted.source().severity == 13);
  CHECK(parsed("severity=24").wanted.source().severity == 24);
  CHECK(refused("severity=25").message == "no severity");
  CHECK(refused("severity=").parameter == "severity");
}

TEST_CASE("a cursor of a known run goes on behind it, any other one begins anew and says so") {
  const auto resolved = [](std::string_view query, std::optional<std::uint64_t> end) {
    stream_request request = parsed(query);
    resolve_cursor(request, end);
    return request.history;
  };
  CHECK(resolved("after=00c0ffee12345678-4", 5).after == 4);
  CHECK(resolved("after=00c0ffee12345678-4", 50).after == 4);
  for (const std::uint64_t next : {4U, 1U}) {
    const auto lost = resolved("after=00c0ffee12345678-4", next);
    CHECK(lost.continuity_lost);
    CHECK(lost.oldest);
    CHECK_FALSE(lost.after);
  }
  CHECK(resolved("after=00c0ffee12345678-4", std::nullopt).continuity_lost);
  CHECK_FALSE(resolved("tail=5", 50).continuity_lost);
}

TEST_CASE("an event id that comes back outweighs the query's history") {
  stream_request request = parsed("format=sse&tail=100&until=1h");
  resume_after(request, "00c0ffee12345678-7");
  CHECK(request.after == cursor{0x00c0ffee12345678, 7});
  CHECK_FALSE(request.history.tail);
  CHECK(request.history.until_ns);
  request = parsed("format=sse&after=00c0ffee12345678-1");
  resume_after(request, "not ours");
  resolve_cursor(request, 50);
  CHECK(request.history.continuity_lost);
  CHECK(request.history.oldest);
}

TEST_CASE("what does not go together is refused") {
  CHECK(refused("after=00c0ffee12345678-4&tail=3").message == "not together with tail");
  CHECK(refused("after=00c0ffee12345678-4&since=1h").message == "not together with since");
  CHECK(refused("since=1h&until=2h").parameter == "until");
  CHECK(refused("since=2100-01-01T00:00:00Z").message == "lies in the future");
}

TEST_CASE("a bad value of a single parameter, and a repeated one, are refused") {
  CHECK(refused("match=part").message == "neither whole nor partial");
  CHECK(refused("match=").parameter == "match");
  CHECK(refused("format=xml").message == "unknown format");
  CHECK(refused("follow=maybe").message == "neither true nor false");
  CHECK(refused("tail=-1").message == "no number of records");
  CHECK(refused("tail=1000001").message == "no number of records");
  CHECK(refused("tail=").parameter == "tail");
  CHECK(refused("since=yesterday").message == "neither a time nor an age");
  CHECK(refused("since=2016-12-06T23:00:00+01:00").hint.starts_with("a + in a query is a space"));
  CHECK(refused("after=4").message == "no cursor");
  CHECK(refused("match=whole&match=whole").message == "given more than once");
  CHECK(refused("format=raw&format=raw").parameter == "format");
}

TEST_CASE("queries past the limits are refused with the limit") {
  stream_request_options options;
  options.query_bytes_max = 100;
  const request_error too_long = refused("app=" + std::string(97, 'a'), options);
  CHECK(too_long.status == 414);
  CHECK(too_long.code == request_fault::too_large);
  CHECK(render_text(too_long) == "error: the query has 101 bytes\nat most 100 bytes are read\n");
  CHECK(parse_stream_request("app=" + std::string(96, 'a'), options, {}, now_ns).has_value());

  options = {};
  options.parameters_max = 2;
  CHECK(refused("log=a&log=b&log=c", options).code == request_fault::too_many);
  CHECK(parse_stream_request("log=a&&&log=b&", options, {}, now_ns).has_value());

  const request_error long_pattern = refused("app=" + std::string(4097, 'a'));
  CHECK(long_pattern.code == request_fault::too_large);
  CHECK(long_pattern.parameter == "app");
  CHECK(long_pattern.status == 400);

  std::string many;
  for (int i = 0; i < 65; ++i) many += "&log=x" + std::to_string(i);
  CHECK(refused(many).code == request_fault::too_many);
}

TEST_CASE("a canonical spec, shown as a query and parsed again, is itself") {
  for (const std::string_view query :
       {"app=shop&proc=web|worker", "log=a%2Bb+c%26%25%23&exclude=%C3%A9&host=h&match=partial",
        "log=%22q%22&log=\\d%7B2}"}) {
    const filter::spec s = parsed(query).wanted.source();
    CHECK(parsed(filter::to_query(s)).wanted.source() == s);
  }
}

TEST_CASE("a request target is split into path and query") {
  struct row {
    std::string_view target, path, query;
  };
  const std::vector<row> rows = {
      {"/", "/", ""},
      {"/?app=a?b", "/", "app=a?b"},
      {"/v1/topics?x", "/v1/topics", "x"},
      {"http://hub:7702/a?b", "/a", "b"},
      {"http://hub:7702?b", "/", "b"},
      {"http://hub", "/", ""},
      {"http://hub?u=http://x/", "/", "u=http://x/"},
      {"/?u=http://x/", "/", "u=http://x/"},
      {"*", "*", ""},
      {"", "", ""},
      {"?a", "", "a"},
      {"x?u=http://x/", "x", "u=http://x/"},
  };
  for (const row& r : rows) {
    INFO(r.target);
    CHECK(split_target(r.target).path == r.path);
    CHECK(split_target(r.target).query == r.query);
  }
}
