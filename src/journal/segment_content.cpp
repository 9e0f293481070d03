#include "segment_content.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace logio::journal {
namespace {

using base::posix_file;

result<posix_file> open_either(const std::string& path) {
  auto file = posix_file::open(path, posix_file::mode::read);
  const bool absent = !file && file.error() == boost::system::errc::no_such_file_or_directory;
  if (!absent || path.ends_with(compressed_suffix)) return file;
  return posix_file::open(path + std::string(compressed_suffix), posix_file::mode::read);
}

}  // namespace

std::string plain_name(std::string_view name) {
  if (name.ends_with(compressed_suffix)) name.remove_suffix(compressed_suffix.size());
  return std::string(name);
}

result<segment_content> segment_content::open(const std::string& path, frame_cache* cache) {
  auto file = open_either(path);
  if (!file) return file.error();
  segment_content made(std::move(*file));
  const auto size = made.file_.size();
  if (!size) return size.error();
  made.bytes_ = made.disk_bytes_ = *size;
  std::byte begin[4];
  const auto n = made.file_.read_at(0, begin);
  if (!n) return n.error();
  if (!begins_frame(std::span(begin).first(*n))) return made;

  auto frames = read_table(made.file_, *size);
  if (!frames) return frames.error();
  made.frames_ = std::move(*frames);
  made.bytes_ = made.frames_.back().at;
  made.lost_.resize(made.frames_.size() - 1);
  made.unpacker_ = std::make_unique<frame_unpacker>();
  std::byte bytes[head_bytes] = {};
  const auto got = made.read_at(0, bytes);
  if (!got) return got.error();
  if (const auto head = read_head(bytes); *got == head_bytes && head) {
    made.cache_ = cache;  // it is known which segment it is
    made.key_ = {head->epoch, head->first_position, 0};
  }
  return made;
}

/// REQUIRES: it lies in front of the end.
std::size_t segment_content::frame_at(std::uint64_t at) const noexcept {
  const auto behind =
      std::upper_bound(frames_.begin(), frames_.end(), at,
                       [](std::uint64_t a, const frame_place& f) { return a < f.at; });
  return static_cast<std::size_t>(behind - frames_.begin()) - 1;
}

result<std::size_t> segment_content::read_at(std::uint64_t at, std::span<std::byte> into) {
  if (!is_compressed()) return file_.read_at(at, into);
  std::size_t done = 0;
  while (done < into.size() && at < bytes_) {
    const std::size_t index = frame_at(at);
    if (const error_code why = load_frame(index)) return why;
    const std::uint64_t from = frames_[index].at;
    const auto n = static_cast<std::size_t>(
        std::min<std::uint64_t>(into.size() - done, frames_[index + 1].at - at));
    if (content_) {
      std::memcpy(into.data() + done, content_->data() + (at - from), n);
    } else {
      std::memset(into.data() + done, 0, n);
    }
    done += n;
    at += n;
  }
  return done;
}

error_code segment_content::load_frame(std::size_t index) {
  if (index == loaded_) return {};
  const frame_cache::key key{key_.epoch, key_.first_position, frames_[index].at};
  auto known = cache_ != nullptr ? cache_->find(key) : nullptr;
  if (!known) {
    auto made = unpack(index);
    if (!made) return made.error();
    known = std::move(*made);
    if (known && cache_ != nullptr) cache_->put(key, known);
  }
  lost_[index] = !known;
  content_ = std::move(known);
  loaded_ = index;
  return {};
}

/// Null: it is damaged.
result<frame_cache::bytes> segment_content::unpack(std::size_t index) {
  const frame_place &place = frames_[index], &next = frames_[index + 1];
  packed_.resize(static_cast<std::size_t>(next.packed_at - place.packed_at));
  const auto n = file_.read_at(place.packed_at, packed_);
  if (!n) return n.error();
  auto content =
      std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(next.at - place.at));
  if (*n != packed_.size() || !unpacker_->unpack(packed_, *content)) return frame_cache::bytes();
  return frame_cache::bytes(std::move(content));
}

bool segment_content::is_lost(std::uint64_t at, std::uint64_t bytes) const noexcept {
  if (!is_compressed() || at >= bytes_) return false;
  const std::uint64_t last = at + std::min(std::max<std::uint64_t>(bytes, 1), bytes_ - at) - 1;
  for (std::size_t i = frame_at(at); i <= frame_at(last); ++i) {
    if (lost_[i]) return true;
  }
  return false;
}

}  // namespace logio::journal
