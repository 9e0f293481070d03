#include "frame_table.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "frame_codec.hpp"
#include "logio/base/crc32c.hpp"
#include "logio/base/posix_file.hpp"
#include "logio/journal/format.hpp"

namespace logio::journal {
namespace {

constexpr std::uint32_t check_magic = 0x184D2A50;  // a skippable frame of one's own choice
constexpr std::uint32_t table_magic = 0x184D2A5E, end_magic = 0x8F92EAB1;
constexpr std::size_t skippable_head_bytes = 8, check_bytes = skippable_head_bytes + 4;
constexpr std::size_t entry_bytes = 8, end_bytes = 9;
constexpr std::size_t frames_max = 0x8000000;  // of the table's format

constexpr std::size_t table_bytes(std::size_t frames) noexcept {
  return skippable_head_bytes + frames * entry_bytes + end_bytes;
}

/// The entries. Nothing: they do not fit the frames' bytes or are too large.
std::optional<frame_table> sum_up(std::span<const std::byte> entries, std::uint64_t frames_bytes) {
  frame_table out(1);
  for (; !entries.empty(); entries = entries.subspan(entry_bytes)) {
    const auto packed = load<std::uint32_t>(entries.data());
    const auto content = load<std::uint32_t>(entries.data() + 4);
    if (content == 0 || content > frame_content_max) return std::nullopt;
    if (packed == 0 || packed > packed_bytes_max(content)) return std::nullopt;
    out.push_back({out.back().at + content, out.back().packed_at + packed});
  }
  if (out.back().packed_at != frames_bytes) return std::nullopt;
  return out;
}

/// As it is stored. Nothing: it is not there, or damaged.
result<std::optional<frame_table>> read_stored(const base::posix_file& file,
                                               std::uint64_t file_bytes) {
  const std::optional<frame_table> none;
  std::byte end[end_bytes];
  if (file_bytes < check_bytes + table_bytes(0)) return none;
  const auto n = file.read_at(file_bytes - end_bytes, end);
  if (!n) return n.error();
  const std::size_t frames = load<std::uint32_t>(end);
  if (load<std::uint32_t>(end + 5) != end_magic || frames > frames_max ||
      check_bytes + table_bytes(frames) > file_bytes) {
    return none;
  }
  std::vector<std::byte> all(check_bytes + table_bytes(frames));
  const std::uint64_t frames_bytes = file_bytes - all.size();
  const auto got = file.read_at(frames_bytes, all);
  if (!got) return got.error();
  const auto table = std::span(all).subspan(check_bytes);
  if (*got != all.size() || load<std::uint32_t>(all.data()) != check_magic ||
      load<std::uint32_t>(all.data() + 8) != base::crc32c(table)) {
    return none;
  }
  return sum_up(table.subspan(skippable_head_bytes, frames * entry_bytes), frames_bytes);
}

/// From the frames themselves, as far as they are whole.
result<frame_table> walk(const base::posix_file& file) {
  frame_table out(1);
  std::vector<std::byte> bytes(packed_bytes_max(frame_content_max));
  for (;;) {
    const auto n = file.read_at(out.back().packed_at, bytes);
    if (!n) return n.error();
    const auto size = measure_frame(std::span(bytes).first(*n));
    if (!size || size->content_bytes == 0) return out;
    out.push_back({out.back().at + size->content_bytes, out.back().packed_at + size->packed_bytes});
  }
}

}  // namespace

std::vector<std::byte> encode_table(const frame_table& frames) {
  const std::size_t count = frames.size() - 1;
  std::vector<std::byte> out(check_bytes + table_bytes(count));
  std::byte* at = out.data() + check_bytes;
  store(at, table_magic);
  store(at + 4, static_cast<std::uint32_t>(table_bytes(count) - skippable_head_bytes));
  at += skippable_head_bytes;
  for (std::size_t i = 0; i < count; ++i, at += entry_bytes) {
    store(at, static_cast<std::uint32_t>(frames[i + 1].packed_at - frames[i].packed_at));
    store(at + 4, static_cast<std::uint32_t>(frames[i + 1].at - frames[i].at));
  }
  store(at, static_cast<std::uint32_t>(count));
  store(at + 5, end_magic);  // the descriptor between them is 0: no checksums in the entries
  store(out.data(), check_magic);
  store(out.data() + 4, std::uint32_t{4});
  store(out.data() + 8, base::crc32c(std::span(out).subspan(check_bytes)));
  return out;
}

result<frame_table> read_table(const base::posix_file& file, std::uint64_t file_bytes) {
  auto stored = read_stored(file, file_bytes);
  if (!stored) return stored.error();
  if (*stored) return std::move(**stored);
  return walk(file);
}

}  // namespace logio::journal
