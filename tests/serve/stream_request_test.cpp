#include "logio/serve/stream_request.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace logio::serve;
namespace filter = logio::filter;
using strings = std::vector<std::string>;

namespace {

stream_request parsed(std::string_view query, const stream_request_options& options = {}) {
  INFO(query);
  return parse_stream_request(query, options).value();
}

request_error refused(std::string_view query, const stream_request_options& options = {}) {
  const auto request = parse_stream_request(query, options);
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
        "did you mean proc? known are app, proc, host, log, exclude, match, format, follow\n");
  CHECK(refused("porc=web").code == request_fault::unknown_parameter);
  CHECK(refused("App=x").hint.starts_with("did you mean app? "));
  CHECK(refused("exlude=x").hint.starts_with("did you mean exclude? "));
  CHECK(refused("zzzzzzz=x").hint.starts_with("known are "));
  CHECK(refused(std::string(5000, 'n') + "=x").parameter.size() == 64);
  CHECK(refused("=x").message == "a parameter without a name");
}

TEST_CASE("what the contract has and this version does not is refused by name") {
  CHECK(render_text(refused("app=shop&tail=100")) ==
        "error: tail: this version streams live only\n"
        "leave tail out: the stream begins with the next record\n");
  for (const std::string_view name : {"tail", "since", "until", "after", "severity", "heartbeat"}) {
    const request_error e = refused(std::string(name) + "=1");
    CHECK(e.code == request_fault::bad_parameter);
    CHECK(e.parameter == name);
    CHECK(e.status == 400);
  }
  CHECK(render_text(refused("format=ndjson")) ==
        "error: format: this version streams text and raw only\n"
        "  ndjson\n"
        "use format=text or format=raw\n");
  CHECK(refused("format=sse").message == "this version streams text and raw only");
  CHECK(refused("follow=false").message == "this version streams live only");
}

TEST_CASE("a bad value of a single parameter, and a repeated one, are refused") {
  CHECK(refused("match=part").message == "neither whole nor partial");
  CHECK(refused("match=").parameter == "match");
  CHECK(refused("format=xml").message == "unknown format");
  CHECK(refused("follow=maybe").message == "neither true nor false");
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
  CHECK(parse_stream_request("app=" + std::string(96, 'a'), options).has_value());

  options = {};
  options.parameters_max = 2;
  CHECK(refused("log=a&log=b&log=c", options).code == request_fault::too_many);
  CHECK(parse_stream_request("log=a&&&log=b&", options).has_value());

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
