/// The path of a record's file: `/var/log/{app}/%Y%m%d.log`.
///
/// Between the variables `{app}`, `{proc}` and `{host}` stands what a time_template takes. A
/// topic's value is one part of the path, whatever is in it: a slash, a leading dot and what cannot
/// be in a name become `_`, an empty value is `_`, a long one is cut. So a publisher chooses a name
/// within the folder that the operator has given, never a folder outside it.
///
/// Ownership:      owns the template.
/// Thread safety:  distinct objects.
/// Limits:         a value takes at most value_bytes_max of a name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "logio/record/topic.hpp"
#include "sink/time_template.hpp"

namespace logio::sink {

class path_template {
 public:
  static constexpr std::size_t value_bytes_max = 128;

  /// REQUIRES: time_template::check(text) finds nothing.
  explicit path_template(std::string_view text);

  /// Replaces `out`.
  void expand(const record::topic& topic, std::int64_t time_ns, std::string& out);

  /// What the paths of this topic have in common: the time's variables stay as they are.
  std::string family(const record::topic& topic) const;

 private:
  enum class value : std::uint8_t { none, app, proc, host };
  struct part {
    time_template before;
    value behind = value::none;
  };
  static void append_variable(std::string& out, value which, const record::topic& topic);

  std::vector<part> parts_;
};

}  // namespace logio::sink
