#include "input/api_location.hpp"

#include <catch2/catch_test_macros.hpp>

namespace logio::input {
namespace {

const api_place here{"m1", 8080, false, "/marathon/v2/events?a=b"};

TEST_CASE("a Location names a place, or none") {
  struct row {
    const char* location;
    api_place place;
  };
  for (const row& r : std::initializer_list<row>{
           {"http://m2:8081/v2/events", {"m2", 8081, false, "/v2/events"}},
           {"HTTPS://m2", {"m2", 443, true, "/"}},
           {"http://u:p@m2?x=1#y", {"m2", 80, false, "/?x=1"}},
           {"http://[::1]:9/a", {"::1", 9, false, "/a"}},
           {"https://[::1]/a", {"::1", 443, true, "/a"}},
           {"/other?q#f", {"m1", 8080, false, "/other?q"}}}) {
    INFO(r.location);
    CHECK(follow_location(r.location, here) == r.place);
  }
  for (const char* const none :
       {"", "ftp://m2/", "//m2/x", "m2:80/x", "http://", "http:///x", "http://m2:0/",
        "http://m2:70000/", "http://m2:8x/", "http://[::1/", "http://[::1]x/", "/a\r\nb", "/a b"}) {
    INFO(none);
    CHECK_FALSE(follow_location(none, here));
  }
}

TEST_CASE("a value of a query has everything escaped that is not plain") {
  CHECK(percent_encoded("http://a:5000/events?x=é ~") ==
        "http%3A%2F%2Fa%3A5000%2Fevents%3Fx%3D%C3%A9%20~");
}

TEST_CASE("callback URLs mean the same place, or not") {
  const char* const ours = "http://Hub.example/events";
  for (const char* const same :
       {"http://Hub.example/events", "HTTP://hub.EXAMPLE:80/events/",
        "http://hub.example/events//"}) {
    INFO(same);
    CHECK(is_same_callback(same, ours));
  }
  for (const char* const other :
       {"https://hub.example/events", "http://hub.example:7702/events", "http://hub.example/Events",
        "http://hub.example/events?x", "http://hub2.example/events", "nonsense", ""}) {
    INFO(other);
    CHECK_FALSE(is_same_callback(other, ours));
  }
  CHECK(is_same_callback("nonsense", "nonsense"));
}

}  // namespace
}  // namespace logio::input
