#include "input/marathon_api.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "logio/base/base64.hpp"
#include "logio/wire/marathon_api.hpp"

namespace logio::input {
namespace {

constexpr std::string_view subscriptions = "/v2/eventSubscriptions";

bool is_redirect(unsigned status) noexcept {
  constexpr std::array statuses = {301U, 302U, 307U, 308U};
  return std::ranges::find(statuses, status) != statuses.end();
}

/// How Marathon, or a proxy in front of it, says that there is no such thing.
bool is_absence(unsigned status, std::string_view message) noexcept {
  constexpr std::array statuses = {404U, 405U, 410U, 501U};
  const bool not_running = message.find("callback") != std::string_view::npos &&
                           message.find("not running") != std::string_view::npos;
  return std::ranges::find(statuses, status) != statuses.end() ||
         (status >= 400 && status < 500 && not_running);
}

std::optional<net::peer_tls_options> tls_of(const marathon_options& o, bool tls) {
  if (!tls) return std::nullopt;
  return net::peer_tls_options{o.ca_file, o.cert_file, o.key_file, o.tls_verify};
}

}  // namespace

void marathon_api::use(std::size_t node) {
  node_ = node;
  let_go();
}

net::deadline_time marathon_api::in_time(std::chrono::milliseconds time) const {
  return std::min(end_by_, std::chrono::steady_clock::now() + time);
}

auto marathon_api::list(std::vector<std::string>& urls) -> outcome {
  net::http_answer answer;
  if (!ask("GET", std::string(subscriptions), reading::whole, answer)) return outcome::failed;
  if (answer.status != 200) return refuse(answer, true);
  auto found = wire::read_callback_urls(answer.body);
  if (!found) {
    fail("the answer is no list of subscriptions; is there a Marathon behind this URL?");
    return outcome::failed;
  }
  urls = std::move(*found);
  return outcome::ok;
}

auto marathon_api::subscribe(std::string_view callback_url) -> outcome {
  return change("POST", callback_url);
}

auto marathon_api::unsubscribe(std::string_view callback_url) -> outcome {
  return change("DELETE", callback_url);
}

auto marathon_api::change(std::string_view method, std::string_view callback_url) -> outcome {
  net::http_answer answer;
  const std::string target =
      std::string(subscriptions) + "?callbackUrl=" + percent_encoded(callback_url);
  if (!ask(method, target, reading::whole, answer)) return outcome::failed;
  return answer.status / 100 == 2 ? outcome::ok : refuse(answer, true);
}

auto marathon_api::open_stream() -> outcome {
  std::string target = "/v2/events";
  for (const std::string& type : options_.event_types) {
    target += target.ends_with("events") ? "?event_type=" : "&event_type=";
    target += percent_encoded(type);
  }
  net::http_answer answer;
  if (!ask("GET", target, reading::stream, answer)) return outcome::failed;
  if (answer.status == 200) return outcome::ok;
  let_go();
  return refuse(answer, true);
}

bool marathon_api::read(std::string& piece) {
  if (client_->read_body(piece, in_time(options_.read_timeout))) return true;
  error_ = client_->error();
  return false;
}

/// Follows redirects. True: `answer` is one.
bool marathon_api::ask(std::string_view method, std::string target, reading how,
                       net::http_answer& answer) {
  const marathon_node& node = options_.nodes[node_];
  withholds_secrets_ = false;
  asked_ = fmt::format("{} {}", method, target.substr(0, target.find('?')));
  api_place next{node.host, node.port, node.tls, node.path + target};
  for (unsigned redirects = 0; redirects <= redirects_max; ++redirects) {
    connect_to(next);
    if (!ask_once(method, how, answer)) return false;
    if (!is_redirect(answer.status)) return true;
    auto where = follow_location(answer.location, at_);
    if (!where) {
      return fail(fmt::format("{} to '{}', which is no place to go to", answer.status,
                              answer.location.substr(0, 200)));
    }
    withholds_secrets_ = withholds_secrets_ || (at_.tls && !where->tls);
    next = std::move(*where);
  }
  return fail(fmt::format("more than {} redirects, one after the other", redirects_max));
}

bool marathon_api::ask_once(std::string_view method, reading how, net::http_answer& answer) {
  const std::string lines = headers(how);
  const net::http_request request{method, at_.target, lines, {}};
  const auto until = in_time(options_.timeout);
  const bool done = how == reading::stream ? client_->begin(request, answer, until)
                                           : client_->exchange(request, answer, until);
  if (!done) error_ = client_->error();
  return done;
}

/// A connection of its own for each request, but to where the last one went.
void marathon_api::connect_to(const api_place& where) {
  const bool same = client_ && where.host == at_.host && where.port == at_.port &&
                    where.tls == at_.tls;
  at_ = where;
  if (!same) {
    let_go();
    auto made = std::make_unique<net::http_client>(where.host, where.port,
                                                   tls_of(options_, where.tls));
    address_ = made->address();
    const std::lock_guard lock(mutex_);
    client_ = std::move(made);
  }
  const std::lock_guard lock(mutex_);
  if (interrupted_) client_->interrupt();
}

void marathon_api::let_go() {
  std::unique_ptr<net::http_client> old;
  const std::lock_guard lock(mutex_);
  old.swap(client_);
}

void marathon_api::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  if (client_) client_->interrupt();
}

std::string marathon_api::headers(reading how) const {
  std::string out = how == reading::stream
                        ? "Accept: text/event-stream\r\nCache-Control: no-cache\r\n"
                        : "Accept: application/json\r\nContent-Type: application/json\r\n";
  if (withholds_secrets_) return out;
  const marathon_node& node = options_.nodes[node_];
  if (!options_.token.empty()) {
    out += "Authorization: token=" + options_.token + "\r\n";
  } else if (!node.user.empty()) {
    out += "Authorization: Basic ";
    base::append_base64(out, node.user + ":" + node.password);
    out += "\r\n";
  }
  return out;
}

auto marathon_api::refuse(const net::http_answer& answer, bool may_be_absent) -> outcome {
  const std::string message = wire::read_api_message(answer.body);
  std::string hint;
  if (answer.status == 401 || answer.status == 403) {
    hint = withholds_secrets_
               ? "; user and token are not sent after a redirect from https to http"
               : "; give --marathon-url a user:password@ or a token that may do this";
  }
  fail(fmt::format("{} is answered with {}{}{}{}", asked_, answer.status,
                   message.empty() ? "" : ": ", message, hint));
  return may_be_absent && is_absence(answer.status, message) ? outcome::absent : outcome::failed;
}

bool marathon_api::fail(std::string why) {
  error_ = fmt::format("{}: {}", address_, why);
  return false;
}

}  // namespace logio::input
