#include "topics_page.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include "logio/base/clock.hpp"

#include "json_object.hpp"

namespace logio::serve {
namespace {

constexpr std::size_t topics_per_look = 32;  // at the table, whose lock others wait for

}  // namespace

void append_topic(std::string& out, const hub::topic_info& topic, std::int64_t now_ns) {
  constexpr auto relaxed = std::memory_order_relaxed;
  json_object object(out);
  object.text("app", topic.topic.app);
  object.text("proc", topic.topic.proc);
  object.text("host", topic.topic.host);
  object.number("records", topic.records.load(relaxed));
  object.number("bytes", topic.bytes.load(relaxed));
  object.number("refused", topic.refused.load(relaxed));
  object.number("records_per_second", topic.rate.per_second(now_ns, topic.first_seen_ns), 1);
  object.number("publishers", topic.publishers.load(relaxed));
  object.time("first_seen", topic.first_seen_ns);
  object.time("last_seen", topic.last_seen_ns.load(relaxed));
}

net::task<bool> send_topics(page_writer& page, const hub::topic_table& topics,
                            filter::filter wanted) {
  std::string body = "{\"topics\":[";
  std::vector<hub::topic_ptr> some;
  hub::topic_ptr last;
  bool first = true;
  for (bool more = true; more;) {
    const slice_clock clock;
    const std::int64_t now_ns = base::unix_now_ns();
    while (more && !clock.is_over() && body.size() < page_writer::piece_bytes) {
      some.clear();
      topics.next(last.get(), topics_per_look, some);
      more = !some.empty();
      for (const hub::topic_ptr& topic : some) {
        last = topic;
        if (wanted.matches_topic(topic->topic)) {
          if (!std::exchange(first, false)) body += ',';
          append_topic(body, *topic, now_ns);
        }
        if (clock.is_over()) break;
      }
    }
    if (more && !co_await page.flush(body)) co_return false;
  }
  body += "]}\n";
  co_return co_await page.end(std::move(body));
}

}  // namespace logio::serve
