#include "wire/add_record.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "logio/base/utf8.hpp"
#include "wire/fields.hpp"

namespace logio::wire {
namespace {

/// Room for ` [cut: N bytes]` with the longest N.
constexpr std::size_t cut_note_bytes_max = 34;

}  // namespace

text_cut cut_text(long_text text, std::size_t line_bytes_max) {
  if (text.total <= line_bytes_max) return {static_cast<std::size_t>(text.total), 0, {}};
  const std::size_t kept = base::utf8_cut(text.bytes, line_bytes_max - cut_note_bytes_max);
  const std::uint64_t cut = text.total - kept;
  return {kept, cut, fmt::format(" [cut: {} bytes]", cut)};
}

added add_record(record::head head, long_text text, std::string& fields,
                 const record_limits& limits, record::batch_builder& out) {
  const text_cut at = cut_text(text, limits.line_bytes_max);
  const std::size_t kept = at.kept_bytes, note_bytes = at.note.size();
  if (at.cut_bytes > 0) {
    add_cut_bytes(fields, at.cut_bytes);
    head.flags |= record::cut_text;
  }
  const std::size_t text_bytes = kept + note_bytes;
  const std::size_t stored = record::stored_bytes(text_bytes, fields.size());
  if (stored > limits.record_bytes_max) return {added::outcome::too_long, false, stored};
  if (!out.takes(text_bytes, fields.size())) return {added::outcome::batch_full, false, stored};
  if (kept != 0 && std::memchr(text.bytes.data(), '\n', kept) != nullptr) {
    head.flags |= record::inner_newline;
  }
  head.text_bytes = static_cast<std::uint32_t>(text_bytes);
  head.fields_bytes = static_cast<std::uint32_t>(fields.size());
  char* const to = out.begin(text_bytes + fields.size());
  std::copy_n(text.bytes.data(), kept, to);
  std::copy_n(at.note.data(), note_bytes, to + kept);
  std::copy_n(fields.data(), fields.size(), to + text_bytes);
  out.commit(head);
  return {added::outcome::added, note_bytes > 0, stored};
}

std::string too_long_message(std::size_t stored, const record_limits& limits) {
  return fmt::format("the record takes {} bytes; the hub's ring has room for {}", stored,
                     limits.record_bytes_max);
}

}  // namespace logio::wire
