#include "sink/compress_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "logio/net/stream_encoder.hpp"

namespace logio::sink {
namespace {

constexpr std::size_t piece_bytes = std::size_t{256} << 10;
/// So that the last sync does not take long: stopping waits for it.
constexpr std::uint64_t sync_bytes = std::uint64_t{16} << 20;

error_code make_error(boost::system::errc::errc_t why) {
  return boost::system::errc::make_error_code(why);
}

/// The file that grows.
class part_writer {
 public:
  part_writer(base::posix_file& file, std::string folder)
      : file_(file), folder_(std::move(folder)) {}

  error_code append(std::span<const char> bytes) {
    const auto free = base::free_bytes(folder_);
    if (free && *free < free_bytes_kept + bytes.size()) {
      return make_error(boost::system::errc::no_space_on_device);
    }
    error_code why;
    at_ += file_.write_at(at_, std::as_bytes(bytes), why);
    if (why || at_ - synced_ < sync_bytes) return why;
    synced_ = at_;
    return file_.sync();
  }

 private:
  base::posix_file& file_;
  const std::string folder_;
  std::uint64_t at_ = 0, synced_ = 0;
};

std::unique_ptr<net::stream_encoder> make_encoder(packing how) {
  return how == packing::gzip ? net::make_gzip_stream_encoder() : net::make_zstd_stream_encoder();
}

}  // namespace

std::string_view suffix_of(packing how) noexcept { return how == packing::gzip ? ".gz" : ".zst"; }

std::string free_packed_name(const std::string& path, packing how) {
  std::string name = fmt::format("{}{}", path, suffix_of(how));
  for (std::uint64_t n = 1; base::exists(name); ++n) {
    name = fmt::format("{}.{}{}", path, n, suffix_of(how));
  }
  return name;
}

std::string folder_of(const std::string& path) {
  return path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
}

std::string part_name(const std::string& packed) {
  const std::size_t name = packed.rfind('/') + 1;
  return fmt::format("{}.{}.part", packed.substr(0, name), packed.substr(name));
}

error_code compress_file(const base::posix_file& from, const base::file_facts& facts,
                         const std::string& to, packing how, const std::atomic<bool>& stop) {
  auto made = base::posix_file::open(to, base::posix_file::mode::write_new);
  if (!made) return made.error();
  if (const error_code why = made->set_permissions(facts.permissions)) return why;
  part_writer out(*made, folder_of(to));
  const auto encoder = make_encoder(how);
  std::vector<char> plain(piece_bytes), packed(piece_bytes);
  std::uint64_t at = 0;  // behind what is in `rest`
  std::span<const char> rest;
  for (bool ended = false; !ended;) {
    if (stop.load(std::memory_order_relaxed)) {
      return make_error(boost::system::errc::operation_canceled);
    }
    if (rest.empty() && at < facts.bytes) {
      const auto wanted = std::min<std::uint64_t>(plain.size(), facts.bytes - at);
      const auto n = from.read_at(at, std::as_writable_bytes(std::span(plain).first(wanted)));
      if (!n) return n.error();
      if (*n == 0) return make_error(boost::system::errc::io_error);  // somebody made it shorter
      rest = std::span<const char>(plain).first(*n);
      at += *n;
    }
    const auto did = encoder->encode(rest, at == facts.bytes, packed);
    rest = rest.subspan(did.consumed);
    if (const error_code why = out.append(std::span(packed).first(did.produced))) return why;
    ended = did.ended;
  }
  return made->sync();
}

}  // namespace logio::sink
