#include "logio/config/marathon_url.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "config/scratch.hpp"
#include "config/support.hpp"

namespace logio::config {
namespace {

using namespace std::chrono_literals;
using input::marathon_node;
using input::marathon_options;
using words = std::vector<std::string>;

marathon_options made(std::string_view url, const environment& env = {}) {
  auto parsed = parse_marathon_url(url, env);
  INFO(url);
  if (!parsed) UNSCOPED_INFO(parsed.error().why);
  REQUIRE(parsed.has_value());
  return std::move(*parsed);
}

std::string why_not(std::string_view url, const environment& env = {}) {
  const auto parsed = parse_marathon_url(url, env);
  INFO(url);
  REQUIRE(parsed.has_error());
  return parsed.error().why;
}

marathon_node node(std::string host, std::uint16_t port, bool tls = false, std::string path = "",
                   std::string user = "", std::string password = "") {
  return {std::move(host), port, tls, std::move(path), std::move(user), std::move(password)};
}

TEST_CASE("addresses of one cluster, each with port, path and user of its own") {
  struct row {
    const char* url;
    std::vector<marathon_node> nodes;
  };
  const std::vector<row> rows{
      {"http://m1", {node("m1", 80)}},
      {"https://m1", {node("m1", 443, true)}},
      {"http://m1:8080/", {node("m1", 8080)}},
      {"http://[::1]:8080", {node("::1", 8080)}},
      {"https://[fe80::1]/x", {node("fe80::1", 443, true, "/x")}},
      {"http://m1:8080/marathon///", {node("m1", 8080, false, "/marathon")}},
      {"http://m1/a/b/,m2", {node("m1", 80, false, "/a/b"), node("m2", 80)}},
      {"http://m1:1,https://m2,m3:3,http://m4",
       {node("m1", 1), node("m2", 443, true), node("m3", 3, true), node("m4", 80)}},
      {"http://u:p@m1:8080/marathon,http://m2:8080,m3",
       {node("m1", 8080, false, "/marathon", "u", "p"), node("m2", 8080, false, "", "u", "p"),
        node("m3", 80, false, "", "u", "p")}},
      {"http://u:p@m1,v:q@m2/x,m3",
       {node("m1", 80, false, "", "u", "p"), node("m2", 80, false, "/x", "v", "q"),
        node("m3", 80, false, "", "u", "p")}},
      {"http://m1,u:p@m2,m3", {node("m1", 80), node("m2", 80, false, "", "u", "p"),
                               node("m3", 80)}},
      {"http://u%40x:p%2Cq%3F@m1", {node("m1", 80, false, "", "u@x", "p,q?")}},
      {"http://m1,m2?user=u&password=p+q",
       {node("m1", 80, false, "", "u", "p q"), node("m2", 80, false, "", "u", "p q")}},
      {"http://m1,v:q@m2?user=u&password=p",
       {node("m1", 80, false, "", "u", "p"), node("m2", 80, false, "", "v", "q")}},
      {"http://m1/a%20b+%E2%82%AC/v2x", {node("m1", 80, false, "/a%20b+%E2%82%AC/v2x")}},
      {"http://m1?", {node("m1", 80)}},
  };
  for (const row& r : rows) {
    INFO(r.url);
    CHECK(made(r.url).nodes == r.nodes);
  }
}

TEST_CASE("what is not said has marathon_options' defaults") {
  marathon_options fresh;
  fresh.nodes = {node("m1", 8080)};
  fresh.shown_url = "http://m1:8080";
  CHECK(made("http://m1:8080") == fresh);
}

TEST_CASE("the query has options for all addresses") {
  const scratch_file token("s3cret\n"), password("hunter2\r\n"),
      certificate("-----BEGIN CERTIFICATE-----\n"), key("-----BEGIN RSA PRIVATE KEY-----\n");
  const marathon_options o =
      made("https://m1?event_type=status_update_event&event_type=a_1&event_type=a_1&check=250ms"
           "&timeout=3s&read_timeout=2m&tls_verify=false&token=ab+c&ca_file=" +
           certificate.path() + "&cert_file=" + certificate.path() + "&key_file=" + key.path());
  CHECK(o.event_types == words{"status_update_event", "a_1"});
  CHECK(o.check == 250ms);
  CHECK(o.timeout == 3s);
  CHECK(o.read_timeout == 2min);
  CHECK_FALSE(o.tls_verify);
  CHECK(o.token == "ab c");
  CHECK(o.ca_file == certificate.path());
  CHECK(o.cert_file == certificate.path());
  CHECK(o.key_file == key.path());
  CHECK(made("http://m1?token_file=" + token.path()).token == "s3cret");
  CHECK(made("http://u@m1?password_file=" + password.path()).nodes ==
        std::vector<marathon_node>{node("m1", 80, false, "", "u", "hunter2")});
  CHECK(made("http://m1,https://m2?tls_verify=true").tls_verify);
}

TEST_CASE("a variable stands for hosts, path, user or value, and needs no escapes") {
  const environment env = variables({{"H", "m1:8080,m2"}, {"P", "a%:@,?b"}, {"D", "/x y/"}});
  CHECK(made("http://u:${P}@${H}${H2}/${D}", variables({{"H", "m1:8080,m2"},
                                                        {"H2", ":9"},
                                                        {"P", "a%:@,?b"},
                                                        {"D", "x y/"}}))
            .nodes == std::vector<marathon_node>{node("m1", 8080, false, "/x%20y", "u", "a%:@,?b"),
                                                 node("m2", 9, false, "/x%20y", "u", "a%:@,?b")});
  CHECK(made("http://m1?token=${P}$${P}", env).token == "a%:@,?b${P}");
  CHECK(why_not("http://${NONE}", env) == "has a bad host: the variable NONE is not set");
  CHECK(why_not("http://m1:${P}", env) == "has a bad port in a variable");
  CHECK(why_not("http://${D}", env) == "has a bad host in a variable");
  CHECK(why_not("http://m1/${NONE}", env) == "has a bad path: the variable NONE is not set");
  CHECK(why_not("http://m1?check=${P}", env) ==
        "has a bad check: '${P}' is no duration: write N with ms, s, m, h or d");
}

TEST_CASE("https trusts what SSL_CERT_FILE names, unless it is told") {
  const environment env = variables({{"SSL_CERT_FILE", "/etc/all.pem"}});
  const scratch_file own("-----BEGIN CERTIFICATE-----\n");
  CHECK(made("https://m1", env).ca_file == "/etc/all.pem");
  CHECK(made("http://m1,https://m2", env).ca_file == "/etc/all.pem");
  CHECK(made("https://m1?ca_file=" + own.path(), env).ca_file == own.path());
  CHECK(made("http://m1", env).ca_file.empty());
}

TEST_CASE("addresses that are none say how to write them") {
  struct row {
    const char* url;
    const char* why;
  };
  const std::vector<row> rows{
      {"", "has no scheme: write http://HOST:PORT"},
      {"m1:8080", "has no scheme: write http://HOST:PORT"},
      {"m1,http://m2", "has no scheme: write http://HOST:PORT"},
      {"://m1", "has no scheme: write http://HOST:PORT"},
      {"zk://m1:2181/marathon", "has the scheme 'zk': write http://HOST:PORT, or https"},
      {"HTTP://m1", "has the scheme 'HTTP': write http://HOST:PORT, or https"},
      {"http://m1,ftp://m2", "has the scheme 'ftp': write http://HOST:PORT, or https"},
      {"http://u:p@m1,ftp://m2", "has a bad scheme: write http://HOST:PORT, or https"},
      {"http://", "has no host: write http://HOST:PORT"},
      {"http://:8080", "has no host: write http://HOST:PORT"},
      {"http:///marathon", "has no host: write http://HOST:PORT"},
      {"http://m1,,m2", "has no host: write http://HOST:PORT"},
      {"http://m1,", "has no host: write http://HOST:PORT"},
      {"http://u:p@", "has no host: write http://HOST:PORT"},
      {"http://m1:x", "has a bad port: write http://HOST:PORT"},
      {"http://m1:0", "has a bad port: write http://HOST:PORT"},
      {"http://m1:65536", "has a bad port: write http://HOST:PORT"},
      {"http://m1:", "has a bad port: write http://HOST:PORT"},
      {"http://u:p,q@m1", "has a bad port: write http://HOST:PORT, and %2C for a comma in a "
                          "password"},
      {"http://u:8,p!w,x@m1", "has a bad host; write %2C for a comma in a password"},
      {"http://[::1", "has a [ without ]: write http://HOST:PORT"},
      {"http://m%201", "has a bad host 'm 1'"},
      {"http://m1/v2", "has /v2 in its path, which this hub adds itself: leave it out and what is "
                       "behind it"},
      {"http://m1/x/v2/", "has /v2 in its path, which this hub adds itself: leave it out and what "
                          "is behind it"},
      {"http://m1,m2/v2/events", "has /v2 in its path, which this hub adds itself: leave it out "
                                 "and what is behind it"},
      {"http://m1/%762/eventSubscriptions", "has /v2 in its path, which this hub adds itself: "
                                            "leave it out and what is behind it"},
      {"http://m1/%4", "has a bad path: there is a % without two hex digits; write %25 for a "
                       "percent"},
      {"http://m1#x", "has a #: write %23 for it"},
      {"http://m1/\n", "has a control character in it"},
      {"http://u:p/w@m1", "has a / or ? in front of an @: in a password write %2F and %3F, and "
                          "%40 for an @ behind the host"},
      {"http://u:p?w@m1", "has a / or ? in front of an @: in a password write %2F and %3F, and "
                          "%40 for an @ behind the host"},
      {"http://m1?check=1s,http://m2?check=2s",
       "has a second ?: the options stand behind the last address, once for all of them; write %3F "
       "for a ? in a value"},
  };
  for (const row& r : rows) CHECK(why_not(r.url) == r.why);
  CHECK(why_not("http://" + std::string(17'000, 'x')) == "is longer than 16384 bytes");
}

TEST_CASE("options that are unknown, bad, given twice, or for https only") {
  struct row {
    const char* query;
    const char* why;
  };
  const std::vector<row> rows{
      {"chek=1s", "has the unknown option 'chek'; did you mean check?"},
      {"xyzzyxyzzy=1",
       "has the unknown option 'xyzzyxyzzy'; a Marathon's URL has user password password_file "
       "token token_file event_type check timeout read_timeout ca_file cert_file key_file "
       "tls_verify"},
      {"check=1s&check=1s", "has check twice"},
      {"check", "has a part without = in its query: write OPTION=VALUE, and %26 for an & in a "
                "value"},
      {"check=1", "has a bad check: '1' is no duration: write N with ms, s, m, h or d"},
      {"check=99ms", "has a bad check: '99ms' is too short: at least 100ms"},
      {"check=25h", "has a bad check: '25h' is too long: at most 1d"},
      {"timeout=1ms", "has a bad timeout: '1ms' is too short: at least 100ms"},
      {"timeout=2h", "has a bad timeout: '2h' is too long: at most 1h"},
      {"read_timeout=0s", "has a bad read_timeout: '0s' is too short: at least 100ms"},
      {"event_type=", "has a bad event_type: '' is no event's type: write letters, digits and _, "
                      "as in status_update_event"},
      {"event_type=a,b", "has a bad event_type: 'a,b' is no event's type: write letters, digits "
                         "and _, as in status_update_event"},
      {"token=", "has a bad token: '***' is empty"},
      {"token=a%0Ab", "has a bad token: there is a control character in it"},
      {"token_file=/nonexistent",
       "has a bad token_file: '/nonexistent' cannot be read: No such file or directory"},
      {"token=a&token_file=/dev/null", "has a bad token_file: '/dev/null' is no regular file"},
      {"user=u", "has a user without a password"},
      {"password=hunter2", "has a password without a user"},
      {"user=u%3Av&password=p", "has a bad user: 'u:v' has a colon, which ends a user's name in "
                                "HTTP"},
      {"token=a&user=u&password=p", "has both a user and a token"},
      {"token=hunter2&x=y", "has an unknown option behind a secret: write %26 for an & in a value"},
      {"tls_verify=false", "has the option tls_verify, which is for https only"},
      {"ca_file=/nonexistent", "has the option ca_file, which is for https only"},
      {"cert_file=/x&key_file=/y", "has the option cert_file, which is for https only; it has the "
                                   "option key_file, which is for https only"},
  };
  for (const row& r : rows) CHECK(why_not(std::string("http://m1?") + r.query) == r.why);

  const scratch_file pem("-----BEGIN CERTIFICATE-----\n");
  CHECK(why_not("https://m1?tls_verify=no") ==
        "has a bad tls_verify: 'no' is none of true|false");
  CHECK(why_not("https://m1?cert_file=" + pem.path()) == "has a cert_file without a key_file");
  CHECK(why_not("https://m1?key_file=" + pem.path()) ==
        "has a bad key_file: '" + pem.path() + "' holds no PRIVATE KEY in PEM");
  CHECK(why_not("http://u:p@m1?user=v") == "has user twice");
  CHECK(why_not("http://u@m1") == "has a user without a password");
  CHECK(why_not("http://:p@m1") == "has a bad user: '' is empty");
  CHECK(why_not("http://u:@m1") == "has a bad password: '***' is empty");
  CHECK(why_not("http://m1,u@m2") == "has a user without a password");
  CHECK(why_not("http://m1,u:p@m2?token=x") == "has both a user and a token");
  CHECK(why_not("http://m1/v2,m2?check=1&chek=2") ==
        "has /v2 in its path, which this hub adds itself: leave it out and what is behind it; it "
        "has a bad check: '1' is no duration: write N with ms, s, m, h or d; it has the unknown "
        "option 'chek'; did you mean check?");
}

TEST_CASE("a Marathon's URL is shown without its secrets") {
  struct row {
    const char* url;
    const char* shown;
  };
  const std::vector<row> rows{
      {"http://u:p@m1:8080/marathon,http://m2:8080,m3?token_file=/t&event_type=x&check=30s",
       "http://u:***@m1:8080/marathon,http://m2:8080,m3?token_file=/t&event_type=x&check=30s"},
      {"http://u:p@m1,https://v:q@m2:1/x", "http://u:***@m1,https://v:***@m2:1/x"},
      {"http://m1:1,u:p@m2", "http://m1:***@m2"},
      {"http://u@m1?password=p&user=v&token=t", "http://u@m1?password=***&user=v&token=***"},
      {"http://${H}:${P}/x", "http://${H}:${P}/x"},
      {"http://u:${PW}@m1", "http://u:***@m1"},
      {"http://[::1]:8080,m2:x/y?check=1s", "http://[::1]:8080,m2:***"},
      {"http://u:hunter2", "http://u:***"},
      {"u:hunter2", "u:***"},
      {"http://u:hun,ter2@m1", "http://u:***@m1"},
      {"http://u:hun?ter2@m1", "http://u:***"},
      {"m1:8080", "m1:8080"},
      {"u:p@m1,http://m2", "u:***@m1,http://m2"},
      {"http://m1?chek=1s&passwrod=x", "http://m1?chek=***&passwrod=***"},
      {"http://m1?password=a&b", "http://m1?password=***&***"},
      {"", ""},
  };
  for (const row& r : rows) CHECK(shown_marathon_url(r.url) == r.shown);
  CHECK(made("http://u:p@m1,m2?check=1s").shown_url == "http://u:***@m1,m2?check=1s");
}

TEST_CASE("no damage to a Marathon's URL brings its secret out") {
  const std::string secret = "hunter2";
  const environment env = variables({{"PW", secret}});
  const words urls{"http://user:hunter2@m1:8080/marathon,http://m2:8080,m3?check=1s",
                   "http://m1/x,user:hunter2@m2,m3:4",
                   "https://user:a/hunter2@m1", "http://user:a?hunter2@m1",
                   "http://user:a,hunter2@m1", "http://user:hunter2", "http://m1,user:hunter2",
                   "http://m1/x,http://user:hunter2/y", "http://m1?token=hunter2&check=1s",
                   "http://m1?check=1s&user=u&password=hunter2", "http://m1?password=a&hunter2",
                   "http://m1?tokn=hunter2", "http://u:${PW}@m1", "http://m1:${PW}",
                   "http://m1/${PW}#", "http://${PW}/v2", "http://m1?check=${PW}",
                   "user:hunter2@m1"};
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 40'000; ++i) {
    std::string url = urls[random() % urls.size()];
    for (auto changes = random() % 3; changes > 0 && i >= 100; --changes) {
      damage(url, secret, random);
    }
    INFO(url);
    REQUIRE(shown_marathon_url(url).find(secret) == std::string::npos);
    const auto parsed = parse_marathon_url(url, env);
    if (parsed) {
      REQUIRE(parsed->shown_url.find(secret) == std::string::npos);
      REQUIRE_FALSE(parsed->nodes.empty());
    } else {
      REQUIRE(parsed.error().why.find(secret) == std::string::npos);
      REQUIRE(parsed.error().why.find('\n') == std::string::npos);
      REQUIRE_FALSE(parsed.error().why.empty());
    }
  }
}

TEST_CASE("no bytes at all make Marathon's parser stumble") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const words pieces{"http", "https", "://", ",", "m1", ":", "@", "[", "]", "/", "/v2", "?", "&",
                     "=", "%", "%25", "${", "}", "$${", "${PW}", "token", "password", "user",
                     "check", "event_type", "1s", "\xff", std::string(1, '\0'), "8080", "-1", "#",
                     "+", "token_file", "/dev/null"};
  const environment env = variables({{"PW", "x"}});
  for (int i = 0; i < 40'000; ++i) {
    std::string url = random() % 4 != 0 ? "http://" : "";
    for (auto n = random() % 12; n > 0; --n) url += pieces[random() % pieces.size()];
    INFO(url);
    const auto parsed = parse_marathon_url(url, env);
    REQUIRE((parsed.has_value() || !parsed.error().why.empty()));
    if (parsed) {
      for (const marathon_node& one : parsed->nodes) {
        REQUIRE_FALSE(one.host.empty());
        REQUIRE(one.port != 0);
        REQUIRE((one.path.empty() || (one.path[0] == '/' && one.path.back() != '/')));
        REQUIRE(one.user.empty() == one.password.empty());
      }
    }
  }
}

}  // namespace
}  // namespace logio::config
