#include "logio/wire/syslog_encoder.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <map>
#include <random>
#include <string>

#include "encoding.hpp"
#include "logio/record/severity.hpp"
#include "rendered.hpp"

using namespace logio;
using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

constexpr std::int64_t time_ns = 1'481'062'461'448'123'456;
constexpr std::uint64_t epoch = 0x00c0ffee12345678;
const record::topic shop{"shop", "web", "h1"};

std::string encoded(const syslog_encoder::options& o, const record::view& r,
                    const record::topic& topic = shop) {
  std::string out = "before|";
  CHECK(syslog_encoder(o).append(out, r, topic, epoch, 7));
  REQUIRE(out.starts_with("before|"));
  return out.substr(7);
}

struct parsed {
  int pri = -1;
  std::string time, host, app, proc, id, sd_id, text;
  std::map<std::string, std::string> parameters;
};

std::string word(std::string_view& rest) {
  const std::size_t end = rest.find(' ');
  REQUIRE(end != std::string_view::npos);
  std::string out(rest.substr(0, end));
  rest.remove_prefix(end + 1);
  return out;
}

std::string value_of_parameter(std::string_view& rest) {
  std::string out;
  for (;;) {
    REQUIRE(!rest.empty());
    const char c = rest[0];
    rest.remove_prefix(1);
    if (c == '"') return out;
    REQUIRE(c != ']');  // RFC 5424: it must be escaped
    if (c == '\\') {
      REQUIRE(!rest.empty());
      REQUIRE(std::string_view("\"\\]").find(rest[0]) != std::string_view::npos);
      out += rest[0];
      rest.remove_prefix(1);
    } else {
      out += c;
    }
  }
}

// RFC 5424's grammar, read strictly.
parsed parse(std::string_view rest) {
  parsed out;
  REQUIRE(rest.starts_with('<'));
  const std::size_t end = rest.find('>');
  REQUIRE((end >= 2 && end <= 4));
  out.pri = std::stoi(std::string(rest.substr(1, end - 1)));
  rest.remove_prefix(end + 1);
  REQUIRE(word(rest) == "1");
  out.time = word(rest);
  out.host = word(rest);
  out.app = word(rest);
  out.proc = word(rest);
  out.id = word(rest);
  REQUIRE(rest.starts_with('['));
  rest.remove_prefix(1);
  out.sd_id = word(rest);
  for (;;) {
    const std::size_t equals = rest.find("=\"");
    REQUIRE(equals != std::string_view::npos);
    const std::string name(rest.substr(0, equals));
    REQUIRE(is_syslog_name(name));
    rest.remove_prefix(equals + 2);
    out.parameters[name] = value_of_parameter(rest);
    REQUIRE(!rest.empty());
    const char next = rest[0];
    rest.remove_prefix(1);
    if (next == ']') break;
    REQUIRE(next == ' ');
  }
  if (!rest.empty()) {
    REQUIRE(rest.starts_with(" \xef\xbb\xbf"));
    out.text = rest.substr(4);
  }
  return out;
}

}  // namespace

TEST_CASE("a record is an RFC 5424 message") {
  const stored_record r(time_ns, 17, "boom", packed(R"({"user":7,"why":"a \"b\" [c] \\"})"));
  CHECK(encoded({}, r) ==
        "<11>1 2016-12-06T22:14:21.448123Z h1 shop web - "
        "[logio@32473 cursor=\"00c0ffee12345678-7\" user=\"7\" why=\"a \\\"b\\\" [c\\] \\\\\"] "
        "\xef\xbb\xbf"
        "boom");
  CHECK(encoded({.facility = 23, .sd_id = "mine@1"}, stored_record(-1, 0, ""), {"a", "", ""}) ==
        "<190>1 1969-12-31T23:59:59.999999Z - a - - [mine@1 cursor=\"00c0ffee12345678-7\"]");
}

TEST_CASE("a record is an RFC 3164 message") {
  const syslog_encoder::options old{.format = syslog_format::rfc3164, .facility = 16};
  CHECK(encoded(old, stored_record(time_ns, 9, "b\xc3\xb6\xff")) ==
        "<134>Dec  6 22:14:21 h1 shop[web]: b\xc3\xb6\xef\xbf\xbd");
  CHECK(encoded(old, stored_record(time_ns + 86'400'000'000'000 * 10, 13, "x"),
                {"a:b c", "", ""}) == "<132>Dec 16 22:14:21 - a_b_c: x");
}

TEST_CASE("a record is a datagram of marathon-logger") {
  const syslog_encoder::options as_original{.format = syslog_format::marathon_logger};
  CHECK(encoded(as_original, stored_record(time_ns, 17, R"({"a":"b"})", packed(R"({"a":"b"})"))) ==
        R"(<14>marathon-logger: {"a":"b"})");
  CHECK(encoded({.format = syslog_format::marathon_logger, .framing = syslog_framing::newline},
                stored_record(0, 0, "[]")) == "<14>marathon-logger: []\n");
}

