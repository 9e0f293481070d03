#include "logio/serve/accept.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace logio::serve {
namespace {

constexpr std::string_view white = " \t";

std::string_view trim(std::string_view s) noexcept {
  const std::size_t first = s.find_first_not_of(white);
  if (first == std::string_view::npos)
    return {};
  return s.substr(first, s.find_last_not_of(white) - first + 1);
}

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool is_equal(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

/// Cuts the next part off `rest`, up to `separator` outside a quoted string.
std::string_view next_part(std::string_view& rest, char separator) noexcept {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < rest.size(); ++at) {
    const char c = rest[at];
    if (quoted && c == '\\') {
      ++at;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == separator && !quoted) {
      break;
    }
  }
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return trim(part);
}

/// A quality value in thousandths: `0.5` is 500; nothing for what is none.
std::optional<int> quality(std::string_view s) noexcept {
  if (s.empty() || s.size() > 5 || (s[0] != '0' && s[0] != '1'))
    return {};
  if (s.size() > 1 && s[1] != '.')
    return {};
  int value = (s[0] - '0') * 1000;
  int unit = 100;
  for (const char c : s.substr(std::min<std::size_t>(2, s.size()))) {
    if (c < '0' || c > '9')
      return {};
    value += (c - '0') * unit;
    unit /= 10;
  }
  return value <= 1000 ? std::optional<int>(value) : std::nullopt;
}

/// How much a header wants one media type.
struct wish {
  int quality = 0;           // thousandths; 0: not wanted
  int precision = -1;        // 0 for */*, 1 for type/*, 2 for the type itself
  std::size_t position = 0;  // of the entry that decided
};

wish find_wish(std::string_view accept, std::string_view type, std::string_view subtype) noexcept {
  wish best;
  for (std::size_t position = 0; !accept.empty(); ++position) {
    std::string_view rest = next_part(accept, ',');
    const std::string_view range = next_part(rest, ';');
    const std::size_t slash = range.find('/');
    if (slash == std::string_view::npos)
      continue;
    const std::string_view range_type = range.substr(0, slash);
    const std::string_view range_subtype = range.substr(slash + 1);
    int precision = -1;
    if (range == "*/*") {
      precision = 0;
    } else if (is_equal(range_type, type)) {
      precision = range_subtype == "*" ? 1 : is_equal(range_subtype, subtype) ? 2 : -1;
    }
    if (precision <= best.precision)
      continue;
    std::optional<int> wanted = 1000;
    while (!rest.empty()) {
      const std::string_view parameter = next_part(rest, ';');
      if (parameter.size() >= 2 && lower(parameter[0]) == 'q' && parameter[1] == '=') {
        wanted = quality(parameter.substr(2));
      }
    }
    if (wanted)
      best = {*wanted, precision, position};
  }
  return best;
}

/// True when `other` is wanted by its name and more than `text`; named before it counts as more.
bool beats(const wish& other, const wish& best) noexcept {
  if (other.precision < 2 || other.quality == 0)
    return false;
  if (other.quality != best.quality)
    return other.quality > best.quality;
  return best.precision < 2 || other.position < best.position;
}

}  // namespace

stream_media preferred_stream(std::string_view accept) noexcept {
  struct candidate {
    stream_media media;
    std::string_view type, subtype;
  };
  constexpr std::array candidates = {
      candidate{stream_media::ndjson, "application", "x-ndjson"},
      candidate{stream_media::sse, "text", "event-stream"},
      candidate{stream_media::html, "text", "html"},
  };
  stream_media chosen = stream_media::text;
  wish best = find_wish(accept, "text", "plain");
  for (const candidate& c : candidates) {
    const wish other = find_wish(accept, c.type, c.subtype);
    if (!beats(other, best))
      continue;
    best = other;
    chosen = c.media;
  }
  return chosen;
}

error_media preferred_error(std::string_view accept) noexcept {
  const wish text = find_wish(accept, "text", "plain");
  const bool json = beats(find_wish(accept, "application", "json"), text) ||
                    beats(find_wish(accept, "application", "x-ndjson"), text) ||
                    beats(find_wish(accept, "text", "event-stream"), text);
  return json ? error_media::json : error_media::text;
}

}  // namespace logio::serve
