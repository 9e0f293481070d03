#include "input/heard_file.hpp"

#include <charconv>
#include <string_view>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"
#include "logio/base/posix_file.hpp"

namespace logio::input {
namespace {

constexpr const char* file_name = "marathon";
constexpr std::size_t file_bytes_max = 64;

}  // namespace

std::int64_t heard_file::load() {
  if (folder_.empty()) return 0;
  const std::string path = folder_ + "/" + file_name;
  const auto text = base::read_text_file(path, file_bytes_max);
  if (!text && base::is_absence(text.error())) return 0;
  std::int64_t until_ns = 0;
  if (text && text->ends_with('\n')) {
    const char* const end = text->data() + text->size() - 1;
    const auto [behind, error] = std::from_chars(text->data(), end, until_ns);
    const bool is_number = error == std::errc() && behind == end;
    if (is_number && until_ns > 0 && until_ns <= base::unix_now_ns()) return until_ns;
  }
  base::log(base::log_level::warn, {"marathon"},
            "{} does not say until when events were received: {}", path,
            text ? std::string("it is damaged, or of a time to come") : text.error().message());
  return 0;
}

void heard_file::save(std::int64_t until_ns) {
  if (folder_.empty()) return;
  const error_code why =
      base::replace_text_file(folder_, file_name, std::to_string(until_ns) + "\n");
  if (why && !std::exchange(complained_, true)) {
    base::log(base::log_level::warn, {"marathon"},
              "{}/{} cannot be written: {}; the next run may not know until when events were "
              "received",
              folder_, file_name, why.message());
  }
  if (!why) complained_ = false;
}

}  // namespace logio::input
