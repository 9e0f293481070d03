/// The topic object: the first thing that a publisher says.
///
/// Thread safety:  free functions: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "logio/wire/publish_decoder.hpp"
#include "wire/object_reader.hpp"

namespace logio::wire {

/// The keys that an object_reader has to keep of a topic object.
std::span<const key_spec> topic_schema() noexcept;

/// Sets `out` from a complete topic object. Returns what is wrong with it, if anything is.
/// REQUIRES: `object` was read with topic_schema(), without problem().
std::optional<std::string> read_topic(const object_reader& object, publish_request& out);

/// The number of a record: 1 to INT64_MAX.
std::optional<std::uint64_t> parse_sequence(std::string_view digits) noexcept;

}  // namespace logio::wire
