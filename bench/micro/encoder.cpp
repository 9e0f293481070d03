// What it costs to render a line for subscribers, beside a plain copy of the same bytes.

#include <cstring>
#include <memory>

#include "input.hpp"
#include "logio/record/topic.hpp"
#include "logio/wire/json_encoder.hpp"
#include "logio/wire/publish_decoder.hpp"
#include "logio/wire/text_encoder.hpp"
#include "micro.hpp"

using namespace logio;

namespace {

constexpr std::size_t lines = 400;  // about what one read brings

struct batch {
  explicit batch(std::size_t mixed_every)
      : batch(bench::input(bench::spelling::stock, lines, mixed_every)) {}
  explicit batch(const std::string& published) : records(1 << 20) {
    wire::publish_decoder decoder;
    decoder.feed(R"({"app":"shop"})", records);
    decoder.feed(published, records);
    for (const record::view r : records.view()) bound += json.sse_bound(r, members);
    out.resize(bound);
  }

  record::batch_builder records;
  std::string prefix = record::text_label({"shop", "web.1", "host-17"});
  std::string members = record::json_members({"shop", "web.1", "host-17"});
  std::size_t bound = 0;  // of the widest format
  std::string out;
  record::text_time_writer time;
  wire::json_encoder json{0x0123456789abcdef};
};

void add_text(bench::micro_suite& suite, const std::string& name, std::size_t mixed_every) {
  const auto b = std::make_shared<batch>(mixed_every);
  suite.add(name, lines, b->records.text_bytes(), [b] {
    char* to = b->out.data();
    for (const record::view r : b->records.view()) {
      to = wire::encode_text(to, r, b->prefix, b->time);
    }
    bench::keep(b->out.data());
    return to - b->out.data();
  });
}

void add_raw(bench::micro_suite& suite, const std::string& name) {
  const auto b = std::make_shared<batch>(0);
  suite.add(name, lines, b->records.text_bytes(), [b] {
    char* to = b->out.data();
    for (const record::view r : b->records.view()) to = wire::encode_raw(to, r);
    bench::keep(b->out.data());
    return to - b->out.data();
  });
}

/// 128 bytes of text as a publisher writes it, the given words again and again.
std::string lines_of(std::string_view words, std::size_t words_bytes, std::string_view rest) {
  std::string out;
  for (std::size_t i = 0; i < lines; ++i) {
    char time[record::rfc3339_bytes];
    record::write_rfc3339(bench::first_time_ns + static_cast<std::int64_t>(i) * 10'007, time);
    out.append(R"({"time":")").append(time, sizeof time).append(R"(","raw":")");
    std::size_t bytes = 0;
    for (; bytes + words_bytes <= 128; bytes += words_bytes) out += words;
    for (; bytes < 128; ++bytes) out += 'x';
    out.append(R"(")").append(rest).append("}");
  }
  return out;
}

enum class json_format { ndjson, sse };

void add_json(bench::micro_suite& suite, const std::string& name, const json_format format,
              const std::shared_ptr<batch>& b) {
  suite.add(name, lines, b->records.text_bytes(), [b, format] {
    char* to = b->out.data();
    std::uint64_t position = 4'711'000'000;
    for (const record::view r : b->records.view()) {
      to = format == json_format::ndjson
               ? b->json.encode_ndjson(to, r, b->members, position, bench::first_time_ns)
               : b->json.encode_sse(to, r, b->members, position, bench::first_time_ns);
      ++position;
    }
    bench::keep(b->out.data());
    return to - b->out.data();
  });
}

void add_json_cases(bench::micro_suite& suite) {
  const auto plain = std::make_shared<batch>(0);
  add_json(suite, "line/ndjson", json_format::ndjson, plain);
  add_json(suite, "line/sse", json_format::sse, plain);
  add_json(suite, "line/ndjson, one of ten mixed", json_format::ndjson,
           std::make_shared<batch>(10));
  add_json(suite, "line/ndjson, a quote every 8 bytes", json_format::ndjson,
           std::make_shared<batch>(lines_of(R"(\"key_ab)", 8, "")));
  add_json(suite, "line/ndjson, UTF-8", json_format::ndjson,
           std::make_shared<batch>(lines_of("gr\xc3\xb6\xc3\x9f" "er ", 10, "")));
  add_json(suite, "line/ndjson, not UTF-8", json_format::ndjson,
           std::make_shared<batch>(lines_of("gr\xf6\xdf" "er ", 8, "")));
  add_json(suite, "line/ndjson, severity and 3 fields", json_format::ndjson,
           std::make_shared<batch>(lines_of("x", 1,
               R"(,"severity":9,"fields":{"status":200,"path":"/orders/4711","took":0.017})")));
}

void add_copy(bench::micro_suite& suite, const std::string& name) {
  const auto b = std::make_shared<batch>(0);
  suite.add(name, lines, b->records.text_bytes(), [b] {
    std::memcpy(b->out.data(), b->records.data(), b->records.bytes());
    bench::keep(b->out.data());
    return b->out.front();
  });
}

}  // namespace

int main(int argc, char** argv) {
  bench::micro_suite suite("encoder");
  add_text(suite, "line/text", 0);
  add_text(suite, "line/text, one of ten mixed", 10);
  add_raw(suite, "line/raw");
  add_json_cases(suite);
  add_copy(suite, "line/memcpy");
  return suite.main(argc, argv);
}
