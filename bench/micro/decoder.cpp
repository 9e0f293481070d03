// What a publisher's line costs until it lies in the batch: each path of the decoder, beside a
// plain copy of the same bytes and simdjson on its own, which resolves strings and does nothing
// else.

#include <cstring>
#include <memory>

#include <simdjson.h>

#include "input.hpp"
#include "logio/base/result.hpp"
#include "logio/wire/publish_decoder.hpp"
#include "micro.hpp"

using namespace logio;
using bench::spelling;

namespace {

constexpr std::size_t lines = 2000;
constexpr std::size_t read_bytes = 64 << 10;

/// A connection that gets the same reads again and again; complete values only in each read but
/// the last, as on a socket.
class connection {
 public:
  connection(const std::string& topic, std::string input, bool fast_paths)
      : decoder_({.fast_paths = fast_paths}), input_(std::move(input)), batch_(read_bytes) {
    decoder_.set_arrival(bench::first_time_ns);
    decoder_.feed(topic, batch_);
  }

  std::uint64_t run() {
    std::string_view all = input_;
    while (!all.empty()) {
      std::string_view read = all.substr(0, read_bytes);
      all.remove_prefix(read.size());
      for (;;) {
        const auto [consumed, state] = decoder_.feed(read, batch_);
        read.remove_prefix(consumed);
        batch_.clear();
        if (state == wire::publish_decoder::status::need_more) break;
      }
    }
    records_ += lines;
    LOGIO_ASSERT(decoder_.count().records == records_, "every line becomes a record");
    return records_;
  }

 private:
  wire::publish_decoder decoder_;
  std::string input_;
  record::batch_builder batch_;
  std::uint64_t records_ = 0;
};

void add(bench::micro_suite& suite, const std::string& name, const std::string& format,
         const std::string& input, bool fast_paths = true) {
  const auto c = std::make_shared<connection>("{\"app\":\"a\"" + format + "}\n", input, fast_paths);
  suite.add(name, lines, input.size(), [c] { return c->run(); });
}

void add_copy(bench::micro_suite& suite, const std::string& name, const std::string& input) {
  suite.add(name, lines, input.size(),
            [input, to = std::make_shared<std::string>(read_bytes, ' ')] {
    for (std::size_t at = 0; at < input.size(); at += read_bytes) {
      std::memcpy(to->data(), input.data() + at, std::min(read_bytes, input.size() - at));
      bench::keep(to->data());
    }
    return to->front();
  });
}

void add_simdjson(bench::micro_suite& suite, const std::string& name, const std::string& input) {
  namespace json = simdjson::ondemand;
  struct state {
    json::parser parser;
    simdjson::padded_string text;
  };
  const auto s = std::make_shared<state>();
  s->text = simdjson::padded_string(input);
  suite.add(name, lines, input.size(), [s] {
    std::size_t seen = 0, bytes = 0;
    json::document_stream documents;
    const auto error = s->parser.iterate_many(s->text, read_bytes).get(documents);
    LOGIO_ASSERT(!error, "simdjson takes the input");
    for (auto document : documents) {
      std::string_view time, raw;
      if (document["time"].get_string().get(time) || document["raw"].get_string().get(raw)) break;
      bytes += time.size() + raw.size();
      ++seen;
    }
    LOGIO_ASSERT(seen == lines, "simdjson reads every line");
    return bytes;
  });
}

}  // namespace

int main(int argc, char** argv) {
  bench::micro_suite suite("decoder");
  const std::string plain = bench::input(spelling::stock, lines, 0);
  const std::string mixed = bench::input(spelling::stock, lines, 10);
  const std::string other = bench::input(spelling::other_keys, lines, 0);
  const std::string stamped_lines = bench::input(spelling::stamped, lines, 0);
  const std::string plain_lines = bench::input(spelling::lines, lines, 0);
  add(suite, "plain/stock shape", "", plain);
  add(suite, "plain/general reader", "", plain, false);
  add_simdjson(suite, "plain/simdjson strings only", plain);
  add_copy(suite, "plain/memcpy", plain);
  add(suite, "mixed/stock shape", "", mixed);
  add(suite, "mixed/general reader", "", mixed, false);
  add_simdjson(suite, "mixed/simdjson strings only", mixed);
  add(suite, "other/text, time, severity", "", other);
  add(suite, "lines/lines", ",\"format\":\"lines\"", plain_lines);
  add(suite, "lines/stamped", ",\"format\":\"lines\",\"stamped\":true", stamped_lines);
  add_copy(suite, "lines/memcpy", plain_lines);
  return suite.main(argc, argv);
}
