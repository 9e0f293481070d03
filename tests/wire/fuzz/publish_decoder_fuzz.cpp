// Whatever a publisher sends, in whatever reads: the decoder comes to the same end, with the same
// records and refusals, on its fast paths and on the general ones, and carries no more than it may.
// The first byte of the input chooses the sizes of the reads.

#include <sstream>

#include "../decoding.hpp"
#include "require.hpp"

using namespace logio::wire;
using namespace logio::wire::testing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t read_bytes = data[0] == 0 ? SIZE_MAX : data[0];
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const decoded fast = decode(input, {.line_bytes_max = 300}, read_bytes, 4096);
  const decoded general = decode(input, {.line_bytes_max = 300, .fast_paths = false});
  require(fast.records == general.records, "the same records");
  require(fast.refusals == general.refusals, "the same refusals");
  require(fast.last == general.last, "the same end");
  require(fast.next_record == general.next_record, "the same numbers");
  require(fast.count.replaced_surrogates == general.count.replaced_surrogates, "the same count");
  for (const seen_record& r : fast.records) require(r.text.size() <= 300, "no text over the limit");
  for (const seen_refusal& r : fast.refusals) {
    require(!r.message.empty() && r.message.find('\n') == std::string::npos, "a message in a line");
  }
  require(fast.carried_bytes_max <= 2 * size + 8192, "no more carried than came");
  return 0;
}
