#include "session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/write.hpp>

#include <optional>
#include <string>
#include <utility>

#include "logio/base/clock.hpp"
#include "logio/base/log.hpp"
#include "logio/base/quantity.hpp"
#include "logio/net/sockets.hpp"
#include "logio/serve/accept.hpp"
#include "logio/serve/formats.hpp"
#include "logio/serve/response.hpp"
#include "change_request.hpp"
#include "event_session.hpp"
#include "look_in.hpp"
#include "match_hint.hpp"
#include "publish_session.hpp"
#include "reload_page.hpp"
#include "routes.hpp"
#include "sink_dead_page.hpp"

namespace logio::serve {
namespace {

using method = request_head::method_type;

constexpr auto answer_timeout = std::chrono::seconds(30);
constexpr auto linger_timeout = std::chrono::seconds(2);
constexpr std::size_t head_bytes_small = std::size_t{16} << 10;  // nobody's fault
constexpr std::size_t upload_linger_bytes_max = std::size_t{256} << 20;

/// Counts one session while it lives.
class counted {
 public:
  explicit counted(hub::gauge& of) noexcept : of_(of) { of_.add(1); }
  counted(const counted&) = delete;
  ~counted() { of_.subtract(1); }

 private:
  hub::gauge& of_;
};

class session {
 public:
  session(lane& owner, net::tcp_socket socket, session_start start)
      : lane_(owner),
        start_(std::move(start)),
        counted_(owner.shard().counters().http_sessions),
        socket_(std::move(socket)),
        deadline_(owner.deadlines(), [this] {
          error_code ignored;
          socket_.cancel(ignored);
        }) {}

  session(const session&) = delete;
  ~session() {
    lane_.hub().hold_input(-static_cast<std::int64_t>(held_bytes_));
  }

  net::task<> run();

 private:
  bool hold_head() noexcept;
  std::optional<request_error> judge_head(bool read) const;
  void forget_head() noexcept;
  net::task<bool> wait_readable();
  net::task<bool> read_head();
  net::task<> answer(unsigned status, std::string bytes);
  net::task<> refuse(request_error e, request_head head);
  net::task<> linger();
  net::task<> answer_page(page_request asked);
  net::task<> route(request_head head);
  net::task<> route_to(const serve::route& found, request_head head);
  net::task<> route_stream(request_head head, std::string query);
  net::task<> route_publish(request_head head, std::string query);
  net::task<> route_event(request_head head);
  net::task<> route_change(page_request asked);
  void log_opened(const request_head& head, const stream_request& request) const;

