#include "logio/filter/line_set.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "body.hpp"
#include "logio/base/result.hpp"
#include "text_scanner.hpp"
#include "utf8.hpp"

namespace logio::filter {
namespace {

/// So few filters are asked one after the other: their own searches are faster than the scan.
constexpr std::size_t one_by_one_max = 2;
/// From here on patterns without a required text run as one automaton.
constexpr std::size_t joint_patterns_min = 3;
constexpr std::size_t joint_memory_bytes_max = std::size_t{8} << 20;
/// The automaton is built anew when a filter comes or goes, at about 0.3 us for a step; and a line
/// may cost all its steps for each byte. Patterns that do not fit run one by one.
constexpr std::size_t joint_steps_max = 20'000;
constexpr std::size_t joint_pattern_steps_max = 500;
/// After that many lines on which it ran out of memory, the automaton is not asked any more.
constexpr std::uint32_t joint_failures_max = 8;

void set_bit(std::span<std::uint64_t> row, std::size_t index) noexcept {
  row[index / 64] |= std::uint64_t{1} << (index % 64);
}

bool has_bit(std::span<const std::uint64_t> row, std::size_t index) noexcept {
  return (row[index / 64] >> (index % 64) & 1) != 0;
}

/// REQUIRES: rows of one length.
std::size_t common_bits(std::span<const std::uint64_t> a,
                        std::span<const std::uint64_t> b) noexcept {
  std::size_t count = 0;
  for (std::size_t word = 0; word < a.size(); ++word) {
    count += static_cast<std::size_t>(std::popcount(a[word] & b[word]));
  }
  return count;
}

/// A number for each set: an address may be given out again.
std::uint64_t next_number() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;  // a counter: it orders nothing
}

/// True when the scanner finds every text that the pattern needs one of.
bool is_scannable(const pattern& p) {
  return !p.required().empty() &&
         std::all_of(p.required().begin(), p.required().end(), [](const text_finder& one) {
           return one.text().size() >= text_scanner::text_bytes_min;
         });
}

}  // namespace

void line_matches::make_room(std::uint64_t set, std::size_t row_words, std::size_t patterns,
                             std::size_t filters) {
  set_ = set;
  joint_failures_ = 0;
  counted_ = false;
  row_.resize(row_words);
  barred_.assign(row_words, 0);
  tried_.resize((patterns + 63) / 64);
  satisfied_.assign(filters, 0);
}

void line_matches::begin_line() noexcept {
  std::fill(tried_.begin(), tried_.end(), 0);
  if (!std::exchange(counted_, false))
    return;
  std::fill(barred_.begin(), barred_.end(), 0);
  std::fill(satisfied_.begin(), satisfied_.end(), 0);
}

bool line_matches::any() const noexcept {
  return std::any_of(row_.begin(), row_.end(), [](std::uint64_t word) { return word != 0; });
}

struct line_set::body {
  /// A distinct pattern, and who asks for it.
  struct entry {
    pattern_ptr asked;
    std::vector<std::uint32_t> log, exclude;  // indexes of filters
  };

  explicit body(std::span<const filter> asked);
  void add(std::uint32_t index, const filter::body& one,
           std::unordered_map<std::string_view, std::uint32_t>& known);
  bool is_wanted(const entry& e, std::span<const std::uint64_t> wanted) const;
  void count(const entry& e, line_matches& out) const;
  void try_pattern(std::uint32_t index, utf8_text& text, std::span<const std::uint64_t> wanted,
                   line_matches& out, bool required_is_there) const;
  void match_one_by_one(std::string_view line, std::span<const std::uint64_t> wanted,
                        std::vector<std::uint64_t>& row) const;
  void try_loose(utf8_text& text, std::span<const std::uint64_t> wanted, line_matches& out) const;

  std::uint64_t number = next_number();
  std::vector<filter> filters;
  std::vector<std::uint32_t> log_needed;  // per filter
  std::vector<std::uint64_t> all;         // a row with every filter
  std::vector<std::uint64_t> at_first;    // a row of those without `log` patterns
  std::vector<entry> entries;
  text_scanner scanner;
  std::vector<std::uint32_t> text_owners;  // entry of each of the scanner's texts
  std::vector<std::uint32_t> loose;        // entries that the scanner does not find
  std::vector<std::uint32_t> jointly;      // those that `joint` answers too, by its indexes
  std::vector<std::uint64_t> joint_users;  // a row of the filters with patterns in `joint`
  std::optional<regex_set> joint;
};

line_set::body::body(std::span<const filter> asked) : filters(asked.begin(), asked.end()) {
  all.resize((filters.size() + 63) / 64);
  at_first.resize(all.size());
  std::unordered_map<std::string_view, std::uint32_t> known;
  for (std::uint32_t i = 0; i < filters.size(); ++i) add(i, *filters[i].body_, known);
  if (filters.size() <= one_by_one_max)
    return;

  std::vector<std::string> texts;
  std::vector<std::string_view> joint_sources;
  std::size_t joint_steps = 0;
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    const pattern& p = *entries[i].asked;
    if (is_scannable(p)) {
      for (const text_finder& one : p.required()) {
        texts.push_back(one.text());
        text_owners.push_back(i);
      }
    } else if (p.required().empty() && p.steps() <= joint_pattern_steps_max &&
               joint_steps + p.steps() <= joint_steps_max) {
      joint_steps += p.steps();
      jointly.push_back(i);
      joint_sources.push_back(p.source());
    } else {
      loose.push_back(i);
    }
  }
  joint_users.resize(all.size());
  for (const std::uint32_t i : jointly) {
    for (const std::uint32_t user : entries[i].log) set_bit(joint_users, user);
    for (const std::uint32_t user : entries[i].exclude) set_bit(joint_users, user);
  }
  scanner = text_scanner(std::move(texts));
  if (jointly.size() >= joint_patterns_min)
    joint.emplace(joint_sources, joint_memory_bytes_max);
  if (joint && !joint->usable())
    joint.reset();
}

