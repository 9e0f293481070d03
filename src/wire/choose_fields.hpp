/// Some fields of many, under other names where that is wanted.
///
/// Thread safety:  a pure function.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "logio/base/result.hpp"
#include "wire/fields_reader.hpp"
#include "wire/fields_writer.hpp"

namespace logio::wire {

/// Sets `out` to the fields of `fields` for which `name_of(name, value, bytes)` gives a name, under
/// that name; to nothing when there is none. `entries` is its room. REQUIRES: `fields` is one
/// well-formed map.
template <class NameOf>
void choose_fields(std::string_view fields, std::string& entries, std::string& out,
                   NameOf&& name_of) {
  entries.clear();
  std::uint32_t count = 0;
  fields_writer writer(entries);
  const bool whole = for_each_field(fields, [&](std::string_view given, const field_item& item,
                                                std::string_view bytes) {
    const auto name = name_of(given, item, bytes);
    if (!name) return;
    writer.string(*name);
    entries += bytes;
    ++count;
  });
  LOGIO_ASSERT(whole, "fields are what was just made of JSON");
  out.clear();
  if (count == 0) return;
  fields_writer(out).map(count);
  out += entries;
}

}  // namespace logio::wire
