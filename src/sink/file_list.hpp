/// The plain files that a sink has written, on disk: `FOLDER/files`, a line for each change.
///
///     template /var/log/{app}/%Y%m%d.log
///     open 412345 /var/log/shop/%Y%m%d.log /var/log/shop/20161206.log
///     done /var/log/shop/20161206.log
///     gone /var/log/shop/20161206.log
///
/// A file that is done with is to be compressed, and then it is gone. The family is what a path is
/// before its time is put in: of a family one file is written to, the others are late or done with.
/// The list is made short again when it is loaded, and when most of its lines are history.
///
/// Ownership:      owns its file.
/// Thread safety:  distinct objects.
/// Errors:         the kernel's; the next change writes the whole list anew. A list that is lost
///                 means that files stay plain.
/// Limits:         files_max files; full() then.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "logio/base/posix_file.hpp"
#include "logio/base/result.hpp"

namespace logio::sink {

struct listed_file {
  std::string family;
  std::int64_t hour = 0;  ///< of a record in it, since 1970
  bool done = false;
};

class file_list {
 public:
  static constexpr std::size_t files_max = 10'000;

  /// `folder`: empty: on disk nothing is remembered.
  file_list(std::string path_template, std::string folder);

  /// Those of another template are done with.
  error_code load();

  const std::map<std::string, listed_file>& files() const noexcept { return files_; }
  bool full() const noexcept { return files_.size() >= files_max; }

  /// A file that is written to. REQUIRES: not full(), or it is there.
  error_code open(const std::string& path, const std::string& family, std::int64_t hour);
  /// Synced when it returns.
  error_code done(const std::string& path);
  error_code gone(const std::string& path);

 private:
  void take_line(std::string_view line, bool& is_ours);
  error_code append(const std::string& line);
  error_code write_all();

  const std::string template_, folder_;
  std::map<std::string, listed_file> files_;
  base::posix_file log_;  ///< not open: written anew at the next change
  std::uint64_t bytes_ = 0, lines_ = 0;
};

}  // namespace logio::sink
