/// What became of a publishing request, as its answer tells it.
///
///     {"accepted":2,"refused":1,"errors":[{"line":7,"code":"bad_json","message":"…"}]}
///
/// and, when the request ended before its body did, `"error":{"code","message","hint"}` behind
/// that: then the counts are of what had come, so that a client can go on behind it.
///
/// Ownership:      owns its strings.
/// Thread safety:  distinct objects.
/// Limits:         the first errors_max refusals are told, all are counted.
/// Source:         README, "Over HTTP".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "logio/serve/request_error.hpp"
#include "logio/wire/publish_error.hpp"

namespace logio::serve {

class publish_outcome {
 public:
  static constexpr std::size_t errors_max = 10;

  void accept(std::uint64_t records) noexcept { accepted_ += records; }
  /// `why.record` is a line's number. One that closes says also that the rest was not read.
  void refuse(const wire::refusal& why);
  /// The request ends here; the first reason counts.
  void fail(unsigned status, request_fault code, std::string message, std::string hint);

  std::uint64_t accepted() const noexcept { return accepted_; }
  std::uint64_t refused() const noexcept { return refused_; }
  bool failed() const noexcept { return error_.has_value(); }
  /// The first refusal, for the log. REQUIRES: refused() > 0.
  const wire::refusal& first_refusal() const noexcept { return errors_.front(); }
  /// Why the request ended early; empty when it did not.
  std::string failure() const { return error_ ? error_->message : std::string(); }

  unsigned status() const noexcept;
  /// The answer's body: one JSON object and a newline.
  std::string render() const;

 private:
  struct failing {
    unsigned status;  // 0: by the counts
    std::string code, message, hint;
  };

  std::uint64_t accepted_ = 0;
  std::uint64_t refused_ = 0;
  std::vector<wire::refusal> errors_;
  std::optional<failing> error_;
};

}  // namespace logio::serve
