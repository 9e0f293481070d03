/// Renders fields as JSON: what the decoder made of a record's object, back as one object.
///
/// Whole numbers are written as they are, doubles in the shortest form that reads back to the same
/// double, and always with a point or an exponent. What JSON does not know becomes what is nearest:
/// binary data a string, NaN, infinities and extension types null. A key that is no string becomes
/// its JSON text as one (a map or an array `null`, since their text could double with each level).
///
/// Ownership:      borrows everything for the call.
/// Thread safety:  free functions: any thread.
/// Errors:         bytes that are not exactly one MessagePack map give nothing; nothing is read
///                 behind them, whatever they promise.
/// Limits:         what would nest deeper than 64 in the record's object, of which the fields are
///                 the second level, is null: the decoder takes so much and no more.
/// Source:         MessagePack specification (github.com/msgpack/msgpack, spec.md); RFC 8259.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace logio::wire {

/// Writes the map as JSON object to `out` and returns behind it. Null: `fields` are not one
/// well-formed map. Touches at most fields_json_bound(fields) bytes either way.
char* put_fields_json(char* out, std::string_view fields) noexcept;

/// Appends the map as JSON object, texts byte for byte: what is not UTF-8 stays as it is. Nothing
/// when `fields` are not one well-formed map.
void append_fields_json_bytes(std::string& out, std::string_view fields);

/// Appends one field's value as JSON. Nothing when it is not one well-formed MessagePack item.
void append_value_json(std::string& out, std::string_view value);

/// Cheap for small fields (8 bytes for each); looks at large ones and is then close.
std::size_t fields_json_bound(std::string_view fields) noexcept;

}  // namespace logio::wire
