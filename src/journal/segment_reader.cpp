#include "logio/journal/segment_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "logio/record/record.hpp"
#include "segment_content.hpp"

namespace logio::journal {
namespace {

constexpr std::size_t read_ahead_bytes = std::size_t{256} << 10;

std::string_view text_at(const std::byte* at, std::size_t bytes) noexcept {
  return {reinterpret_cast<const char*>(at), bytes};
}

/// Whether the records' own lengths fill the bytes exactly, `count` times.
bool holds_records(std::span<const std::byte> bytes, std::uint32_t count) noexcept {
  std::uint64_t records = 0;
  while (!bytes.empty()) {
    if (bytes.size() < sizeof(record::head)) return false;
    const auto text = load<std::uint32_t>(bytes.data() + offsetof(record::head, text_bytes));
    const auto fields = load<std::uint32_t>(bytes.data() + offsetof(record::head, fields_bytes));
    const std::uint64_t size = record::stored_bytes(text, fields);
    if (size > bytes.size()) return false;
    bytes = bytes.subspan(size);
    ++records;
  }
  return count != 0 && records == count;
}

bool holds_clients(std::span<const std::byte> bytes, std::uint32_t count) noexcept {
  for (std::uint32_t i = 0; i < count; ++i) {
    if (bytes.size() < client_head_bytes) return false;
    const std::uint64_t size =
        padded(client_head_bytes + load<std::uint8_t>(bytes.data() + 16));
    if (size > bytes.size()) return false;
    bytes = bytes.subspan(size);
  }
  return bytes.empty();
}

bool is_well_formed(const frame& f) noexcept {
  const std::byte* const at = f.payload.data();
  switch (f.head.kind) {
    case frame_kind::topic: {
      if (f.payload.size() < topic_head_bytes) return false;
      const std::size_t values = std::size_t{load<std::uint8_t>(at + 4)} +
                                 load<std::uint8_t>(at + 5) + load<std::uint8_t>(at + 6);
      return f.payload.size() == topic_head_bytes + values;
    }
    case frame_kind::batch: {
      if (f.payload.size() < batch_head_bytes) return false;
      const std::uint64_t records_at = batch_head_bytes + padded(load<std::uint8_t>(at + 12));
      return f.payload.size() > records_at &&
             holds_records(f.payload.subspan(records_at), f.head.count);
    }
    case frame_kind::gap:
      return f.payload.size() == gap_bytes;
    case frame_kind::clients:
      return holds_clients(f.payload, f.head.count);
    case frame_kind::footer:
      return true;
  }
  return false;
}

}  // namespace

batch as_batch(const frame& f) noexcept {
  const std::byte* const at = f.payload.data();
  const std::size_t client_bytes = load<std::uint8_t>(at + 12);
  batch b;
  b.first_position = f.head.position;
  b.arrival_ns = load<std::int64_t>(at);
  b.count = f.head.count;
  b.topic = load<std::uint32_t>(at + 8);
  b.sequence = load<std::uint64_t>(at + 16);
  b.client = text_at(at + batch_head_bytes, client_bytes);
  b.records = f.payload.subspan(batch_head_bytes + padded(client_bytes));
  return b;
}

gap as_gap(const frame& f) noexcept {
  const std::byte* const at = f.payload.data();
  return {f.head.position, load<std::uint64_t>(at), load<std::int64_t>(at + 8),
          load<std::int64_t>(at + 16)};
}

numbered_topic as_topic(const frame& f) {
  const std::byte* const at = f.payload.data();
  const std::size_t app = load<std::uint8_t>(at + 4), proc = load<std::uint8_t>(at + 5),
                    host = load<std::uint8_t>(at + 6);
  numbered_topic out;
  out.number = load<std::uint32_t>(at);
  out.topic.app = text_at(at + topic_head_bytes, app);
  out.topic.proc = text_at(at + topic_head_bytes + app, proc);
  out.topic.host = text_at(at + topic_head_bytes + app + proc, host);
  return out;
}

std::vector<client_state> as_clients(const frame& f) {
  std::vector<client_state> out;
  out.reserve(f.head.count);
  const std::byte* at = f.payload.data();
  for (std::uint32_t i = 0; i < f.head.count; ++i) {
    const std::size_t id_bytes = load<std::uint8_t>(at + 16);
    client_state c;
    c.id = text_at(at + client_head_bytes, id_bytes);
    c.highest = load<std::uint64_t>(at);
    c.used_ns = load<std::int64_t>(at + 8);
    out.push_back(std::move(c));
    at += padded(client_head_bytes + id_bytes);
  }
  return out;
}

segment_reader::segment_reader(std::unique_ptr<segment_content> file, const segment_head& head)
    : file_(std::move(file)),
      head_(head),
      file_bytes_(file_->bytes()),
      end_(file_->bytes()),
      position_(head.first_position) {}

segment_reader::segment_reader(segment_reader&&) noexcept = default;
segment_reader& segment_reader::operator=(segment_reader&&) noexcept = default;
segment_reader::~segment_reader() = default;

bool segment_reader::is_compressed() const noexcept { return file_->is_compressed(); }
std::uint64_t segment_reader::disk_bytes() const noexcept { return file_->disk_bytes(); }

result<segment_reader> segment_reader::open(const std::string& path, frame_cache* cache) {
  auto file = segment_content::open(path, cache);
  if (!file) return file.error();
  std::byte bytes[head_bytes];
  const auto n = file->read_at(0, bytes);
  if (!n) return n.error();
  if (file->is_lost(0, head_bytes) || (file->is_compressed() && *n < head_bytes)) {
    return make_error_code(journal_error::bad_compression);
  }
  if (*n < head_bytes) return make_error_code(journal_error::unwritten);
  const auto head = read_head(bytes);
  if (!head) return head.error();
  return segment_reader(std::make_unique<segment_content>(std::move(*file)), *head);
}

/// `bytes` of the file, in the buffer. `torn` when they are not all there.
result<const std::byte*> segment_reader::look(std::uint64_t at, std::size_t bytes) {
  if (at > end_ || bytes > end_ - at) return make_error_code(journal_error::torn);
  if (at < buffer_at_ || at + bytes > buffer_at_ + buffered_) {
    // What lies behind the end may be half written: it must not stay in the buffer.
    const auto wanted = static_cast<std::size_t>(
        std::min<std::uint64_t>(std::max(bytes, read_ahead_bytes), end_ - at));
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    buffered_ = 0;
    const auto n = file_->read_at(at, std::span(buffer_).first(wanted));
    if (!n) return n.error();
    buffer_at_ = at;
    buffered_ = *n;
    if (buffered_ < bytes) return make_error_code(journal_error::torn);
  }
  return buffer_.data() + (at - buffer_at_);
}

/// What is wrong with a frame: the bytes themselves, or that they could not be unpacked.
error_code segment_reader::blame(journal_error shown, std::uint64_t at, std::size_t bytes) const {
  return make_error_code(file_->is_lost(at, bytes) ? journal_error::bad_compression : shown);
}

result<frame> segment_reader::read_frame(std::uint64_t at) {
  const auto head_at = look(at, frame_head_bytes);
  if (!head_at) return head_at.error();
  const auto head =
      read_frame_head(std::span<const std::byte, frame_head_bytes>(*head_at, frame_head_bytes));
  if (!head) return blame(journal_error::bad_frame, at, frame_head_bytes);
  if (head->position < position_) return make_error_code(journal_error::bad_frame);
  const std::size_t bytes = frame_head_bytes + head->payload_bytes;
  const auto whole = look(at, bytes);
  if (!whole) return whole.error();
  if (!has_right_crc({*whole, bytes}, head_.salt)) {
    return blame(journal_error::bad_checksum, at, bytes);
  }
  const frame f{*head, at, {*whole + frame_head_bytes, head->payload_bytes}};
  if (!is_well_formed(f)) return make_error_code(journal_error::bad_frame);
  return f;
}

result<std::optional<segment_summary>> segment_reader::read_summary() {
  // What is compressed was sealed before.
  const auto none = [this]() -> result<std::optional<segment_summary>> {
    if (is_compressed()) return make_error_code(journal_error::bad_compression);
    return std::optional<segment_summary>();
  };
  end_ = file_bytes_;
  if (file_bytes_ < head_bytes + trailer_bytes) return none();
  const auto trailer = look(file_bytes_ - trailer_bytes, trailer_bytes);
  if (!trailer) return trailer.error();
  const auto at = read_trailer(std::span<const std::byte, trailer_bytes>(*trailer, trailer_bytes));
  if (!at && at.error() == make_error_code(journal_error::torn)) return none();
  if (!at) return at.error();
  const auto f = read_frame(*at);
  if (!f) return f.error();
  if (f->head.kind != frame_kind::footer) return make_error_code(journal_error::bad_frame);
  auto summary = segment_summary::decode(f->payload, f->head.position);
  if (!summary) return summary.error();
  end_ = *at;
  return std::optional<segment_summary>(std::move(*summary));
}

void segment_reader::seek(std::uint64_t at, std::uint64_t position) noexcept {
  at_ = at;
  position_ = position;
}

segment_reader::status segment_reader::next(frame& out, error_code& why) {
  // Only the bytes of 0 behind the last frame may be missing.
  if (at_ >= end_ && at_ - end_ < 8) return status::end;
  auto f = read_frame(at_);
  if (!f) {
    why = f.error();
    return status::bad;
  }
  out = *f;
  at_ += frame_bytes(out.head.payload_bytes);
  position_ = out.head.position;
  if (out.head.kind == frame_kind::batch) position_ += out.head.count;
  if (out.head.kind == frame_kind::gap) position_ += as_gap(out).count;
  return status::frame;
}

bool segment_reader::find_next_whole(error_code& why) {
  why.clear();
  for (std::uint64_t at = at_ + 8; at + frame_head_bytes <= end_; at += 8) {
    const auto f = read_frame(at);
    if (f) {
      at_ = at;
      return true;
    }
    if (f.error().category() == boost::system::system_category()) {
      why = f.error();
      return false;
    }
  }
  return false;
}

}  // namespace logio::journal
