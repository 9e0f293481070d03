#include "segment_packer.hpp"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "frame_table.hpp"
#include "logio/base/posix_file.hpp"
#include "logio/journal/format.hpp"
#include "logio/journal/segment_reader.hpp"
#include "segment_content.hpp"

namespace logio::journal {
namespace {

using base::posix_file;

result<std::uint64_t> footer_place(const posix_file& file, std::uint64_t bytes) {
  if (bytes < head_bytes + trailer_bytes) return make_error_code(journal_error::not_sealed);
  std::byte trailer[trailer_bytes];
  const auto n = file.read_at(bytes - trailer_bytes, trailer);
  if (!n) return n.error();
  const auto at = read_trailer(trailer);
  if (*n != trailer_bytes || !at || *at < head_bytes || *at >= bytes) {
    return make_error_code(journal_error::not_sealed);
  }
  return *at;
}

/// Writes frames one behind the other, and the table behind them.
class frames_writer {
 public:
  frames_writer(const posix_file& from, const posix_file& to, std::size_t content_bytes)
      : from_(from), to_(to), content_bytes_(content_bytes) {}

  /// The bytes of `from` up to here, in frames of their own.
  error_code write_until(std::uint64_t end, const std::function<bool()>& go_on) {
    while (frames_.back().at < end) {
      if (!go_on()) return make_error_code(boost::system::errc::operation_canceled);
      const std::uint64_t at = frames_.back().at;
      content_.resize(std::min<std::uint64_t>(content_bytes_, end - at));
      const auto n = from_.read_at(at, content_);
      if (!n) return n.error();
      if (*n != content_.size()) return make_error_code(journal_error::torn);
      packed_.clear();
      packer_.pack(content_, packed_);
      if (const error_code why = write(packed_)) return why;
      frames_.push_back({at + content_.size(), written_});
    }
    return {};
  }
  error_code write_table() { return write(encode_table(frames_)); }
  std::uint64_t written() const noexcept { return written_; }

 private:
  error_code write(std::span<const std::byte> bytes) {
    error_code why;
    written_ += to_.write_at(written_, bytes, why);
    return why;
  }

  const posix_file &from_, &to_;
  const std::size_t content_bytes_;
  frame_packer packer_;
  frame_table frames_{frame_place()};
  std::vector<std::byte> content_, packed_;
  std::uint64_t written_ = 0;
};

result<std::uint64_t> pack(const posix_file& from, const posix_file& to,
                           const std::function<bool()>& go_on, std::size_t content_bytes) {
  const auto bytes = from.size();
  if (!bytes) return bytes.error();
  const auto footer_at = footer_place(from, *bytes);
  if (!footer_at) return footer_at.error();
  // Head and footer have frames of their own: who opens it reads both, and little else.
  frames_writer out(from, to, content_bytes);
  for (const std::uint64_t end : {std::uint64_t{head_bytes}, *footer_at, *bytes}) {
    if (const error_code why = out.write_until(end, go_on)) return why;
  }
  if (const error_code why = out.write_table()) return why;
  if (const error_code why = to.sync()) return why;
  return out.written();
}

}  // namespace

result<std::uint64_t> pack_segment(const std::string& from, const std::string& to,
                                   const std::function<bool()>& go_on,
                                   std::size_t content_bytes) {
  const auto plain = posix_file::open(from, posix_file::mode::read);
  if (!plain) return plain.error();
  (void)base::remove_file(to);
  const auto made = posix_file::open(to, posix_file::mode::write_new);
  if (!made) return made.error();
  auto bytes = pack(*plain, *made, go_on, content_bytes);
  if (!bytes) (void)base::remove_file(to);
  return bytes;
}

bool is_whole(const std::string& compressed) {
  auto reader = segment_reader::open(compressed);
  if (!reader || !reader->is_compressed()) return false;
  const auto footer = reader->read_summary();
  auto file = segment_content::open(compressed);
  if (!footer || !file) return false;
  std::vector<std::byte> bytes(frame_content_max);
  for (std::uint64_t at = 0; at < file->bytes(); at += bytes.size()) {
    if (!file->read_at(at, bytes) || file->is_lost(at, bytes.size())) return false;
  }
  return true;
}

}  // namespace logio::journal
