#include "sink/lane_id.hpp"

#include <fmt/core.h>

#include <string_view>

namespace logio::sink {
namespace {

__extension__ using uint128 = unsigned __int128;

class fnv1a_128 {
 public:
  void add(std::uint64_t number) noexcept {
    for (int byte = 0; byte < 8; ++byte) add_byte(static_cast<std::uint8_t>(number >> 8 * byte));
  }
  /// With its length, so that values cannot run into each other.
  void add(std::string_view text) noexcept {
    add(std::uint64_t{text.size()});
    for (const char c : text) add_byte(static_cast<std::uint8_t>(c));
  }
  void add(const std::vector<std::string>& texts) noexcept {
    add(std::uint64_t{texts.size()});
    for (const std::string& text : texts) add(text);
  }
  std::uint64_t high() const noexcept { return static_cast<std::uint64_t>(hash_ >> 64); }
  std::uint64_t low() const noexcept { return static_cast<std::uint64_t>(hash_); }

 private:
  void add_byte(std::uint8_t byte) noexcept {
    constexpr uint128 prime = (uint128{1} << 88) + 0x13b;
    hash_ = (hash_ ^ byte) * prime;
  }
  uint128 hash_ = uint128{0x6c62272e07bb0142} << 64 | 0x62b821756295c58d;
};

}  // namespace

std::string lane_id(const sink_options& options, const record::topic& topic, std::uint64_t epoch) {
  fnv1a_128 hash;
  hash.add(options.name);
  const selection& wanted = options.selection;
  for (const auto* patterns : {&wanted.app, &wanted.proc, &wanted.host, &wanted.log,
                               &wanted.exclude}) {
    hash.add(*patterns);
  }
  hash.add(wanted.severity);
  hash.add(topic.app);
  hash.add(topic.proc);
  hash.add(topic.host);
  hash.add(epoch);
  return fmt::format("sink-{:016x}{:016x}", hash.high(), hash.low());
}

}  // namespace logio::sink
