/// What the hub writes to publishers, and how they read it: one JSON object per line.
///
/// Thread safety:  free functions: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logio/wire/publish_error.hpp"

namespace logio::wire {

/// Appends `{"logio":1,"epoch":"0123456789abcdef","ack":N}\n`, said at once after the topic object;
/// with `numbered` also `"numbered":true`: the hub reads the numbers that records bring.
void append_greeting(std::string& out, std::uint64_t epoch, std::uint64_t ack,
                     bool numbered = false);

/// Appends `{"ack":N}\n`: everything up to record N is dealt with.
void append_ack(std::string& out, std::uint64_t ack);

/// Appends `{"error":{"code":"…","message":"…","record":N}}\n`; without `record` when it is 0.
void append_error(std::string& out, const refusal& why);

/// One such line, as a publisher reads it.
struct publish_answer {
  enum class kind : std::uint8_t { greeting, ack, error };

  kind what = kind::ack;
  std::uint64_t ack = 0;  ///< of a greeting and an ack
  // Of a greeting:
  std::string epoch;      ///< 16 digits
  bool numbered = false;
  // Of an error:
  std::string code, message;
  std::uint64_t record = 0;  ///< 0: it is not about one record
};

/// Nothing when the line is none of them. Unknown keys are ignored.
std::optional<publish_answer> read_answer(std::string_view line);

}  // namespace logio::wire
