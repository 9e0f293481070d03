#include "logio/journal/format.hpp"

#include <fmt/core.h>

#include <charconv>
#include <cstring>

#include "logio/base/crc32c.hpp"

namespace logio::journal {
namespace {

constexpr char head_magic[8] = {'L', 'O', 'G', 'I', 'O', 'S', 'E', 'G'};
constexpr char trailer_magic[8] = {'L', 'O', 'G', 'I', 'O', 'E', 'N', 'D'};
constexpr std::size_t head_crc_at = 60;
constexpr std::size_t position_digits = 20, epoch_digits = 16;
constexpr std::string_view suffix = ".segment";

class journal_category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "logio.journal"; }
  std::string message(int value) const override {
    switch (static_cast<journal_error>(value)) {
      case journal_error::not_a_segment:
        return "not a segment of a journal";
      case journal_error::wrong_version:
        return "written by a newer version of logio";
      case journal_error::bad_checksum:
        return "the checksum does not fit";
      case journal_error::bad_frame:
        return "not a frame";
      case journal_error::torn:
        return "the file ends within a frame";
      case journal_error::unwritten:
        return "nothing is written in it yet";
      case journal_error::in_use:
        return "another process uses the directory";
      case journal_error::bad_epochs:
        return "the list of epochs cannot be understood";
      case journal_error::bad_compression:
        return "compressed data is damaged";
      case journal_error::not_sealed:
        return "it has no footer";
    }
    return "unknown journal error";
  }
};

template <class Number>
bool read_number(std::string_view digits, int base, Number& out) noexcept {
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, out, base);
  return error == std::errc{} && stop == end;
}

}  // namespace

error_code make_error_code(journal_error e) noexcept {
  static const journal_category category;
  return {static_cast<int>(e), category};
}

void write_head(std::byte* out, const segment_head& h) noexcept {
  std::memset(out, 0, head_bytes);
  std::memcpy(out, head_magic, sizeof head_magic);
  store(out + 8, format_version);
  store(out + 12, static_cast<std::uint32_t>(head_bytes));
  store(out + 16, h.epoch);
  store(out + 24, h.first_position);
  store(out + 32, h.created_ns);
  store(out + 40, h.salt);
  store(out + head_crc_at, base::crc32c({out, head_crc_at}));
}

result<segment_head> read_head(std::span<const std::byte, head_bytes> bytes) noexcept {
  const std::byte* const at = bytes.data();
  if (std::memcmp(at, head_magic, sizeof head_magic) != 0) {
    return make_error_code(journal_error::not_a_segment);
  }
  if (load<std::uint32_t>(at + head_crc_at) != base::crc32c({at, head_crc_at})) {
    return make_error_code(journal_error::bad_checksum);
  }
  if (load<std::uint32_t>(at + 8) != format_version ||
      load<std::uint32_t>(at + 12) != head_bytes) {
    return make_error_code(journal_error::wrong_version);
  }
  segment_head h;
  h.epoch = load<std::uint64_t>(at + 16);
  h.first_position = load<std::uint64_t>(at + 24);
  h.created_ns = load<std::int64_t>(at + 32);
  h.salt = load<std::uint32_t>(at + 40);
  return h;
}

void write_frame_head(std::byte* out, const frame_head& h, std::span<const std::byte> payload,
                      std::uint32_t salt) noexcept {
  store(out + 4, h.payload_bytes);
  store(out + 8, static_cast<std::uint32_t>(h.kind));  // and 3 bytes of 0
  store(out + 12, h.count);
  store(out + 16, h.position);
  const std::uint32_t front = base::crc32c({out + 4, frame_head_bytes - 4}, salt);
  store(out, base::crc32c(payload, front));
}

result<frame_head> read_frame_head(
    std::span<const std::byte, frame_head_bytes> bytes) noexcept {
  const std::byte* const at = bytes.data();
  frame_head h;
  h.crc = load<std::uint32_t>(at);
  h.payload_bytes = load<std::uint32_t>(at + 4);
  const auto kind = load<std::uint32_t>(at + 8);
  h.count = load<std::uint32_t>(at + 12);
  h.position = load<std::uint64_t>(at + 16);
  const bool is_kind = kind >= static_cast<std::uint32_t>(frame_kind::topic) &&
                       kind <= static_cast<std::uint32_t>(frame_kind::footer);
  if (!is_kind || h.payload_bytes > payload_bytes_max) {
    return make_error_code(journal_error::bad_frame);
  }
  h.kind = static_cast<frame_kind>(kind);
  return h;
}

bool has_right_crc(std::span<const std::byte> frame, std::uint32_t salt) noexcept {
  return load<std::uint32_t>(frame.data()) == base::crc32c(frame.subspan(4), salt);
}

void write_trailer(std::byte* out, std::uint64_t footer_at) noexcept {
  std::memset(out, 0, trailer_bytes);
  store(out, footer_at);
  store(out + 8, base::crc32c({out, 8}));
  std::memcpy(out + 16, trailer_magic, sizeof trailer_magic);
}

result<std::uint64_t> read_trailer(std::span<const std::byte, trailer_bytes> bytes) noexcept {
  const std::byte* const at = bytes.data();
  if (std::memcmp(at + 16, trailer_magic, sizeof trailer_magic) != 0 ||
      load<std::uint32_t>(at + 12) != 0) {
    return make_error_code(journal_error::torn);
  }
  if (load<std::uint32_t>(at + 8) != base::crc32c({at, 8})) {
    return make_error_code(journal_error::bad_checksum);
  }
  return load<std::uint64_t>(at);
}

std::string segment_file_name(std::uint64_t epoch, std::uint64_t first_position) {
  return fmt::format("{:020}-{:016x}{}", first_position, epoch, suffix);
}

std::optional<segment_head> parse_segment_file_name(std::string_view name) noexcept {
  constexpr std::size_t stem = position_digits + 1 + epoch_digits;
  segment_head h;
  if (name.size() != stem + suffix.size() || !name.ends_with(suffix) ||
      name[position_digits] != '-' ||
      !read_number(name.substr(0, position_digits), 10, h.first_position) ||
      !read_number(name.substr(position_digits + 1, epoch_digits), 16, h.epoch)) {
    return std::nullopt;
  }
  return h;
}

}  // namespace logio::journal
