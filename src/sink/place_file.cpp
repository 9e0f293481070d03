#include "logio/sink/place_file.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <charconv>
#include <string_view>

#include "logio/base/posix_file.hpp"

namespace logio::sink {
namespace {

constexpr std::size_t bytes_max = 100;

std::optional<log_place> parse(std::string_view line) {
  log_place out;
  const std::size_t dash = line.find('-');
  if (dash != 16 || line.empty() || line.back() != '\n') return std::nullopt;
  const char* const end = line.data() + line.size() - 1;
  const auto epoch = std::from_chars(line.data(), line.data() + dash, out.epoch, 16);
  const auto position = std::from_chars(line.data() + dash + 1, end, out.position);
  const bool good = epoch.ec == std::errc() && epoch.ptr == line.data() + dash &&
                    position.ec == std::errc() && position.ptr == end;
  return good ? std::optional(out) : std::nullopt;
}

}  // namespace

result<remembered_place> open_place(const std::string& parent, const std::string& name) {
  if (const error_code why = base::make_directory(parent)) return why;
  if (const error_code why = base::sync_directory(parent + "/..")) return why;
  remembered_place out;
  const std::string folder = parent + '/' + name;
  const auto files = base::list_files(folder);
  if (!files) {
    if (files.error() != boost::system::errc::no_such_file_or_directory) return files.error();
    if (const error_code why = base::make_directory(folder)) return why;
    if (const error_code why = base::sync_directory(parent)) return why;
    return out;
  }
  out.known = true;
  if (const auto text = base::read_text_file(folder + "/place", bytes_max)) {
    out.place = parse(*text);
  }
  return out;
}

void forget_place(const std::string& parent, const std::string& name) noexcept {
  const std::string folder = parent + '/' + name;
  (void)::unlink((folder + "/place").c_str());
  (void)::rmdir(folder.c_str());  // refused when something else is in it
}

error_code save_place(const std::string& folder, const log_place& place) {
  return base::replace_text_file(folder, "place",
                                 fmt::format("{:016x}-{}\n", place.epoch, place.position));
}

}  // namespace logio::sink
