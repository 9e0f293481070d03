/// Renders records as GELF 1.1 messages, and cuts them into chunks for UDP.
///
///     {"version":"1.1","host":"h1","short_message":"boom","full_message":"boom\n  at x",
///      "timestamp":1481062461.448,"level":3,"_app":"shop","_proc":"web","_user":7}
///
/// `short_message` is the text's first line, or `-` when that is blank, for receivers refuse a
/// blank one; `full_message` is the whole text when `short_message` is not. A record without host
/// is given the encoder's. Each field is `_name`: characters outside [A-Za-z0-9_.-] become `_`, and
/// a name that the message has otherwise (`_id`, `_app`, `_proc`) gets another `_` in front; of
/// fields whose names become the same, the first counts. Numbers stay numbers, strings stay
/// strings, all else is its JSON as text. Fields that are not well-formed are left out. Bytes that
/// are not UTF-8 become U+FFFD, one for each ill-formed part.
///
/// Ownership:      borrows everything for the call.
/// Thread safety:  distinct objects; free functions: any thread.
/// Limits:         a chunked message has at most gelf_chunks_max chunks.
/// Source:         GELF Payload Specification 1.1 and "GELF via UDP" (Graylog documentation).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "logio/record/record.hpp"
#include "logio/record/topic.hpp"

namespace logio::wire {

class gelf_encoder {
 public:
  /// REQUIRES: `fallback_host` is not blank.
  explicit gelf_encoder(std::string fallback_host);

  /// Appends the object of `r`, on one line and without a byte behind it.
  void append(std::string& out, const record::view& r, const record::topic_view& topic) const;

 private:
  std::string fallback_host_;
};

inline constexpr std::size_t gelf_chunks_max = 128;
inline constexpr std::size_t gelf_chunk_head_bytes = 12;

/// Datagrams of at most `datagram_bytes` that a message of `bytes` takes: 1 when it fits into one,
/// which then has no head. More than gelf_chunks_max: it cannot be sent.
/// REQUIRES: datagram_bytes > gelf_chunk_head_bytes.
constexpr std::size_t gelf_chunk_count(std::size_t bytes, std::size_t datagram_bytes) noexcept {
  if (bytes <= datagram_bytes) return 1;
  const std::size_t payload = datagram_bytes - gelf_chunk_head_bytes;
  return (bytes + payload - 1) / payload;
}

/// Writes the head of chunk `sequence`, counted from 0. `id` is to be another for every message
/// that a peer gets within the seconds in which it waits for chunks.
void put_gelf_chunk_head(std::span<char, gelf_chunk_head_bytes> out, std::uint64_t id,
                         std::size_t sequence, std::size_t count) noexcept;

}  // namespace logio::wire
