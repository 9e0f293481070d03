/// Why nothing comes of a cluster, until something shows that it is over.
///
/// Ownership:      owns its words.
/// Thread safety:  distinct objects.
#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

namespace logio::sink {

class kafka_trouble {
 public:
  enum class cause : std::uint8_t {
    way,     ///< brokers that cannot be reached
    group,   ///< topics, permissions, the group
    commit,  ///< commits that are refused
    data,    ///< messages that cannot be read
  };

  explicit kafka_trouble(std::string peer) : peer_(std::move(peer)) {}

  /// The latest counts. It is told on one line, with the peer's address.
  void say(cause of, std::string what) {
    std::ranges::replace_if(what, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    text_ = fmt::format("{}: {}", peer_, what);
    cause_ = of;
  }

  /// A trouble of these causes is over.
  void end(std::initializer_list<cause> of) noexcept {
    if (std::ranges::find(of, cause_) != of.end()) text_.clear();
  }

  bool is(cause of) const noexcept { return !text_.empty() && cause_ == of; }
  /// Empty when there is none.
  const std::string& text() const noexcept { return text_; }
  const std::string& peer() const noexcept { return peer_; }

 private:
  const std::string peer_;
  std::string text_;
  cause cause_ = cause::way;
};

}  // namespace logio::sink
