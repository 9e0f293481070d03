#include "utf8.hpp"

#include <cstdint>
#include <cstring>
#include <string>

#include "logio/base/utf8.hpp"

namespace logio::filter {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// The copy of a long line is given back, so that one of 16 MiB does not stay for ever.
constexpr std::size_t kept_bytes_max = 64 * 1024;

std::string& thread_copy() {
  thread_local std::string copy;
  if (copy.capacity() > kept_bytes_max)
    std::string().swap(copy);
  copy.clear();
  return copy;
}

/// The first byte at or after `at` that is not ASCII; nearly every line has none.
const char* ascii_end(const char* at, const char* end) noexcept {
  constexpr std::uint64_t high_bits = 0x8080808080808080U;
  for (; end - at >= 32; at += 32) {
    std::uint64_t words[4];
    std::memcpy(words, at, sizeof words);
    if (((words[0] | words[1] | words[2] | words[3]) & high_bits) != 0)
      break;
  }
  while (at != end && static_cast<unsigned char>(*at) < 0x80) ++at;
  return at;
}

}  // namespace

std::size_t utf8_prefix(std::string_view text) noexcept {
  const char* const end = text.data() + text.size();
  const char* at = ascii_end(text.data(), end);
  while (at != end) {
    const base::utf8_step step = base::utf8_next(at, end);
    if (!step.valid)
      break;
    at += step.bytes;
    if (at != end && static_cast<unsigned char>(*at) < 0x80)
      at = ascii_end(at, end);
  }
  return static_cast<std::size_t>(at - text.data());
}

std::string_view utf8_text::valid() {
  if (known_)
    return valid_;
  known_ = true;
  std::string_view rest = raw_;
  std::size_t good = utf8_prefix(rest);
  if (good == rest.size())
    return valid_ = raw_;
  std::string& copy = thread_copy();
  while (good != rest.size()) {
    copy.append(rest.substr(0, good)).append(replacement);
    rest.remove_prefix(good);
    rest.remove_prefix(base::utf8_next(rest.data(), rest.data() + rest.size()).bytes);
    good = utf8_prefix(rest);
  }
  copy.append(rest);
  return valid_ = copy;
}

}  // namespace logio::filter
