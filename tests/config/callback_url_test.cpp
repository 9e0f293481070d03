#include "config/callback_url.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

#include "config/support.hpp"
#include "logio/config/marathon_url.hpp"

namespace logio::config {
namespace {

using words = std::vector<std::string>;

std::string why_not(std::string_view url, const environment& env = {}) {
  const auto parsed = parse_callback_url(url, env);
  INFO(url);
  REQUIRE(parsed.has_error());
  return parsed.error().why;
}

words warned(std::string_view marathon_url, std::string callback_url) {
  auto o = taken(parse_marathon_url(marathon_url, {}));
  o.callback_url = taken(parse_callback_url(callback_url, {}));
  return callback_warnings(o);
}

TEST_CASE("a callback URL stays as it is written, but for its variables") {
  for (const char* url :
       {"http://me:7702/events", "https://me.example/x%20y/events", "http://[2001:db8::1]:1/events",
        "http://10.0.0.7/events?from=marathon", "http://localhost:5000/events"}) {
    CHECK(taken(parse_callback_url(url, {})) == url);
  }
  const environment env = variables({{"HOST", "me"}, {"PORT0", "31000"}});
  CHECK(taken(parse_callback_url("http://${HOST}:${PORT0}/events", env)) ==
        "http://me:31000/events");
}

TEST_CASE("a callback URL that Marathon cannot use is refused") {
  struct row {
    const char* url;
    const char* why;
  };
  const std::vector<row> rows{
      {"", "has no scheme: write http://HOST:PORT/events"},
      {"me:7702/events", "has no scheme: write http://HOST:PORT/events"},
      {"//me:7702/events", "has no scheme: write http://HOST:PORT/events"},
      {"ftp://me/events",
       "has the scheme 'ftp', but Marathon posts by HTTP: write http://HOST:PORT/events"},
      {"http://", "has no host: write http://HOST:PORT/events"},
      {"http:///events", "has no host: write http://HOST:PORT/events"},
      {"http://:7702/events", "has no host: write http://HOST:PORT/events"},
      {"http://[::1/events", "has a [ without ]: write http://HOST:PORT/events"},
      {"http://me:x/events", "has a bad port: write http://HOST:PORT/events"},
      {"http://me:0/events", "has a bad port: write http://HOST:PORT/events"},
      {"http://m\"e/events", "has a bad host 'm\"e'"},
      {"http://u:hunter2@me/events",
       "has a user, which everyone sees who asks Marathon for its subscriptions: leave it out"},
      {"http://me:7702", "has a path that does not end in /events, where this hub takes events: "
                         "write http://HOST:PORT/events"},
      {"http://me:7702/", "has a path that does not end in /events, where this hub takes events: "
                          "write http://HOST:PORT/events"},
      {"http://me/events/", "has a path that does not end in /events, where this hub takes events: "
                            "write http://HOST:PORT/events"},
      {"http://me/myevents", "has a path that does not end in /events, where this hub takes "
                             "events: write http://HOST:PORT/events"},
      {"http://me?x=/events", "has a path that does not end in /events, where this hub takes "
                              "events: write http://HOST:PORT/events"},
      {"http://me/events#x", "has a #, and what is behind it is never sent: leave it out"},
      {"http://me/ events", "has a space or a control character in it: write %20 for a space"},
      {"http://me/events\n", "has a space or a control character in it: write %20 for a space"},
      {"http://0.0.0.0:7702/events", "has the host 0.0.0.0, where nobody can post to: write a name "
                                     "of this machine that Marathon can reach"},
      {"http://0:7702/events", "has the host 0, where nobody can post to: write a name of this "
                               "machine that Marathon can reach"},
      {"http://[::]:7702/events", "has the host ::, where nobody can post to: write a name of this "
                                  "machine that Marathon can reach"},
      {"http://[::ffff:0.0.0.0]/events", "has the host ::ffff:0.0.0.0, where nobody can post to: "
                                         "write a name of this machine that Marathon can reach"},
      {"http://${NONE}/events", "is no URL: the variable NONE is not set"},
  };
  for (const row& r : rows) CHECK(why_not(r.url) == r.why);
  CHECK(why_not("http://me/" + std::string(17'000, 'x')) == "is longer than 16384 bytes");

  const environment env = variables({{"S", "hunter2"}, {"BAD", "hunter2!"}, {"ANY", "0.0.0.0"}});
  CHECK(why_not("${S}://me/events", env) ==
        "has a bad scheme in a variable: write http://HOST:PORT/events");
  CHECK(why_not("http://me:${S}/events", env) ==
        "has a bad port in a variable: write http://HOST:PORT/events");
  CHECK(why_not("http://${BAD}/events", env) == "has a bad host in a variable");
  CHECK(why_not("http://${ANY}/events", env) ==
        "has the host 0.0.0.0 or ::, where nobody can post to: write a name of this machine that "
        "Marathon can reach");
}

TEST_CASE("a callback to this machine's own address is told, unless Marathon is here too") {
  CHECK(warned("http://m0,http://m1", "http://localhost:7702/events") ==
        words{"the callback URL 'http://localhost:7702/events': Marathon on m0 would post to "
              "itself; write a name of this machine that m0 can reach, as in "
              "http://NAME:7702/events"});
  CHECK(warned("http://127.0.0.1:8080,http://m1", "http://127.0.0.1/events") ==
        words{"the callback URL 'http://127.0.0.1/events': Marathon on m1 would post to itself; "
              "write a name of this machine that m1 can reach, as in http://NAME/events"});
  for (const char* host : {"LOCALHOST", "localhost.", "a.localhost", "127.9.9.9", "127.1", "[::1]",
                           "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]"}) {
    INFO(host);
    const std::string url = "http://" + std::string(host) + ":7702/events";
    CHECK(warned("http://m1", url).size() == 1);
    CHECK(warned("http://localhost", url).empty());
    CHECK(warned("http://127.0.0.1", url).empty());
    CHECK(warned("http://[::1]", url).empty());
  }
  for (const char* host : {"me", "localhost.example", "128.0.0.1", "[fe80::1]", "10.127.0.1"}) {
    INFO(host);
    CHECK(warned("http://m1", "http://" + std::string(host) + "/events").empty());
  }
}

TEST_CASE("what only a proxy can bring to this hub is told") {
  CHECK(warned("http://m1", "https://me/events") ==
        words{"the callback URL 'https://me/events': this hub's own ports speak plain HTTP; "
              "Marathon gets through only by a proxy that ends TLS"});
  CHECK(warned("http://m1", "http://me:1/hub/events?x=y") ==
        words{"the callback URL 'http://me:1/hub/events?x=***': this hub takes events at /events "
              "only; Marathon gets through only by a proxy that takes /hub off the path"});
  CHECK(warned("http://m1", "https://127.0.0.1:443/a/b/events").size() == 3);
  CHECK(callback_warnings({}).empty());
}

}  // namespace
}  // namespace logio::config
