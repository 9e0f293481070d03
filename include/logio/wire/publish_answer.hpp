/// What the hub writes to publishers: one JSON object per line.
///
/// Thread safety:  free functions: any thread.
#pragma once

#include <cstdint>
#include <string>

#include "logio/wire/publish_error.hpp"

namespace logio::wire {

/// Appends `{"logio":1,"epoch":"0123456789abcdef","ack":N}\n`, said at once after the topic object.
void append_greeting(std::string& out, std::uint64_t epoch, std::uint64_t ack);

/// Appends `{"ack":N}\n`: everything up to record N is dealt with.
void append_ack(std::string& out, std::uint64_t ack);

/// Appends `{"error":{"code":"…","message":"…","record":N}}\n`; without `record` when it is 0.
void append_error(std::string& out, const refusal& why);

}  // namespace logio::wire
