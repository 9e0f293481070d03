#include "events_page.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "form_query.hpp"
#include "logio/base/clock.hpp"
#include "logio/base/utf8.hpp"
#include "logio/serve/accept.hpp"
#include "logio/serve/response.hpp"

namespace logio::serve {
namespace {

/// What a parameter here is called in a stream's query, where the same is asked.
struct same_parameter {
  std::string_view here, of_stream;
};
constexpr std::array parameters = {same_parameter{"app", "app"}, same_parameter{"type", "proc"},
                                   same_parameter{"since", "since"}, same_parameter{"n", "tail"}};

constexpr std::chrono::seconds heartbeat{15};

bool is_wanted(const stored_event& e, const events_request& asked) {
  return (!asked.since_ns || e.arrival_ns >= *asked.since_ns) && asked.wanted.app(e.app) &&
         asked.wanted.proc(e.type);
}

request_error refuse_unknown(std::string_view name) {
  constexpr std::size_t shown_bytes_max = 64;
  request_error e;
  e.code = request_fault::unknown_parameter;
  e.parameter = name.substr(0, base::utf8_cut(name, shown_bytes_max));
  e.message = "unknown parameter";
  e.hint = "known here are app, type, since and n";
  return e;
}

}  // namespace

boost::system::result<events_request, request_error> parse_events_request(
    std::string_view query, const stream_request_options& options, std::int64_t now_ns) {
  std::string as_stream;
  for (std::string_view rest = query.substr(0, options.query_bytes_max + 1); !rest.empty();) {
    const std::string_view pair = next_pair(rest);
    const std::string_view name = pair.substr(0, pair.find('='));
    if (name.empty()) continue;
    const auto found = std::ranges::find(parameters, name, &same_parameter::here);
    if (found == parameters.end()) return refuse_unknown(name);
    as_stream += as_stream.empty() ? "" : "&";
    as_stream += found->of_stream;
    as_stream += pair.substr(name.size());
  }
  auto request = parse_stream_request(as_stream, options, stream_media::text, now_ns);
  if (!request) {
    request_error e = std::move(request.error());
    const auto of = std::ranges::find(parameters, e.parameter, &same_parameter::of_stream);
    if (of != parameters.end()) e.parameter = of->here;
    return e;
  }
  return events_request{std::move(request->wanted), request->history.since_ns,
                        request->history.tail};
}

std::vector<event_ptr> choose_events(std::vector<event_ptr> all, const events_request& asked) {
  std::erase_if(all, [&](const event_ptr& e) { return !is_wanted(*e, asked); });
  if (asked.newest && all.size() > *asked.newest) {
    all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(*asked.newest));
  }
  return all;
}

/// An event as Marathon's own stream sends it.
void append_event(std::string& out, const stored_event& e) {
  const bool has_control = std::ranges::any_of(
      e.type, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (!e.type.empty() && !has_control) {
    out += "event: ";
    out += e.type;
    out += '\n';
  }
  for (std::string_view rest = e.json;;) {
    const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
    out += "data: ";
    out += rest.substr(0, end);
    out += '\n';
    if (end == rest.size()) break;
    rest.remove_prefix(rest.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
  }
  out += '\n';
}

namespace {

/// Wakes a page when the store changes.
class event_bell {
 public:
  event_bell(event_store& store, const net::executor& ex)
      : store_(store), timer_(std::make_shared<net::timer>(ex)) {
    id_ = store_.watch([ex, timer = timer_] { asio::post(ex, [timer] { timer->cancel(); }); });
  }
  event_bell(const event_bell&) = delete;
  ~event_bell() { store_.unwatch(id_); }

  /// True: the time is over and nothing has changed.
  net::task<bool> wait(std::chrono::milliseconds most) {
    timer_->expires_after(most);
    const auto [error] = co_await timer_->async_wait(asio::as_tuple(net::use_task));
    co_return !error;
  }

 private:
  event_store& store_;
  const std::shared_ptr<net::timer> timer_;
  std::uint64_t id_ = 0;
};

/// From event number `next` on. REQUIRES: the page has begun.
net::task<bool> follow_events(page_writer& page, lane& owner, events_request asked,
                              std::uint64_t next) {
  constexpr std::size_t events_at_once = 64;
  const lane::streaming streaming(owner);
  event_store& store = owner.server().events;
  event_bell bell(store, owner.get_executor());
  std::string body;
  if (asked.newest || asked.since_ns) {
    event_store::later known;
    const auto choose = [&] {
      known = store.list_from(0, static_cast<std::size_t>(-1));
      next = known.gone + known.events.size();
      known.events = choose_events(std::move(known.events), asked);
    };
    co_await owner.worker().run(owner.get_executor(), choose);
    for (const event_ptr& e : known.events) {
      append_event(body, *e);
      if (body.size() >= page_writer::piece_bytes && !co_await page.flush(body)) co_return false;
    }
  }
  for (;;) {
    const auto later = store.list_from(next, events_at_once);
    next += later.gone + later.events.size();
    if (later.gone != 0) {
      body += fmt::format("event: dropped\ndata: {{\"dropped\":{}}}\n\n", later.gone);
    }
    for (const event_ptr& e : later.events) {
      if (is_wanted(*e, asked)) append_event(body, *e);
    }
    if (!body.empty()) {
      const bool sent = co_await page.push(std::exchange(body, {}));
      if (!sent) co_return false;
      continue;  // the bell may have rung meanwhile
    }
    if (!later.events.empty()) continue;
    if (owner.streams_end()) break;
    if (co_await bell.wait(heartbeat)) body = ":\n\n";
  }
  co_return co_await page.end({});
}

}  // namespace

net::task<bool> send_events(page_writer& page, lane& owner, request_head head,
                            std::string query) {
  const server_options& options = owner.options();
  auto asked = parse_events_request(query, options.requests, base::unix_now_ns());
  owner.count_answer(asked ? 200 : asked.error().status);
  if (!asked) co_return co_await page.send(render_error(asked.error(), head, options.cors));
  if (preferred_stream(head.accept) == stream_media::sse) {
    // What comes once its reader has the head is shown.
    const std::uint64_t next = owner.server().events.count();
    if (!co_await page.begin("text/event-stream", head, options.cors)) co_return false;
    co_return co_await follow_events(page, owner, std::move(*asked), next);
  }
  std::vector<event_ptr> chosen;
  // There may be many, and patterns take their time.
  const auto choose = [&] { chosen = choose_events(owner.server().events.list(), *asked); };
  co_await owner.worker().run(owner.get_executor(), choose);
  if (!co_await page.begin("application/json", head, options.cors)) co_return false;
  std::string body = R"({"events":[)";
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (i != 0) body += ',';
    body += chosen[i]->json;
    if (body.size() >= page_writer::piece_bytes && !co_await page.flush(body)) co_return false;
  }
  body += "]}";
  co_return co_await page.end(std::move(body));
}

}  // namespace logio::serve
