/// The structured fields of a record: made from JSON once, kept as MessagePack.
///
/// Numbers keep their kind: whole ones within 64 bits stay whole, the rest becomes double. Repeated
/// keys inside `fields` stay as they came.
///
/// Thread safety:  free functions: any thread.
/// Source:         MessagePack specification (github.com/msgpack/msgpack, spec.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logio::wire {

/// Sets `out` to the map that `json` describes, or to nothing for `{}`. Returns what is wrong, if
/// anything is: then `out` is without meaning. Counts the lone surrogates that became U+FFFD.
/// REQUIRES: `json` was read by an object_reader as one object, without problem().
std::optional<std::string> fields_from_json(std::string_view json, std::string& out,
                                            std::uint64_t& replaced_surrogates);

/// Whether all of `text` is UTF-8. Here, because simdjson, which knows it fastest, is behind this
/// source.
bool is_utf8(std::string_view text) noexcept;

/// Adds `cut_bytes` = `count` to a map, or makes one of nothing.
void add_cut_bytes(std::string& fields, std::uint64_t count);

}  // namespace logio::wire
