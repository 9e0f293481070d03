#include "top_keys.hpp"

#include <optional>

#include "logio/base/utf8.hpp"

namespace logio::app {
namespace {

constexpr std::size_t sequence_bytes_max = 16;

struct known_sequence {
  std::string_view behind_escape;
  key_kind kind;
};
constexpr known_sequence known_sequences[] = {
    {"[A", key_kind::up},       {"[B", key_kind::down},      {"[C", key_kind::right},
    {"[D", key_kind::left},     {"OA", key_kind::up},        {"OB", key_kind::down},
    {"OC", key_kind::right},    {"OD", key_kind::left},      {"[5~", key_kind::page_up},
    {"[6~", key_kind::page_down}, {"[H", key_kind::home},    {"[F", key_kind::end},
    {"OH", key_kind::home},     {"OF", key_kind::end},       {"[1~", key_kind::home},
    {"[4~", key_kind::end},
};

/// How long the sequence at the beginning of `bytes` is; 0: there is more to come.
std::size_t sequence_bytes(std::string_view bytes) {
  if (bytes.size() < 2) return 0;
  if (bytes[1] == 'O') return bytes.size() < 3 ? 0 : 3;
  if (bytes[1] != '[') return 1;
  for (std::size_t i = 2; i < bytes.size(); ++i) {
    if (bytes[i] >= 0x40 && bytes[i] <= 0x7e) return i + 1;
    if (i == sequence_bytes_max) return i + 1;
  }
  return 0;
}

std::optional<key_event> plain_key(std::string_view character) {
  switch (character[0]) {
    case '\r':
    case '\n': return key_event{key_kind::enter, {}};
    case '\t': return key_event{key_kind::tab, {}};
    case '\b':
    case 0x7f: return key_event{key_kind::backspace, {}};
    case '\x03':
    case '\x0c':
    case '\x1a': break;
    default:
      if (static_cast<unsigned char>(character[0]) < 0x20) return std::nullopt;
  }
  return key_event{key_kind::text, std::string(character)};
}

}  // namespace

std::vector<key_event> top_keys::take(std::string_view bytes) {
  held_ += bytes;
  std::vector<key_event> out;
  std::string_view rest = held_;
  while (!rest.empty()) {
    if (rest[0] == '\x1b') {
      const std::size_t size = sequence_bytes(rest);
      if (size == 0) break;
      if (size == 1) out.push_back({key_kind::escape, {}});
      for (const known_sequence& known : known_sequences) {
        if (size > 1 && rest.substr(1, size - 1) == known.behind_escape) {
          out.push_back({known.kind, {}});
        }
      }
      rest.remove_prefix(size);
      continue;
    }
    const auto lead = static_cast<unsigned char>(rest[0]);
    const std::size_t wants = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    const auto step = base::utf8_next(rest.data(), rest.data() + rest.size());
    const bool cut = lead >= 0xc2 && lead <= 0xf4 && step.bytes == rest.size() &&
                     rest.size() < wants;
    if (!step.valid && cut) break;
    if (step.valid) {
      if (auto key = plain_key(rest.substr(0, step.bytes))) out.push_back(std::move(*key));
    }
    rest.remove_prefix(step.bytes);
  }
  held_.erase(0, held_.size() - rest.size());
  return out;
}

std::vector<key_event> top_keys::give_up() {
  const bool escape = held_.starts_with('\x1b');
  held_.clear();
  if (!escape) return {};
  return {{key_kind::escape, {}}};
}

}  // namespace logio::app
