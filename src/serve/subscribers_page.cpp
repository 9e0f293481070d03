#include "subscribers_page.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "subscriber_row.hpp"

namespace logio::serve {
namespace {

/// Rows behind `after`, rendered on `from`'s thread; completes on `home`'s.
net::task<subscriber_rows> fetch_rows(lane& home, lane& from, std::uint64_t after) {
  const auto begin = [&home, &from, after](auto handler) {
    const auto resume = std::make_shared<decltype(handler)>(std::move(handler));
    from.post_describe(after, [&home, resume](subscriber_rows got) {
      asio::post(home.get_executor(), [resume, got = std::move(got)]() mutable {
        (*resume)(std::move(got));
      });
    });
  };
  co_return co_await asio::async_initiate<decltype(net::use_task), void(subscriber_rows)>(
      begin, net::use_task);
}

/// What is held of one lane.
struct source {
  lane* of = nullptr;
  subscriber_rows some = {};
  std::size_t at = 0;
  std::uint64_t last_id = 0;

  bool is_empty() const noexcept { return at == some.rows.size(); }
  std::uint64_t next_id() const noexcept { return some.rows[at].id; }
};

}  // namespace

net::task<bool> send_subscribers(page_writer& page, lane& owner) {
  std::vector<source> sources;
  for (std::size_t i = 0; i < owner.lanes(); ++i) sources.push_back({&owner.at(i)});
  std::string body = "{\"subscribers\":[";
  bool first = true;
  for (;;) {
    for (source& s : sources) {
      while (s.is_empty() && !s.some.end) {
        s.some = co_await fetch_rows(owner, *s.of, s.last_id);
        s.at = 0;
        if (!s.some.rows.empty()) s.last_id = s.some.rows.back().id;
      }
    }
    std::erase_if(sources, [](const source& s) { return s.is_empty(); });
    if (sources.empty()) break;
    // As far as every lane's rows are here.
    do {
      const auto next = std::min_element(
          sources.begin(), sources.end(),
          [](const source& a, const source& b) { return a.next_id() < b.next_id(); });
      if (!std::exchange(first, false)) body += ',';
      body += next->some.rows[next->at++].json;
      if (next->is_empty()) break;
    } while (body.size() < page_writer::piece_bytes);
    if (!co_await page.flush(body)) co_return false;
  }
  body += "]}\n";
  co_return co_await page.end(std::move(body));
}

}  // namespace logio::serve
