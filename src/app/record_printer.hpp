/// Shows records as `tail` and `view` are told to: text, raw, ndjson or a template; with colours,
/// marks and times, and on a terminal with nothing that a terminal would obey.
///
///     add() … add() ─► flush(): one write
///
/// Ownership:      owns its buffer; what it is given is borrowed for the call.
/// Thread safety:  distinct objects.
/// Errors:         make(): one line for the user, without the command's name.
/// Limits:         its buffer has what was added since the last flush(); wants_flush() says when it
///                 is enough. Labels of 4,096 topics are kept.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "highlighter.hpp"
#include "line_template.hpp"
#include "logio/config/output_options.hpp"
#include "logio/record/record.hpp"
#include "logio/record/topic.hpp"

namespace logio::app {

struct shown_record {
  record::view record;
  const record::topic& topic;
  std::int64_t arrival_ns = 0;
  std::uint64_t epoch = 0, position = 0;
  std::string_view json = {};  ///< its object as a hub has sent it, without the newline; or empty
};

class record_printer {
 public:
  /// `marks`: patterns that stand out beside those of the options.
  static boost::system::result<record_printer, std::string> make(
      const config::output_options& how, const std::vector<std::string>& marks, bool is_terminal,
      bool colors);

  void add(const shown_record& r);

  /// That something is missing, or may come again: `words` where records are lines, else `json`,
  /// which has its newline. `host` is whose log it is.
  void add_notice(std::int64_t now_ns, std::string_view host, std::string_view words,
                  std::string_view json);

  /// What was added since the last flush(), taken away; and given back.
  std::string take_shown() { return std::exchange(out_, {}); }
  void add_shown(std::string_view shown) { out_ += shown; }

  bool wants_flush() const noexcept { return out_.size() >= flush_bytes; }

  /// Writes what there is to standard output. False: nobody reads any more.
  [[nodiscard]] bool flush();

 private:
  static constexpr std::size_t flush_bytes = std::size_t{64} << 10;

  record_printer(const config::output_options& how, bool is_terminal, bool colors);

  struct label {
    std::string text;   // `app[proc] host: `, as it is shown
    std::string color;  // that begins it
  };

  void add_text(const shown_record& r);
  void add_by_template(const shown_record& r);
  void add_json(const shown_record& r);
  void append_time(std::int64_t time_ns);
  void append_words(std::string_view text);
  void append_body(std::string_view text, record::severity_number severity);
  void append_field(const shown_record& r, line_template::field what);
  std::string json_of(const shown_record& r) const;
  const label& label_of(const record::topic& t);

  config::output_options how_;
  bool escapes_, colors_;
  std::optional<line_template> template_;
  highlighter marks_;
  std::unordered_map<std::string, label> labels_;
  std::string label_key_;
  std::string out_;
};

}  // namespace logio::app
