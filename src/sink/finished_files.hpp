/// Knows which of a file sink's files are done with, and has them compressed.
///
/// A file is done with when it was rotated, or when it is closed and its family (file_list) has one
/// of a later time. Only files that this sink has written are ever touched: it keeps a list of
/// them, over restarts where it has a folder.
///
///     opening(NAME) ─► opened(NAME) ─► closed(NAME) ─┬─► the newest of its family: stays
///        ▲  a late record takes it back              └─► left behind ─┐
///        └───────────────────────────────────────────────────────────┤
///                                rotated to NAME.1: rotated(NAME.1) ──┴─► file_compressor
///
/// Ownership:      owns list and compressor.
/// Thread safety:  one thread, but interrupt() and counts(): any.
/// Errors:         a list that cannot be written is warned of once; delivery goes on.
/// Limits:         file_list::files_max files. At nine tenths of that, the closed one of the oldest
///                 time is done with, whatever its family; when there are as many that are open or
///                 wait, a new one stays plain, which is counted as a failure.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "sink/file_compressor.hpp"
#include "sink/file_list.hpp"

namespace logio::sink {

class finished_files {
 public:
  struct origin {
    std::string sink;           ///< its name, for the log
    std::string path_template;  ///< as it is configured
    std::string folder;         ///< the sink's own; empty: nothing is remembered
  };

  finished_files(packing how, const origin& of);

  /// Goes on where a run before has ended. REQUIRES: whoever used the folder before has ended.
  void begin();
  /// Before a file is opened: it stays where it is. It must follow opened() or not_opened().
  void opening(const std::string& path);
  /// It is written to until closed().
  void opened(const std::string& path, const std::string& family, std::int64_t hour);
  /// What nobody could open may be another's.
  void not_opened(const std::string& path);
  void closed(const std::string& path);
  /// Before a file gets the name `aside`: it will be compressed, also after a crash. It must follow
  /// rotated() or not_rotated().
  void rotating(const std::string& aside);
  void rotated(const std::string& aside);
  void not_rotated(const std::string& aside);
  /// Whether a file of that name, or what it was compressed to, is there.
  bool is_taken(const std::string& path) const;
  /// To be called now and then.
  void step();
  void end();
  void interrupt() noexcept { compressor_.interrupt(); }
  client_counts counts() const;

 private:
  struct newest {
    std::string path;
    std::int64_t hour = 0;
  };

  bool is_newest(const std::string& path, const std::string& family) const;
  void hand_over(const std::string& path);
  bool has_room(const std::string& path);
  void make_room();
  void note(error_code why);

  const std::string sink_, folder_;
  file_list list_;
  std::map<std::string, newest> newest_;  ///< by family
  std::set<std::string> open_;
  bool list_fails_ = false, told_full_ = false;
  std::atomic<std::uint64_t> unlisted_{0};
  file_compressor compressor_;
};

}  // namespace logio::sink
