/// Until when events of Marathon could be received, on disk: `FOLDER/marathon`, one number,
/// nanoseconds since 1970.
///
/// Thread safety:  distinct objects.
/// Errors:         what cannot be read or written is told once in the hub's log; then the next run
///                 cannot say since when it heard nothing, or says too early a time.
#pragma once

#include <cstdint>
#include <string>

namespace logio::input {

class heard_file {
 public:
  /// `folder` empty: nothing is kept.
  explicit heard_file(std::string folder) : folder_(std::move(folder)) {}

  /// 0: it is not known.
  std::int64_t load();
  void save(std::int64_t until_ns);

 private:
  const std::string folder_;
  bool complained_ = false;
};

}  // namespace logio::input
