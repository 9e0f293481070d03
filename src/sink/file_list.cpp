#include "sink/file_list.hpp"

#include <fmt/core.h>

#include <charconv>
#include <iterator>
#include <span>
#include <utility>

#include "sink/path_word.hpp"

namespace logio::sink {
namespace {

constexpr const char* list_name = "files";
/// Lines that may be history before the list is made short.
constexpr std::uint64_t old_lines_max = 1000;

std::string open_line(const std::string& path, const listed_file& f) {
  return fmt::format("open {} {} {}\n", f.hour, path_word(f.family), path_word(path));
}

}  // namespace

file_list::file_list(std::string path_template, std::string folder)
    : template_(std::move(path_template)), folder_(std::move(folder)) {}

error_code file_list::load() {
  if (folder_.empty()) return {};
  const std::string path = folder_ + '/' + list_name;
  if (base::exists(path)) {
    const auto facts = base::facts_of(path);
    if (!facts) return facts.error();
    const auto text = base::read_text_file(path, facts->bytes);
    if (!text) return text.error();
    bool is_ours = false;
    std::string_view rest = *text;
    // What is behind the last line end a crash cut off.
    for (std::size_t end = 0; (end = rest.find('\n')) != rest.npos; rest.remove_prefix(end + 1)) {
      take_line(rest.substr(0, end), is_ours);
    }
    if (!is_ours) {
      for (auto& [name, f] : files_) f.done = true;
    }
  }
  return write_all();
}

/// One that is damaged is left out.
void file_list::take_line(std::string_view line, bool& is_ours) {
  const auto words = words_of(line);
  const auto path = word_path(words.back());
  if (!path) return;
  if (words[0] == "template" && words.size() == 2) {
    is_ours = *path == template_;
  } else if (words[0] == "open" && words.size() == 4) {
    const auto family = word_path(words[2]);
    listed_file f;
    const char* const end = words[1].data() + words[1].size();
    if (!family || std::from_chars(words[1].data(), end, f.hour).ptr != end) return;
    f.family = *family;
    if (!full()) files_[*path] = std::move(f);
  } else if (words[0] == "done" && words.size() == 2) {
    if (!full()) files_[*path].done = true;
  } else if (words[0] == "gone" && words.size() == 2) {
    files_.erase(*path);
  }
}

error_code file_list::open(const std::string& path, const std::string& family,
                           std::int64_t hour) {
  listed_file& f = files_[path];
  f = {family, hour, false};
  return append(open_line(path, f));
}

error_code file_list::done(const std::string& path) {
  files_[path].done = true;
  const error_code why = append(fmt::format("done {}\n", path_word(path)));
  return why || !log_.is_open() ? why : log_.sync();
}

error_code file_list::gone(const std::string& path) {
  if (files_.erase(path) == 0) return {};
  return append(fmt::format("gone {}\n", path_word(path)));
}

error_code file_list::append(const std::string& line) {
  if (folder_.empty()) return {};
  if (!log_.is_open() || lines_ > 2 * files_.size() + old_lines_max) return write_all();
  error_code why;
  bytes_ += log_.write_at(bytes_, std::as_bytes(std::span(line)), why);
  ++lines_;
  if (why) log_ = base::posix_file();
  return why;
}

error_code file_list::write_all() {
  std::string text = fmt::format("template {}\n", path_word(template_));
  lines_ = 1;
  for (const auto& [path, f] : files_) {
    if (!f.family.empty()) text += open_line(path, f);
    if (f.done) text += fmt::format("done {}\n", path_word(path));
    lines_ += 2;
  }
  log_ = base::posix_file();
  if (const error_code why = base::replace_text_file(folder_, list_name, text)) return why;
  auto opened = base::posix_file::open(folder_ + '/' + list_name,
                                       base::posix_file::mode::write_old);
  if (!opened) return opened.error();
  log_ = std::move(*opened);
  bytes_ = text.size();
  return {};
}

}  // namespace logio::sink