TEST_CASE("a message is framed for its way") {
  const stored_record r(0, 9, "a\nb\r\n", packed(R"({"k":"1\n2"})"));
  const std::string head =
      "<14>1 1970-01-01T00:00:00.000000Z h1 shop web - "
      "[logio@32473 cursor=\"00c0ffee12345678-7\" k=\"";
  const std::string bare = head +
                           "1\n2\"] \xef\xbb\xbf"
                           "a\nb\r\n";
  CHECK(encoded({}, r) == bare);
  CHECK(encoded({.framing = syslog_framing::octet_counting}, r) ==
        std::to_string(bare.size()) + " " + bare);
  CHECK(encoded({.framing = syslog_framing::newline}, r) == head +
                                                                "1#0122\"] \xef\xbb\xbf"
                                                                "a#012b\r#012\n");
}

TEST_CASE("names are printable ASCII and not too long") {
  const record::topic odd{std::string(300, 'a'), "w\xc3\xb6rk er", "h\xff" + std::string(299, 'h')};
  const parsed p = parse(encoded({}, stored_record(0, 1, "x"), odd));
  CHECK(p.app == std::string(48, 'a'));
  CHECK(p.proc == "w_rk_er");
  CHECK(p.host == "h_" + std::string(253, 'h'));
}

TEST_CASE("fields that have no place in structured data are left out") {
  const auto names = [](const std::string& fields) {
    std::string out;
    for (const auto& [name, value] :
         parse(encoded({}, stored_record(0, 1, "x", fields))).parameters)
      out += name + "=" + value + ";";
    return out;
  };
  CHECK(names(packed(R"({"a b":1,"a=b":1,"":1,"cursor":"no","x":[1],"y":{"z":1},"t":true,"n":null,)"
                     R"("f":1.5,"i":-3,"abcdefghijabcdefghijabcdefghij123":1})")) ==
        "cursor=00c0ffee12345678-7;f=1.5;i=-3;n=null;t=true;");
  CHECK(names("\x81\xa1k") == "cursor=00c0ffee12345678-7;");
  CHECK_FALSE(is_syslog_name(""));
  CHECK_FALSE(is_syslog_name("h\xc3\xb6"));
  CHECK(is_syslog_name("logio@32473"));
}

TEST_CASE("a message over its maximum is cut at a character and says so") {
  syslog_encoder encoder({.framing = syslog_framing::octet_counting, .message_bytes_max = 2048});
  std::string text;
  while (text.size() < 3000) text += "\xe2\x82\xac";
  std::string out;
  CHECK_FALSE(encoder.append(out, stored_record(0, 1, text), shop, epoch, 7));
  REQUIRE(out.starts_with(std::to_string(out.size() - 5) + " "));
  const parsed p = parse(std::string_view(out).substr(5));
  CHECK(out.size() - 5 <= 2048);
  CHECK(out.size() - 5 > 2048 - 4);
  const std::size_t kept = p.text.find(" [cut: ");
  REQUIRE(kept != std::string::npos);
  CHECK(p.text ==
        text.substr(0, kept) + " [cut: " + std::to_string(text.size() - kept) + " bytes]");

  out.clear();
  CHECK_FALSE(encoder.append(
      out, stored_record(0, 1, "x", packed("{\"k\":\"" + std::string(2000, 'v') + "\",\"l\":1}")),
      shop, epoch, 7));
  const parsed without = parse(std::string_view(out).substr(out.find('<')));
  CHECK(without.parameters.count("k") == 0);
  CHECK(without.parameters.at("l") == "1");
  CHECK(without.text == "x");
}

TEST_CASE("any record is read back by RFC 5424's grammar") {
  const auto seed = Catch::getSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 3000; ++i) {
    const std::string value = repaired(random_bytes(random, 6));
    const std::string text = random_bytes(random, 10);
    const record::topic topic{"a" + random_bytes(random, 4), random_bytes(random, 4),
                              random_bytes(random, 4)};
    const int severity = static_cast<int>(random() % 25),
              facility = static_cast<int>(random() % 24);
    const stored_record r(time_ns + static_cast<std::int64_t>(random()), severity, text,
                          packed("{\"k\":\"" + naive_json_text(value) + "\"}"));
    const bool cut_short = random() % 2 == 0;
    syslog_encoder encoder({.facility = static_cast<std::uint8_t>(facility),
                            .message_bytes_max = cut_short ? std::size_t{2048} : 0});
    std::string out;
    const bool whole = encoder.append(out, r, topic, epoch, static_cast<std::uint64_t>(i));
    const parsed p = parse(out);
    REQUIRE(p.pri ==
            facility * 8 + record::syslog_severity(static_cast<record::severity_number>(severity)));
    REQUIRE(p.id == "-");
    REQUIRE(p.time.size() == 27);
    REQUIRE(p.parameters.at("cursor") == "00c0ffee12345678-" + std::to_string(i));
    for (const std::string* name : {&p.host, &p.app, &p.proc}) {
      REQUIRE(!name->empty());
      for (const char c : *name) REQUIRE((c > ' ' && c < '\x7f'));
    }
    REQUIRE(is_utf8(out));
    if (!whole) {
      REQUIRE(cut_short);
      REQUIRE(out.size() <= 2048);
      continue;
    }
    REQUIRE(p.parameters.at("k") == value);
    REQUIRE(p.text == repaired(text));
  }
}
