/// The `file:` sink: lines in files whose names follow topic and time.
///
///     record ─► path ─► lines of this call, by file ─► one write each
///                          └─ rotate_bytes reached: synced, renamed to NAME.1, NAME.2 …
///                               └─ compress: NAME.1.gz, behind the runner's back
///
/// A record is delivered when write(2) has taken its whole line; what a full disk took of a line is
/// cut off again, and so is what a crash has left of the last one. Files are synced when they are
/// rotated and when they are let go of. A file that somebody renames or deletes is made anew at its
/// next line. With `compress`, a file that was rotated, or left behind because the template names a
/// later one, is compressed as a whole; a late record begins it anew.
///
/// Ownership:      owns its open files, and the thread that compresses.
/// Thread safety:  as client.
/// Errors:         the kernel's, with the path; records of other files are not held up by them.
/// Limits:         open_files_max files open; the longest unused is closed. A file that was not
///                 written for idle_close is closed too. end() waits at most about two seconds
///                 for files that are being compressed; the next start finishes the others.
#pragma once

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "logio/base/posix_file.hpp"
#include "logio/record/time.hpp"
#include "logio/sink/client.hpp"
#include "logio/sink/sink_options.hpp"
#include "logio/wire/json_encoder.hpp"

namespace logio::sink {

class finished_files;
class path_template;

class file_client final : public client {
 public:
  static constexpr std::size_t open_files_max = 128;
  static constexpr std::chrono::seconds idle_close{60};

  /// `folder`: the sink's own, where it remembers which files it is to compress. Empty: what is not
  /// compressed at the end stays as it is.
  explicit file_client(const sink_options& options, const std::string& folder = {});
  ~file_client() override;

  void begin() noexcept override;
  void deliver(std::span<const item> items, outcome& out) override;
  void close() noexcept override;
  void end() noexcept override;
  client_counts counts() const override;
  void interrupt() noexcept override;

 private:
  using clock = std::chrono::steady_clock;
  struct open_file;
  /// Items of one call with one path.
  struct share;

  void deliver_all(std::span<const item> items, outcome& out);
  void share_out(std::span<const item> items, std::map<std::string, share>& out);
  void enter(const record::topic& topic);
  void render(const item& i, share& into);
  error_code write(const std::string& path, share& what, std::size_t& written);
  result<open_file*> open(const std::string& path, const share& what);
  result<open_file*> open_new(const std::string& path);
  error_code rotate(open_file& file);
  error_code begin_anew(open_file& file);
  bool is_taken(const std::string& path) const;
  error_code put_aside(open_file& file);
  void close_idle(clock::time_point now);

  const std::unique_ptr<path_template> path_;
  const bool ndjson_;
  const std::uint64_t rotate_bytes_;
  const std::unique_ptr<finished_files> finished_;  // null: nothing is compressed
  std::list<std::unique_ptr<open_file>> files_;  // the newest used first
  std::map<std::string, open_file*> by_path_;
  std::string label_;  // of the topic that was entered
  record::text_time_writer time_;
  std::optional<wire::json_encoder> json_;
  std::uint64_t epoch_ = 0;  // of json_
};

}  // namespace logio::sink
