#include "serve/sink_dead_page.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

#include "serve/board.hpp"
#include "serve/served.hpp"

namespace logio::serve {
namespace {

using testing::board;
using testing::served;

/// Lines of 100 bytes.
std::string dead_lines(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    std::string line = "{\"reason\":\"r" + std::to_string(i) + "\",\"record\":{}}";
    line.insert(line.size() - 1, 99 - line.size(), ' ');
    out += line + '\n';
  }
  return out;
}

TEST_CASE("dead letters are sent as they are, in pieces, and not read on an I/O thread") {
  board b;
  b.add("es");
  b.add("k");
  const std::string lines = dead_lines(5000);
  b.set_dead("es", lines);
  served hub(&b);
  const auto all = hub.ask("GET /v1/sinks/es/dead");
  CHECK(all.status == 200);
  CHECK(all.complete);
  CHECK(all.has("Content-Type: application/x-ndjson"));
  CHECK((all.body == lines));
  CHECK((hub.ask_raw("GET /v1/sinks/es/dead HTTP/1.0\r\n\r\n").body == lines));
  const auto none = hub.ask("GET /v1/sinks/k/dead");
  CHECK(none.status == 200);
  CHECK(none.complete);
  CHECK(none.body.empty());
  CHECK(hub.ask("HEAD /v1/sinks/es/dead").has("Content-Type: application/x-ndjson"));
  CHECK_FALSE(b.asked_on_io_thread());
}

TEST_CASE("a disk that cannot be read is an error, and never a short answer that looks whole") {
  board b;
  b.add("es");
  const std::string lines = dead_lines(5000);
  b.set_dead("es", lines);
  b.break_at(0);
  {
    served hub(&b);
    const auto refused = hub.ask("GET /v1/sinks/es/dead", "Accept: application/json\r\n");
    CHECK(refused.status == 500);
    CHECK(refused.body.find("\"code\":\"unreadable\"") != std::string::npos);
    CHECK(hub.ask("HEAD /v1/sinks/es/dead").status == 500);
  }
  b.break_at(2 * dead_piece_bytes);
  served hub(&b);
  const auto part = hub.ask("GET /v1/sinks/es/dead");
  CHECK(part.status == 200);
  CHECK_FALSE(part.complete);
  CHECK((part.body == lines.substr(0, 2 * dead_piece_bytes)));
}

TEST_CASE("a second try is asked for from the hub's machine, with a body or without") {
  board b;
  b.add("es");
  b.add("k");
  b.set_dead("es", dead_lines(3));
  served hub(&b);
  const std::string line = "POST /v1/sinks/es/dead/resend";
  const auto done = hub.ask(line);
  CHECK(done.status == 200);
  CHECK(done.has("Content-Type: application/json"));
  CHECK(done.body == "{\"resending\":3}\n");
  CHECK(hub.ask("POST /v1/sinks/k/dead/resend", {}, "::1").body == "{\"resending\":0}\n");
  CHECK(hub.ask(line, {}, "::ffff:127.0.0.1").status == 200);
  const std::string request = line + " HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}";
  CHECK(hub.ask_raw(request).body == "{\"resending\":3}\n");
  const std::string chunked =
      line + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
  CHECK(hub.ask_raw(chunked).status == 200);
  CHECK(b.resent() == 5);
}

TEST_CASE("others cannot ask for it, nor for what is not there") {
  board b;
  b.add("es");
  served hub(&b);
  const std::string line = "POST /v1/sinks/es/dead/resend";
  const auto remote = hub.ask(line, "Accept: application/json\r\n", "10.0.0.7");
  CHECK(remote.status == 403);
  CHECK(remote.body.find("\"code\":\"forbidden\"") != std::string::npos);
  CHECK(remote.body.find("curl -X POST http://localhost:7702/v1/sinks/es/dead/resend") !=
        std::string::npos);
  CHECK(hub.ask(line, {}, "::ffff:10.0.0.7").status == 403);
  CHECK(hub.ask(line, "Origin: http://localhost:7702\r\n").status == 403);
  CHECK(hub.ask(line, "Origin: null\r\n").status == 403);
  CHECK(hub.ask(line, "X-Forwarded-For: 10.0.0.7\r\n").status == 403);
  CHECK(hub.ask("POST /v1/sinks/k/dead/resend").status == 404);
  CHECK(hub.ask(line + "?all=1").status == 400);
  CHECK(b.resent() == 0);
}

}  // namespace
}  // namespace logio::serve
