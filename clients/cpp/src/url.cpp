#include "logio/client/url.hpp"

#include <errno.h>  // program_invocation_short_name
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "authority.hpp"
#include "percent.hpp"

namespace logio::client {
namespace {

constexpr std::uint16_t publish_port = 7701;
constexpr std::size_t topic_bytes_max = 255;

std::string machine_name() {
  std::array<char, 256> room{};
  return ::gethostname(room.data(), room.size() - 1) == 0 ? room.data() : std::string();
}

/// A default that no hub refuses.
std::string as_topic_value(std::string text) {
  std::erase_if(text, [](char c) {
    return c == '[' || c == ']' || has_control_character({&c, 1});
  });
  return text.substr(0, topic_bytes_max);
}

/// `64MiB`.
std::optional<std::size_t> read_size(std::string_view text) {
  constexpr std::pair<std::string_view, int> units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
  int shift = 0;
  for (const auto& [unit, bits] : units) {
    if (!text.ends_with(unit)) continue;
    text.remove_suffix(unit.size());
    shift = bits;
  }
  std::size_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size() || out == 0) return std::nullopt;
  if (out > (SIZE_MAX >> shift)) return std::nullopt;
  return out << shift;
}

class query_reader {
 public:
  explicit query_reader(url_reading& out) : out_(out), to_(*out.options) {}

  /// False: error is set.
  bool read(std::string_view query) {
    while (!query.empty()) {
      const auto end = std::min(query.find('&'), query.size());
      const std::string_view pair = query.substr(0, end);
      query.remove_prefix(std::min(end + 1, query.size()));
      const auto equals = std::min(pair.find('='), pair.size());
      const std::string key(pair.substr(0, equals));
      auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())), true);
      if (!value) return fail(key + " has a % without two hex digits; write %25 for a percent");
      if (!pair.empty() && !take(key, std::move(*value))) return false;
    }
    if (to_.app.empty()) return fail("app is missing in the query; add ?app=NAME");
    return true;
  }

 private:
  bool fail(std::string why) {
    out_.error = std::move(why);
    return false;
  }

  bool take(const std::string& key, std::string value) {
    if (key == "app") return take_topic(key, std::move(value), to_.app);
    if (key == "proc") return take_topic(key, std::move(value), to_.proc);
    if (key == "host") return take_topic(key, std::move(value), to_.host);
    if (key == "buffer_bytes") return take_size(key, value, "64MiB", to_.buffer_bytes_max);
    if (key == "buffer_records") return take_size(key, value, "1000000", to_.records_max);
    const bool shown = key.size() <= topic_bytes_max;
    out_.warnings.push_back("the key '" + (shown ? key : key.substr(0, topic_bytes_max) + "...") +
                            "' is not known, and is left out of account; known are app, proc, "
                            "host, buffer_bytes and buffer_records");
    return true;
  }

  bool take_topic(const std::string& key, std::string value, std::string& to) {
    if (value.size() > topic_bytes_max) {
      return fail(key + " has " + std::to_string(value.size()) + " bytes; at most 255 may be");
    }
    if (has_control_character(value) || value.find_first_of("[]") != std::string::npos) {
      return fail(key + " has a control character, [ or ]; leave these out");
    }
    to = std::move(value);
    return true;
  }

  bool take_size(const std::string& key, const std::string& value, const char* example,
                 std::size_t& to) {
    const auto size = read_size(value);
    if (!size) return fail(key + " is no number above 0; write it as in " + key + "=" + example);
    to = *size;
    return true;
  }

  url_reading& out_;
  publisher_options& to_;
};

}  // namespace

url_reading read_url(std::string_view url) {
  constexpr std::string_view scheme = "logio://";
  url_reading out;
  const auto read = [&] {
    if (has_control_character(url)) {
      out.error = "it has a control character; a line end at its end, perhaps: take it out";
      return false;
    }
    if (!url.starts_with(scheme)) {
      out.error = "it does not begin with logio://; write logio://HOST:7701?app=NAME";
      return false;
    }
    std::string_view rest = url.substr(scheme.size());
    std::string_view hosts = take_authority(rest);
    take_user(hosts);
    out.options.emplace();
    out.options->proc = as_topic_value(program_invocation_short_name);
    out.options->host = as_topic_value(machine_name());
    if (!read_hosts(hosts, publish_port, out.options->hubs, out.error)) return false;
    rest = rest.substr(0, rest.find('#'));
    rest.remove_prefix(std::min(rest.find('?'), rest.size()));
    if (!rest.empty()) rest.remove_prefix(1);
    return query_reader(out).read(rest);
  };
  if (!read()) out.options.reset();
  return out;
}

}  // namespace logio::client
