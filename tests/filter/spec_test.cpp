#include "logio/filter/spec.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logio::filter;

TEST_CASE("spellings of one question have one canonical form") {
  spec a, b;
  a.proc = {"worker", "web", "", "web"};
  a.log = {""};
  b.proc = {"web", "worker"};
  CHECK(canonical(a) == b);
  CHECK(canonical(b) == b);
  CHECK(hash_value(canonical(a)) == hash_value(b));
}

TEST_CASE("the mode of a spec without topic patterns makes no difference") {
  spec a;
  a.log = {"x"};
  a.match = mode::partial;
  CHECK(canonical(a).match == mode::whole);
  a.host = {"h"};
  CHECK(canonical(a).match == mode::partial);
}

TEST_CASE("specs that ask differently differ") {
  spec a, b;
  a.app = {"x"};
  b.proc = {"x"};
  CHECK_FALSE(a == b);
  CHECK(hash_value(a) != hash_value(b));
  b = a;
  b.match = mode::partial;
  CHECK_FALSE(a == b);
  CHECK(hash_value(a) != hash_value(b));
}

TEST_CASE("a spec is shown as the query that asks for it") {
  spec s;
  CHECK(to_query(s).empty());
  s.app = {"shop"};
  s.proc = {"web|worker"};
  s.log = {"a+b c%&#\xC3\xA9"};
  s.match = mode::partial;
  CHECK(to_query(s) == "app=shop&proc=web|worker&log=a%2Bb%20c%25%26%23%C3%A9&match=partial");
}
