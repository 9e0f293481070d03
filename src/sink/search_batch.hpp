/// The records of one call as lines of `_bulk` requests, in one piece of memory, so that any run of
/// them is the body of a request.
///
/// Ownership:      owns the lines; borrows the items for encode() only.
/// Thread safety:  distinct objects.
/// Limits:         keeps up to `kept_bytes_max` of memory from call to call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "logio/sink/client.hpp"
#include "logio/wire/bulk_encoder.hpp"
#include "sink/time_template.hpp"

namespace logio::sink {

class search_batch {
 public:
  static constexpr std::size_t kept_bytes_max = std::size_t{32} << 20;

  /// REQUIRES: time_template::check(index) finds nothing.
  explicit search_batch(std::string index) : index_(std::move(index)) {}

  /// Replaces what was there.
  void encode(std::span<const item> items);

  std::size_t size() const noexcept { return ends_.size(); }
  /// Of the records [first, last). REQUIRES: first <= last <= size().
  std::string_view lines(std::size_t first, std::size_t last) const noexcept;

  /// Where a request that begins with `first` ends so that it has at most `bytes_max` (but at least
  /// one record), and the rest of the batch goes out in requests of about the same size.
  std::size_t request_end(std::size_t first, std::size_t bytes_max) const noexcept;

 private:
  void reserve(std::size_t bytes);
  const std::string& action_of(const item& which);
  const std::string& members_of(const record::topic& topic);
  std::size_t begin_of(std::size_t i) const noexcept { return i == 0 ? 0 : ends_[i - 1]; }

  time_template index_;
  std::string action_index_, action_;
  std::optional<wire::bulk_encoder> encoder_;
  std::uint64_t encoder_epoch_ = 0;
  std::unordered_map<const record::topic*, std::string> members_;
  const record::topic* last_topic_ = nullptr;
  const std::string* last_members_ = nullptr;
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0, used_ = 0;
  std::vector<std::size_t> ends_;
};

}  // namespace logio::sink
