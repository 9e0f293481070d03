// Whatever is posted as an event of Marathon: it is refused in a line, or it is a record on one
// line that is the same event again.

#include <cstdint>
#include <string>

#include "logio/wire/event_stream.hpp"
#include "logio/wire/marathon_event.hpp"
#include "require.hpp"
#include "wire/fields_json.hpp"

using namespace logio;
using namespace logio::wire;
using namespace logio::wire::testing;

namespace {

bool well_formed(std::string_view fields) {
  if (fields.empty()) return true;
  std::string out(fields_json_bound(fields), '\0');
  return put_fields_json(out.data(), fields) != nullptr;
}

/// As the data of one event of a stream, cut in two.
std::string streamed(std::string_view line) {
  const std::string sent = "event: x\r\ndata: " + std::string(line) + "\r\n\r\n";
  event_stream_reader reader(std::size_t{1} << 20);
  const std::size_t half = sent.size() / 2;
  reader.give(std::string_view(sent).substr(0, half));
  require(reader.next() == event_stream_reader::state::need_more, "half an event is none");
  reader.give(std::string_view(sent).substr(half));
  require(reader.next() == event_stream_reader::state::event, "an event");
  return std::string(reader.data());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  marathon_decoder decoder({.line_bytes_max = 300, .event_bytes_max = 10'000});
  marathon_event cut;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  if (const auto wrong = decoder.decode(json, "host", 42, cut)) {
    require(!wrong->empty() && wrong->find('\n') == std::string::npos, "a line");
    return 0;
  }
  require(!record::check(cut.topic), "a legal topic");
  require(cut.text.size() <= 300, "no text over the limit");
  require(well_formed(cut.fields), "well-formed fields");

  marathon_event whole, again;
  marathon_decoder unbounded;
  require(!unbounded.decode(json, "host", 42, whole), "the same event without the limit");
  require(whole.text.find_first_of("\r\n") == std::string::npos, "one line");
  require(streamed(whole.text) == whole.text, "the same over a stream");
  require(!unbounded.decode(whole.text, "host", 42, again), "its text is an event");
  require(again.text == whole.text && again.fields == whole.fields && again.topic == whole.topic &&
              again.head.severity == whole.head.severity && again.type == whole.type,
          "the same event");
  require(cut.topic == whole.topic && cut.type == whole.type, "the limit changes no topic");
  return 0;
}
