// Whatever is posted, in whatever reads: the decoder comes to the same end, with the same records
// and refusals, on its fast paths and on the general ones, and carries no more than it may. The
// first byte of the input chooses the format, the second the sizes of the reads.


#include "../body_decoding.hpp"
#include "require.hpp"

using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

body_decoder::options chosen(std::uint8_t byte) {
  constexpr body_format formats[] = {body_format::lines, body_format::ndjson, body_format::json};
  auto how = body_of(formats[byte % 3]);
  if (how.format == body_format::lines) {
    how.stamped = byte % 2 != 0;
  } else if (byte % 2 != 0) {
    how.topic.app.clear();
  }
  how.limits.line_bytes_max = 300;
  how.limits.object_bytes_max = 2000;
  return how;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  auto how = chosen(data[0]);
  const std::size_t read_bytes = data[1] == 0 ? SIZE_MAX : data[1];
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  const decoded_body fast = decode_body(body, how, read_bytes, 4096);
  how.limits.fast_paths = false;
  const decoded_body general = decode_body(body, how);
  require(fast.records == general.records, "the same records");
  require(fast.refused() == general.refused(), "the same refusals");
  require(fast.failed == general.failed, "the same end");
  for (const body_record& r : fast.records) require(r.text.size() <= 300, "no text over the limit");
  for (const body_refusal& r : fast.refusals) {
    require(!r.message.empty() && r.message.find('\n') == std::string::npos, "a message in a line");
    require(r.line >= 1 && r.line <= body.size() + 1, "a line of the body");
  }
  require(fast.carried_bytes_max <= 2 * size + 8192, "no more carried than came");
  return 0;
}
