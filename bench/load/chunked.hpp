#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace logio::bench {

/// Reads the head and the chunked body of one HTTP/1.1 answer, from pieces cut anywhere.
///
/// Source: RFC 9112, sections 4, 6.3 and 7.1. An answer without `Transfer-Encoding: chunked` is
/// read to its end.
class http_answer {
 public:
  /// Reads on from `bytes`. Calls body(at, count) for each stretch of body. Returns false once
  /// the last chunk was read. Throws wrong_bytes for anything but a 200 in good form.
  template <class Body>
  bool feed(const char* bytes, std::size_t count, Body&& body) {
    const char* const end = bytes + count;
    while (bytes != end) {
      if (left_ > 0) {
        const auto here = static_cast<std::uint64_t>(end - bytes);
        const auto take = static_cast<std::size_t>(here < left_ ? here : left_);
        body(bytes, take);
        bytes += take;
        left_ -= take;
        continue;
      }
      bytes = framing(bytes, end);
    }
    return state_ != state::ended;
  }

  bool has_head() const { return state_ != state::head; }

 private:
  enum class state { head, first_size, size, ended };

  const char* framing(const char* at, const char* end);
  void read_head();

  state state_ = state::head;
  std::uint64_t left_ = 0;
  std::string text_;
};

}  // namespace logio::bench
