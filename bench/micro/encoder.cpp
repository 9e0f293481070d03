// What it costs to render a line for subscribers, beside a plain copy of the same bytes.

#include <cstring>
#include <memory>

#include "input.hpp"
#include "logio/wire/publish_decoder.hpp"
#include "logio/wire/text_encoder.hpp"
#include "micro.hpp"

using namespace logio;

namespace {

constexpr std::size_t lines = 400;  // about what one read brings

struct batch {
  explicit batch(std::size_t mixed_every) : records(1 << 20) {
    wire::publish_decoder decoder;
    decoder.feed(R"({"app":"shop"})", records);
    decoder.feed(bench::input(bench::spelling::stock, lines, mixed_every), records);
    out.resize(2 * records.bytes() + lines * 64);
  }

  record::batch_builder records;
  std::string prefix = wire::topic_prefix({"shop", "web.1", "host-17"});
  std::string out;
  record::text_time_writer time;
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
  add_copy(suite, "line/memcpy");
  return suite.main(argc, argv);
}
