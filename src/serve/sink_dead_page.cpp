#include "sink_dead_page.hpp"

#include <optional>
#include <utility>

#include "json_object.hpp"
#include "logio/base/log.hpp"
#include "sinks_page.hpp"
#include "topic_request.hpp"

namespace logio::serve {
namespace {

std::optional<request_error> judge(const sink_board* sinks, std::string_view name,
                                   std::string_view query) {
  if (auto wrong = judge_sink(sinks, name)) return wrong;
  return refuse_parameters(query);
}

request_error unreadable(const std::string& name, error_code why) {
  return make_error(500, request_fault::unreadable,
                    "the dead letters of the sink " + name + " cannot be read: " + why.message(),
                    "Look at the disk and the permissions of --data-dir.");
}

}  // namespace

net::task<bool> send_sink_dead(page_writer& page, lane& owner, request_head head,
                               std::string name, std::string query) {
  const server_options& options = owner.options();
  result<std::string> piece = std::string();
  std::uint64_t at = 0;
  const auto read = [&] { piece = options.sinks->dead(name, at, dead_piece_bytes); };
  std::optional<request_error> wrong = judge(options.sinks, name, query);
  if (!wrong) {
    co_await owner.worker().run(owner.get_executor(), read);
    if (!piece) wrong = unreadable(name, piece.error());
  }
  owner.count_answer(wrong ? wrong->status : 200);
  if (wrong) co_return co_await page.send(render_error(*wrong, head, options.cors));
  if (!co_await page.begin("application/x-ndjson", head, options.cors)) co_return false;
  std::string body;
  while (!piece->empty()) {
    body += *piece;
    if (!co_await page.flush(body)) co_return false;
    co_await owner.worker().run(owner.get_executor(), read);
    if (!piece) {
      base::log(base::log_level::error, {"serve", name}, "dead letters cannot be read: {}",
                piece.error().message());
      co_return false;
    }
  }
  co_return co_await page.end(std::move(body));
}

boost::system::result<short_answer, request_error> resend_dead(sink_board* sinks,
                                                               std::string_view name,
                                                               std::string_view query) {
  if (auto wrong = judge(sinks, name, query)) return std::move(*wrong);
  short_answer answer;
  answer.content_type = "application/json";
  json_object(answer.body).number("resending", sinks->resend(name));
  answer.body += '\n';
  return answer;
}

}  // namespace logio::serve
