/// What a reader asks for, as it wrote it: the patterns by parameter, not yet compiled.
///
/// A spec is the key under which the hub shares work: subscribers with equal specs and one format
/// form one group, whose filter runs once and whose lines are rendered once. So the order in which
/// a user wrote the patterns, repeats and empty values must not tell two specs apart: canonical()
/// brings all of them to one form.
///
/// An empty value is as good as absent: `app=` asks for every app, as in the original, and
/// `exclude=` excludes nothing. (An empty proc or host is asked for by `proc=^$`.)
///
/// Ownership:      owns its strings.
/// Thread safety:  distinct objects.
/// Limits:         none here; compile() has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "logio/record/record.hpp"

namespace logio::filter {

/// How app, proc and host patterns meet a value.
enum class mode : std::uint8_t {
  whole,    ///< the pattern must match the whole value: `proc=web` is not `webhook`
  partial,  ///< the pattern is searched for anywhere in the value, as the original did
};

struct spec {
  std::vector<std::string> app, proc, host;  ///< any of them; none: every value
  std::vector<std::string> log;              ///< all of them, each found anywhere in the text
  std::vector<std::string> exclude;          ///< none of them found anywhere in the text
  mode match = mode::whole;
  record::severity_number severity = 0;      ///< at least; 0: any, also unknown

  bool operator==(const spec&) const = default;
};

/// The same question in the one form that all its spellings share: empty patterns removed, each
/// list sorted and without repeats, `match` whole where no pattern depends on it.
spec canonical(spec asked);

/// Equal specs have equal hashes; for boost::hash and unordered containers.
std::size_t hash_value(const spec& s) noexcept;

struct spec_hash {
  std::size_t operator()(const spec& s) const noexcept { return hash_value(s); }
};

/// The spec as the query that asks for it, for logs and /v1/subscribers:
/// `app=shop&proc=web|worker`. Percent-escaped only where a query must be (`%`, `&`, `+`, `#`,
/// space, bytes outside ASCII's printable ones); parsed again it gives an equal spec. Empty for
/// "everything".
std::string to_query(const spec& s);

}  // namespace logio::filter

template <>
struct std::hash<logio::filter::spec> : logio::filter::spec_hash {};
