#include "wire/loss_words.hpp"


#include <fmt/core.h>

#include "logio/record/time.hpp"

namespace logio::wire {
namespace {

std::string_view text_time(std::int64_t time_ns, char (&place)[record::text_time_bytes]) {
  record::text_time_writer().write(time_ns, place);
  return {place, sizeof place};
}

}  // namespace

std::string dropped_words(std::uint64_t count, std::int64_t since_ns) {
  char since[record::text_time_bytes];
  return fmt::format("Error L10 (output buffer overflow): {} messages dropped since {}.", count,
                     text_time(since_ns, since));
}

std::string missed_words(std::uint64_t count, std::int64_t since_ns) {
  char since[record::text_time_bytes];
  return fmt::format("Error L13 (history lost): up to {} messages missed since {}.", count,
                     text_time(since_ns, since));
}

std::string continuity_words() {
  return "Error L15 (continuity lost): the cursor is of a run of the hub that is not known here; "
         "the stream begins with the oldest message that is held.";
}

std::string interruption_words(std::int64_t from_ns, std::int64_t to_ns, std::string_view why) {
  char from[record::text_time_bytes], to[record::text_time_bytes];
  return fmt::format("Error L16 (events interrupted): no event of Marathon could be received from "
                     "{} to {}{}{}.",
                     text_time(from_ns, from), text_time(to_ns, to), why.empty() ? "" : ": ", why);
}

}  // namespace logio::wire
