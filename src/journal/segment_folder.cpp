#include "segment_folder.hpp"

#include <fmt/core.h>

#include <utility>

#include "logio/journal/format.hpp"
#include "segment_content.hpp"
#include "segment_packer.hpp"

namespace logio::journal {

result<std::vector<base::file_entry>> list_segments(const std::string& folder) {
  auto files = base::list_files(folder);
  if (!files) return files.error();
  std::vector<base::file_entry> out;
  std::string last;
  for (base::file_entry& file : *files) {
    std::string name = plain_name(file.name);
    if (!parse_segment_file_name(name) || name == last) continue;
    last = std::move(name);
    out.push_back(std::move(file));
  }
  return out;
}

error_code end_exchanges(const std::string& folder, std::vector<std::string>& reports) {
  const auto files = base::list_files(folder);
  if (!files) return files.error();
  for (const base::file_entry& file : *files) {
    const std::string path = fmt::format("{}/{}", folder, file.name);
    const std::string name = plain_name(file.name), plain = plain_name(path);
    error_code why;
    if (file.name.ends_with(unfinished_suffix)) {
      why = base::remove_file(path);
    } else if (name != file.name && parse_segment_file_name(name) && base::exists(plain)) {
      const bool whole = is_whole(path);
      why = base::remove_file(whole ? plain : path);
      if (!whole) {
        reports.push_back(fmt::format("{} is damaged: removed, {} is there as well", path, plain));
      }
    }
    if (why) return why;
  }
  return {};
}

}  // namespace logio::journal
