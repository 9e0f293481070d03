#include "sink_records_page.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "kept_records.hpp"
#include "logio/base/clock.hpp"
#include "logio/serve/formats.hpp"
#include "logio/serve/response.hpp"
#include "records_request.hpp"
#include "sinks_page.hpp"

namespace logio::serve {
namespace {

request_error keeps_no_records(const std::string& name) {
  return make_error(404, request_fault::not_found,
                    "the sink " + name + " sends its records away and keeps none to be read",
                    "Only in-memory sinks keep them: --sink 'in-memory://localhost/?max_length=N' "
                    "gives the hub one.");
}

/// REQUIRES: the page has begun.
net::task<bool> send_kept(page_writer& page, std::unique_ptr<kept_records> kept) {
  std::string body;
  for (bool more = true; more;) {
    const slice_clock clock;
    while (more && !clock.is_over()) more = kept->choose_next();
    if (more && !co_await page.flush(body)) co_return false;
  }
  for (bool more = true; more;) {
    const slice_clock clock;
    const std::int64_t now_ns = base::unix_now_ns();
    while (more && !clock.is_over() && body.size() < page_writer::piece_bytes) {
      more = kept->append_next(body, now_ns);
    }
    if (more && !co_await page.flush(body)) co_return false;
  }
  co_return co_await page.end(std::move(body));
}

}  // namespace

net::task<bool> send_sink_records(page_writer& page, lane& owner, request_head head,
                                  std::string name, std::string query) {
  const server_options& options = owner.options();
  auto request = parse_records_request(query, options.requests, preferred_stream(head.accept),
                                       base::unix_now_ns());
  std::optional<request_error> wrong = judge_sink(options.sinks, name);
  if (!wrong && !request) wrong = std::move(request.error());
  std::unique_ptr<std::vector<sink_record>> kept;
  if (!wrong) {
    // A sink may keep many: the list is not made on an I/O thread.
    const auto look = [&kept, &options, &name] { kept = options.sinks->records(name); };
    co_await owner.worker().run(owner.get_executor(), look);
    if (!kept) wrong = keeps_no_records(name);
  }
  owner.count_answer(wrong ? wrong->status : 200);
  if (wrong) co_return co_await page.send(render_error(*wrong, head, options.cors));
  if (request->format == stream_format::sse && !head.last_event_id.empty()) {
    resume_after(*request, head.last_event_id);
  }
  if (!co_await page.begin(std::string(content_type(request->format)), head, options.cors)) {
    co_return false;
  }
  hub::hub& hub = owner.hub();
  hub_facts facts{options.hub_host, hub.epoch(), hub.ring().end().position};
  co_return co_await send_kept(
      page, std::make_unique<kept_records>(std::move(*kept), std::move(*request),
                                           std::move(facts)));
}

}  // namespace logio::serve
