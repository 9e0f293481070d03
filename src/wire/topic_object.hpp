/// The topic object: the first thing that a publisher says.
///
/// Thread safety:  free functions: any thread.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "logio/wire/publish_decoder.hpp"
#include "wire/object_reader.hpp"

namespace logio::wire {

/// The keys that an object_reader has to keep of a topic object.
std::span<const key_spec> topic_schema() noexcept;

/// Sets `out` from a complete topic object. Returns what is wrong with it, if anything is.
/// REQUIRES: `object` was read with topic_schema(), without problem().
std::optional<std::string> read_topic(const object_reader& object, publish_request& out);

}  // namespace logio::wire
