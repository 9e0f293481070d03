#include "events_page.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "form_query.hpp"
#include "logio/base/clock.hpp"
#include "logio/base/utf8.hpp"
#include "logio/serve/response.hpp"

namespace logio::serve {
namespace {

/// What a parameter here is called in a stream's query, where the same is asked.
struct same_parameter {
  std::string_view here, of_stream;
};
constexpr std::array parameters = {same_parameter{"app", "app"}, same_parameter{"type", "proc"},
                                   same_parameter{"since", "since"}, same_parameter{"n", "tail"}};

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
  std::erase_if(all, [&](const event_ptr& e) {
    return (asked.since_ns && e->arrival_ns < *asked.since_ns) || !asked.wanted.app(e->app) ||
           !asked.wanted.proc(e->type);
  });
  if (asked.newest && all.size() > *asked.newest) {
    all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(*asked.newest));
  }
  return all;
}

net::task<bool> send_events(page_writer& page, lane& owner, request_head head,
                            std::string query) {
  const server_options& options = owner.options();
  auto asked = parse_events_request(query, options.requests, base::unix_now_ns());
  owner.count_answer(asked ? 200 : asked.error().status);
  if (!asked) co_return co_await page.send(render_error(asked.error(), head, options.cors));
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
