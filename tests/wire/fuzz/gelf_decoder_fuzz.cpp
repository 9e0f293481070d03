// Whatever comes as a GELF message: it is refused in a line, or it is a record that a batch takes
// and that, made GELF again, comes back as the same message.

#include <cstdint>
#include <string>

#include "logio/record/batch_builder.hpp"
#include "logio/wire/gelf_decoder.hpp"
#include "logio/wire/gelf_encoder.hpp"
#include "require.hpp"

using namespace logio;
using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

const record::topic otherwise{"app", "", "host"};

std::string encoded(const gelf_record& r) {
  record::batch_builder batch(4096);
  batch.append(r.head, r.text, r.fields);
  std::string out;
  gelf_encoder("hub-host").append(out, *batch.view().begin(), r.topic);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gelf_decoder decoder({.line_bytes_max = 300, .object_bytes_max = 10'000});
  gelf_record out;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  if (const auto wrong = decoder.decode(json, otherwise, 42, out)) {
    require(wrong->starts_with("not GELF: ") && wrong->find('\n') == std::string::npos, "a line");
    return 0;
  }
  require(!record::check(out.topic), "a legal topic");
  require(out.text.size() <= 300, "no text over the limit");
  gelf_decoder whole;
  const std::string once = encoded(out);
  require(!whole.decode(once, otherwise, 42, out), "GELF again");
  require(encoded(out) == once, "the same again");
  return 0;
}