  lane& lane_;
  session_start start_;
  const counted counted_;
  net::tcp_socket socket_;
  net::deadline deadline_;
  std::string head_;
  std::size_t held_bytes_ = 0;  // what of the hub's input_bytes_total is head_'s
  bool crowded_ = false;        // head_ is long, and there is no room for it
  std::string begun_;  // what was read behind the head
  std::size_t linger_bytes_max_ = std::size_t{1} << 20;
};

net::task<bool> session::wait_readable() {
  const auto [error] =
      co_await socket_.async_wait(net::tcp_socket::wait_read, asio::as_tuple(net::use_task));
  co_return !error;
}

/// Counts head_ into the hub's unfinished input. False: there is no room for a long one.
bool session::hold_head() noexcept {
  const std::size_t now = head_.capacity();
  const auto change = static_cast<std::int64_t>(now) - static_cast<std::int64_t>(held_bytes_);
  held_bytes_ = now;
  return change == 0 || lane_.hub().hold_input(change) || now <= head_bytes_small;
}

void session::forget_head() noexcept {
  std::string().swap(head_);  // an assignment would keep the memory
  hold_head();
}

/// False: the peer went away, or the time is over. True: head_ holds a head, or too much, or what
/// will be none.
net::task<bool> session::read_head() {
  for (;;) {
    if (!co_await wait_readable()) co_return false;
    const auto read = net::read_some(socket_.native_handle(), lane_.read_room);
    if (!read) {
      if (read.error() == boost::system::errc::operation_would_block) continue;
      co_return false;
    }
    if (*read == 0) co_return false;
    const std::size_t searched = head_.size();
    head_.append(lane_.read_room.data(), *read);
    crowded_ = !hold_head();
    if (const std::size_t end = find_head_end(head_, searched); end != 0) {
      begun_ = head_.substr(end);
      head_.resize(end);
      co_return true;
    }
    const bool too_long = head_.size() > lane_.options().head_bytes_max;
    if (too_long || crowded_ || judge_beginning(head_)) co_return true;
  }
}

/// What is wrong with head_ before it is parsed; `read` is what read_head() said.
std::optional<request_error> session::judge_head(bool read) const {
  const auto& options = lane_.options();
  if (!read) {
    return make_error(408, request_fault::timed_out, "the request did not end in time",
                      "Send the request's head in one go, ended by an empty line.");
  }
  if (auto no_request = judge_beginning(head_)) {
    base::log(base::log_level::warn, {"serve", net::to_string(start_.connection.peer)},
              "connection closed: {}", no_request->message);
    return no_request;
  }
  if (head_.size() > options.head_bytes_max) {
    const bool in_target = head_.find('\n') > options.head_bytes_max;
    return make_error(in_target ? 414 : 431, request_fault::too_large,
                      "the request's head has more than " +
                          std::to_string(options.head_bytes_max) + " bytes",
                      in_target ? "Ask for less in one query."
                                : "Send fewer or shorter header fields.");
  }
  if (!crowded_) return std::nullopt;
  return make_error(503, request_fault::too_many,
                    "unfinished requests and records together have more than " +
                        base::format_size(lane_.hub().options().input_bytes_total),
                    "Send a shorter head, or raise --input-bytes-total.");
}

net::task<> session::run() {
  deadline_.arm(lane_.options().head_timeout);
  const bool read = co_await read_head();
  deadline_.disarm();
  if (!read && (!deadline_.has_expired() || head_.empty())) co_return;

  request_head head = unparsed_head(head_);
  auto wrong = judge_head(read);
  if (!wrong) {
    auto parsed = parse_request_head(head_);
    if (parsed) {
      head = std::move(*parsed);
    } else {
      wrong = std::move(parsed.error());
    }
  }
  forget_head();
  if (wrong) co_return co_await refuse(std::move(*wrong), std::move(head));
  co_await route(std::move(head));
}

net::task<> session::route(request_head head) {
  const auto [path, query] = split_target(head.target);
  const serve::route* found = find_route(path);
  if (start_.events_only && found != nullptr && !found->at_events_port) found = nullptr;
  const bool always = found != nullptr && found->always;
  request_error e;
  if (start_.over_limit && !always) {
    e = make_error(503, request_fault::too_many, "the hub has as many connections as it may have",
                   "Try again later, or raise --connections-max.");
  } else if (lane_.draining() && !always) {
    e = make_error(503, request_fault::shutting_down, "the hub is shutting down",
                   "Try again in a moment.");
  } else if (head.method == method::options && (found != nullptr || path == "*")) {
    co_return co_await answer(204, render_options(head, lane_.options().cors));
  } else if (found == nullptr) {
    e = make_error(404, request_fault::not_found, "there is nothing at " + std::string(path),
                   "Here are " + route_paths(start_.events_only) +
                       (start_.events_only
                            ? "; all else is at the subscribers' port"
                            : "; / streams: curl -N 'http://HOST:7702/?app=NAME'"));
  } else if (!found->allows(head.method_name)) {
    e = make_error(405, request_fault::method_not_allowed,
                   head.method_name + " is not possible here",
                   "Use one of " + std::string(allowed_methods(head)) + ".");
  } else {
    co_return co_await route_to(*found, std::move(head));
  }
  co_await refuse(std::move(e), std::move(head));
}

/// REQUIRES: `found` is in the route table, where it stays, and allows the method.
net::task<> session::route_to(const serve::route& found, request_head head) {
  const auto [path, query] = split_target(head.target);
  page_request asked;
  asked.what = found.target;
  asked.name = named_in(found, path);
  asked.query = query;
  asked.head = std::move(head);
  const bool posted = asked.head.method == method::post;
  if (found.target == route_target::stream) {
    if (posted) co_return co_await route_publish(std::move(asked.head), std::move(asked.query));
    co_return co_await route_stream(std::move(asked.head), std::move(asked.query));
  }
  if (posted && found.target == route_target::events) {
    co_return co_await route_event(std::move(asked.head));
  }
  if (posted) co_return co_await route_change(std::move(asked));
  co_await answer_page(std::move(asked));
}

net::task<> session::answer_page(page_request asked) {
  page_writer page(socket_, deadline_);
  if (co_await look_in(lane_, page, std::move(asked))) co_await linger();
  deadline_.disarm();
}

/// What came as a body is read with the rest of the connection, and means nothing.
net::task<> session::route_change(page_request asked) {
  if (auto wrong = judge_change(asked.head, start_.connection.peer.address())) {
    co_return co_await refuse(std::move(*wrong), std::move(asked.head));
  }
  const auto& options = lane_.options();
  const std::string peer = net::to_string(start_.connection.peer);
  const bool is_reload = asked.what == route_target::reload;
  reload_answer done = short_answer();
  if (is_reload) {
    done = co_await reload(lane_, peer, asked.query);
  } else {
    done = resend_dead(options.sinks, asked.name, asked.query);
  }
  if (!done) co_return co_await refuse(std::move(done.error()), std::move(asked.head));
  if (!is_reload) {
    base::log(base::log_level::info, {"serve", peer},
              "the sink {} was asked to send its dead letters again", asked.name);
  }
  co_await answer(done->status, render(*done, asked.head, options.cors));
}

net::task<> session::route_stream(request_head head, std::string query) {
  auto request = parse_stream_request(query, lane_.options().requests,
                                      preferred_stream(head.accept), base::unix_now_ns());
  if (!request) co_return co_await refuse(std::move(request.error()), std::move(head));
  if (request->format == stream_format::sse && !head.last_event_id.empty()) {
    resume_after(*request, head.last_event_id);
  }
  const std::uint64_t next_position = lane_.hub().ring().end().position;
  std::optional<std::uint64_t> epoch_end = next_position;
  if (request->after && request->after->epoch != lane_.hub().epoch()) {
    const auto& of = lane_.options().epoch_end;
    epoch_end = of ? of(request->after->epoch) : std::nullopt;
  }
  resolve_cursor(*request, epoch_end);
  log_opened(head, *request);
  if (head.method == method::head) {
    stream_answer would_be;
    would_be.content_type = content_type(request->format);
    would_be.match_none = matches_only_in_part(request->wanted, lane_.hub().topics());
    would_be.cursor = lane_.hub().cursor(request->history.after.value_or(next_position - 1));
    co_return co_await answer(200, render_stream_head(would_be, head, lane_.options().cors));
  }
  hub::shard& target =
      lane_.hub().shard_for(request->wanted.source(), static_cast<int>(request->format));
  error_code error;
  start_.connection.socket = net::unique_fd(socket_.release(error));
  if (error) co_return;
  lane_.of(target).post_stream(stream_start{std::move(start_.connection),
                                            std::move(head), std::move(*request)});
}

net::task<> session::route_publish(request_head head, std::string query) {
  // A peer that is still sending does not read: so much is taken that it gets to its answer.
  linger_bytes_max_ = upload_linger_bytes_max;
  const auto& options = lane_.options();
  auto request = parse_publish_request(head, query, options.cors,
                                       {.body_bytes_max = options.body_bytes_max});
  if (!request) {
    lane_.shard().counters().refused_posts.add(1);
    co_return co_await refuse(std::move(request.error()), std::move(head));
  }
  short_answer counts;
  {
    publish_session publishing(lane_, socket_, deadline_, std::move(*request), std::move(begun_),
                               net::to_string(start_.connection.peer));
    co_await publishing.run();
    if (publishing.peer_is_gone()) co_return;
    counts = publishing.answer();
  }  // who has the answer finds its topics closed
  co_await answer(counts.status, render(counts, head, options.cors));
}

net::task<> session::route_event(request_head head) {
  linger_bytes_max_ = event_session::event_bytes_max;
  const auto& options = lane_.options();
  auto request = parse_body_request(head, options.cors,
                                    {event_session::event_bytes_max, long_event_hint});
  std::optional<request_error> wrong;
  if (!request) {
    wrong = std::move(request.error());
  } else if (request->coding != content_coding::identity) {
    wrong = make_error(415, request_fault::unsupported, "an event is not taken compressed",
                       "Send it as it is.");
  } else {
    event_session taking(lane_, socket_, deadline_, std::move(*request), std::move(begun_),
                         net::address_text(start_.connection.peer));
    co_await taking.run();
    if (taking.peer_is_gone()) co_return;
    wrong = taking.problem();
  }
  if (!wrong) co_return co_await answer(200, render(short_answer(), head, options.cors));
  lane_.shard().counters().refused_posts.add(1);
  base::log(base::log_level::warn, {"serve", net::to_string(start_.connection.peer)},
            "an event was not taken: {}", wrong->message);
  co_await refuse(std::move(*wrong), std::move(head));
}

void session::log_opened(const request_head& head, const stream_request& request) const {
  if (!base::log_enabled(base::log_level::debug)) return;
  base::log(base::log_level::debug, {"serve", net::to_string(start_.connection.peer)},
            "subscriber opened: {}{}{}", filter::to_query(request.wanted.source()),
            head.forwarded_for.empty() ? "" : " forwarded_for=", head.forwarded_for);
}

net::task<> session::refuse(request_error e, request_head head) {
  co_await answer(e.status, render_error(e, head, lane_.options().cors));
}

net::task<> session::answer(unsigned status, std::string bytes) {
  lane_.count_answer(status);
  deadline_.arm(answer_timeout);
  const auto [error, n] =
      co_await asio::async_write(socket_, asio::buffer(bytes), asio::as_tuple(net::use_task));
  if (!error) co_await linger();
  deadline_.disarm();
}

/// Reads what the peer still sends until it closes: a close with unread bytes would be a reset,
/// which takes the answer away from under the peer.
net::task<> session::linger() {
  error_code error;
  socket_.shutdown(net::tcp_socket::shutdown_send, error);
  if (error) co_return;
  deadline_.arm(linger_timeout);
  for (std::size_t bytes = 0; bytes < linger_bytes_max_;) {
    if (!co_await wait_readable()) co_return;
    const auto read = net::read_some(socket_.native_handle(), lane_.read_room);
    if (read ? *read == 0 : read.error() != boost::system::errc::operation_would_block) co_return;
    if (read) bytes += *read;
  }
}

}  // namespace

net::task<> run_session(lane& owner, session_start start) {
  auto socket = net::adopt(owner.get_executor(), std::move(start.connection.socket));
  if (!socket) {
    base::log(base::log_level::error, {"serve", net::to_string(start.connection.peer)},
              "a connection could not be taken: {}", socket.error().message());
    co_return;
  }
  session s(owner, std::move(*socket), std::move(start));
  co_await s.run();
}

}  // namespace logio::serve
