#include "look_in.hpp"

#include <optional>
#include <utility>

#include "events_page.hpp"
#include "logio/base/result.hpp"
#include "logio/serve/response.hpp"
#include "marathon_page.hpp"
#include "metric_text.hpp"
#include "metrics_page.hpp"
#include "process_stats.hpp"
#include "status_page.hpp"
#include "sink_dead_page.hpp"
#include "sink_records_page.hpp"
#include "sinks_page.hpp"
#include "subscribers_page.hpp"
#include "topic_request.hpp"
#include "topics_page.hpp"

namespace logio::serve {
namespace {

constexpr std::string_view json_type = "application/json";

short_answer answer_ready(const readiness& ready) {
  short_answer answer;
  for (const std::string& reason : ready.reasons()) answer.body += reason + '\n';
  if (!answer.body.empty()) {
    answer.status = 503;
    answer.extra_headers = "Retry-After: 1\r\n";
  } else {
    answer.body = "ok\n";
  }
  return answer;
}

std::optional<journal_status> look_at_journal(const lane& owner) {
  if (!owner.options().journal) return std::nullopt;
  return owner.options().journal();
}

std::optional<marathon_status> look_at_marathon(const lane& owner) {
  if (!owner.options().marathon) return std::nullopt;
  return owner.options().marathon();
}

/// The pages that are short enough to be sent in one go.
std::optional<short_answer> find_short(lane& owner, route_target what) {
  short_answer answer;
  switch (what) {
    case route_target::healthz:
      answer.body = "ok\n";
      return answer;
    case route_target::readyz:
      return answer_ready(owner.server().ready);
    case route_target::metrics:
      answer.content_type = metric_text_type;
      answer.body = render_metrics(
          owner.hub(), {owner.options().version, owner.server().ready.reasons().empty(),
                        owner.server().turned_away.load(std::memory_order_relaxed),
                        read_process_stats(), look_at_journal(owner),
                        rows_of(owner.options().sinks), owner.options().config,
                        look_at_marathon(owner), &owner.server().event_numbers});
      return answer;
    case route_target::status:
      answer.content_type = json_type;
      answer.body = render_status(owner);
      return answer;
    case route_target::marathon:
      answer.content_type = json_type;
      answer.body = render_marathon(look_at_marathon(owner), owner.server().event_numbers);
      return answer;
    case route_target::sinks:
      answer.content_type = json_type;
      answer.body = render_sinks(rows_of(owner.options().sinks));
      return answer;
    case route_target::topics:
    case route_target::subscribers:
    case route_target::events:
    case route_target::sink_records:
    case route_target::sink_dead:
    case route_target::sink_resend:
    case route_target::reload:
    case route_target::stream:
      break;
  }
  return std::nullopt;
}

std::optional<request_error> find_error(route_target what, std::string_view query) {
  const bool takes_none = what == route_target::status || what == route_target::subscribers ||
                          what == route_target::sinks || what == route_target::marathon;
  return takes_none ? refuse_parameters(query) : std::nullopt;
}

}  // namespace

net::task<bool> look_in(lane& owner, page_writer& page, page_request asked) {
  auto& [head, what, name, query] = asked;
  LOGIO_ASSERT(what != route_target::stream && what != route_target::sink_resend &&
                   what != route_target::reload,
               "streams and changes are not pages");
  const cors_policy& cors = owner.options().cors;
  if (const auto error = find_error(what, query)) {
    owner.count_answer(error->status);
    co_return co_await page.send(render_error(*error, head, cors));
  }
  if (const auto answer = find_short(owner, what)) {
    owner.count_answer(answer->status);
    co_return co_await page.send(render(*answer, head, cors));
  }
  if (what == route_target::sink_records) {
    co_return co_await send_sink_records(page, owner, std::move(head), std::move(name),
                                         std::move(query));
  }
  if (what == route_target::events) {
    co_return co_await send_events(page, owner, std::move(head), std::move(query));
  }
  if (what == route_target::sink_dead) {
    co_return co_await send_sink_dead(page, owner, std::move(head), std::move(name),
                                      std::move(query));
  }
  if (what == route_target::subscribers) {
    owner.count_answer(200);
    if (!co_await page.begin(std::string(json_type), head, cors)) co_return false;
    co_return co_await send_subscribers(page, owner);
  }
  auto wanted = parse_topic_request(query, owner.options().requests);
  owner.count_answer(wanted ? 200 : wanted.error().status);
  if (!wanted) co_return co_await page.send(render_error(wanted.error(), head, cors));
  if (!co_await page.begin(std::string(json_type), head, cors)) co_return false;
  co_return co_await send_topics(page, owner.hub().topics(), std::move(*wanted));
}

}  // namespace logio::serve
