#include "logio/config/endpoint_url.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

#include "config/support.hpp"
#include "logio/base/exit_code.hpp"

namespace logio::config {
namespace {

std::string why_no_publish_url(std::string_view url) {
  const auto parsed_url = parse_publish_url(url);
  INFO(url);
  REQUIRE(parsed_url.has_error());
  return parsed_url.error().why;
}

std::string why_no_hub_url(std::string_view url) {
  const auto parsed_url = parse_hub_url(url);
  INFO(url);
  REQUIRE(parsed_url.has_error());
  return parsed_url.error().why;
}

usage_error refused(const std::string& flag, const environment& env) {
  const auto found = find_hub(flag, env, "tail");
  REQUIRE(found.has_error());
  return found.error();
}

TEST_CASE("a publish URL names hosts, ports with a default, and the topic") {
  const publish_url url =
      taken(parse_publish_url("logio://hub:7801,hub2,[::1]:9/?app=shop&proc=&x=1"));
  CHECK(url.hubs == std::vector<host_port>{{"hub", 7801}, {"hub2", 7701}, {"::1", 9}});
  CHECK(url.app == "shop");
  CHECK(url.proc == "");  // absent and empty differ
  CHECK_FALSE(url.host);
}

TEST_CASE("user and password are passed over, and a fragment is") {
  const publish_url url = taken(parse_publish_url("logio://u:p@ss@hub?app=a#host=b"));
  CHECK(url.hubs == std::vector<host_port>{{"hub", 7701}});
  CHECK(url.app == "a");
  CHECK_FALSE(url.host);
}

TEST_CASE("the values of a publish URL's query are percent-decoded, + is a space") {
  CHECK(taken(parse_publish_url("logio://h?app=a%26b+c%2B%e2%82%AC")).app ==
        "a&b c+\xe2\x82\xac");
  for (const char* bad : {"logio://h?app=%", "logio://h?app=%4", "logio://h?app=%zz"}) {
    CHECK(why_no_publish_url(bad) == "has a % without two hex digits");
  }
}

TEST_CASE("a bad publish URL is told why") {
  CHECK(why_no_publish_url("http://h") == "is no URL of a hub: write logio://HOST:7701?app=NAME");
  CHECK(why_no_publish_url("") == "is no URL of a hub: write logio://HOST:7701?app=NAME");
  CHECK(why_no_publish_url("logio://") == "has no host");
  CHECK(why_no_publish_url("logio://:7701") == "has no host");
  CHECK(why_no_publish_url("logio://a,,b") == "has no host");
  CHECK(why_no_publish_url("logio://[::1") == "has a [ without ]");
  CHECK(why_no_publish_url("logio://h:0") == "has a bad port '0'");
  CHECK(why_no_publish_url("logio://h:") == "has a bad port ''");
  CHECK(why_no_publish_url("logio://h:65536") == "has a bad port '65536'");
  CHECK(why_no_publish_url("logio://h:77x") == "has a bad port '77x'");
}

TEST_CASE("a hub URL is host and port, and what a proxy before the hub may want") {
  CHECK(taken(parse_hub_url("http://hub")) == hub_url{{"hub", 7702}});
  CHECK(taken(parse_hub_url("http://hub:80/")) == hub_url{{"hub", 80}});
  CHECK(taken(parse_hub_url("http://[fe80::1]:80")) == hub_url{{"fe80::1", 80}});
  const hub_url full = taken(parse_hub_url("https://o%40x:p%3A:w@logs.example/logs/"));
  CHECK(full == hub_url{{"logs.example", 443}, true, "/logs", "o@x", "p::w"});
  CHECK(to_string(full) == "https://logs.example:443/logs");
  CHECK(why_no_hub_url("hub:7702") == "is no URL of a hub: write http://HOST:7702");
  CHECK(why_no_hub_url("logio://hub") == "is no URL of a hub: write http://HOST:7702");
  CHECK(why_no_hub_url("http:///") == "has no host");
  CHECK(why_no_hub_url("http://%4@hub") == "has a % without two hex digits");
  CHECK(why_no_hub_url("http://hub/a\rb") == "has a control character");
  CHECK(why_no_hub_url("http://hub?app=a") ==
        "has a query: which records are wanted is said by flags (-a, -p, -g)");
}

TEST_CASE("host and port are shown as people write them") {
  CHECK(to_string(host_port{"hub", 7702}) == "hub:7702");
  CHECK(to_string(host_port{"::1", 7702}) == "[::1]:7702");
}

TEST_CASE("a reader finds its hub by flag, LOGIO_HUB, LOGIO_URL, or at home") {
  const environment both = variables({{"LOGIO_HUB", "http://b:2"}, {"LOGIO_URL", "logio://c:3,d"}});
  CHECK(taken(find_hub("http://a:1", both, "tail")) == hub_url{{"a", 1}});
  CHECK(taken(find_hub("", both, "tail")) == hub_url{{"b", 2}});
  const environment writer = variables({{"LOGIO_URL", "logio://c:3,d?app=x"}});
  CHECK(taken(find_hub("", writer, "tail")) == hub_url{{"c", 7702}});
  CHECK(taken(find_hub("", {}, "tail")) == hub_url{{"127.0.0.1", 7702}});
}

TEST_CASE("a bad hub URL is blamed on where it comes from") {
  const usage_error flag = refused("hub", {});
  CHECK(flag.exit_code == base::exit_usage);
  CHECK(flag.message == "logio tail: --hub: 'hub' is no URL of a hub: write http://HOST:7702");
  const usage_error hub = refused("", variables({{"LOGIO_HUB", "http://h:x"}}));
  CHECK(hub.exit_code == base::exit_configuration);
  CHECK(hub.message == "logio tail: LOGIO_HUB: 'http://h:***' has a bad port 'x'");
  const usage_error url = refused("", variables({{"LOGIO_URL", "logio://"}}));
  CHECK(url.exit_code == base::exit_configuration);
  CHECK(url.message == "logio tail: LOGIO_URL: 'logio://' has no host");
}

}  // namespace
}  // namespace logio::config