void line_set::body::add(std::uint32_t index, const filter::body& one,
                         std::unordered_map<std::string_view, std::uint32_t>& known) {
  const auto entry_of = [&](const pattern_ptr& p) -> entry& {
    const auto [at, is_new] =
        known.emplace(p->source(), static_cast<std::uint32_t>(entries.size()));
    if (is_new)
      entries.push_back({p, {}, {}});
    return entries[at->second];
  };
  for (const pattern_ptr& p : one.log) entry_of(p).log.push_back(index);
  for (const pattern_ptr& p : one.exclude) entry_of(p).exclude.push_back(index);
  log_needed.push_back(static_cast<std::uint32_t>(one.log.size()));
  set_bit(all, index);
  if (one.log.empty())
    set_bit(at_first, index);
}

bool line_set::body::is_wanted(const entry& e, std::span<const std::uint64_t> wanted) const {
  const auto by = [wanted](std::uint32_t index) { return has_bit(wanted, index); };
  return std::any_of(e.log.begin(), e.log.end(), by) ||
         std::any_of(e.exclude.begin(), e.exclude.end(), by);
}

/// Notes that the entry's pattern is in the line.
void line_set::body::count(const entry& e, line_matches& out) const {
  out.counted_ = true;
  for (const std::uint32_t index : e.log) {
    if (++out.satisfied_[index] == log_needed[index])
      set_bit(out.row_, index);
  }
  for (const std::uint32_t index : e.exclude) set_bit(out.barred_, index);
}

void line_set::body::try_pattern(std::uint32_t index, utf8_text& text,
                                 std::span<const std::uint64_t> wanted, line_matches& out,
                                 bool required_is_there) const {
  if (has_bit(out.tried_, index))
    return;
  set_bit(out.tried_, index);
  const entry& e = entries[index];
  if (!is_wanted(e, wanted))
    return;
  const pattern& p = *e.asked;
  if (required_is_there ? p.rest_found_in(text) : p.found_in(text))
    count(e, out);
}

void line_set::body::try_loose(utf8_text& text, std::span<const std::uint64_t> wanted,
                               line_matches& out) const {
  for (const std::uint32_t index : loose) try_pattern(index, text, wanted, out, false);
  if (joint && out.joint_failures_ < joint_failures_max &&
      common_bits(wanted, joint_users) >= joint_patterns_min) {
    if (joint->search(text.valid(), out.joint_)) {
      for (const int found : out.joint_) {
        count(entries[jointly[static_cast<std::size_t>(found)]], out);
      }
      return;
    }
    ++out.joint_failures_;
  }
  for (const std::uint32_t index : jointly) try_pattern(index, text, wanted, out, false);
}

void line_set::body::match_one_by_one(std::string_view line, std::span<const std::uint64_t> wanted,
                                      std::vector<std::uint64_t>& row) const {
  std::fill(row.begin(), row.end(), 0);
  for (std::size_t word = 0; word < wanted.size(); ++word) {
    for (std::uint64_t bits = wanted[word] & all[word]; bits != 0; bits &= bits - 1) {
      const std::size_t index = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      if (filters[index].matches_line(line))
        set_bit(row, index);
    }
  }
}

line_set::line_set() : line_set(std::span<const filter>{}) {}

line_set::line_set(std::span<const filter> filters)
    : body_(std::make_shared<const body>(filters)) {}

std::size_t line_set::size() const noexcept {
  return body_->filters.size();
}

void line_set::match(std::string_view line, line_matches& out) const {
  match(line, body_->all, out);
}

void line_set::match(std::string_view line, std::span<const std::uint64_t> wanted,
                     line_matches& out) const {
  const body& set = *body_;
  LOGIO_ASSERT(wanted.size() == row_words(), "a row of wanted filters is as long as the set's");
  if (out.set_ != set.number)
    out.make_room(set.number, row_words(), set.entries.size(), size());
  if (common_bits(wanted, set.all) <= one_by_one_max) {
    set.match_one_by_one(line, wanted, out.row_);
    return;
  }
  out.begin_line();
  std::copy(set.at_first.begin(), set.at_first.end(), out.row_.begin());
  utf8_text text(line);
  set.scanner.scan(line, [&](std::size_t found) {
    set.try_pattern(set.text_owners[found], text, wanted, out, true);
  });
  set.try_loose(text, wanted, out);
  for (std::size_t word = 0; word < out.row_.size(); ++word) {
    out.row_[word] &= wanted[word];
    if (out.counted_)
      out.row_[word] &= ~out.barred_[word];
  }
}

}  // namespace logio::filter
