#include "reload_page.hpp"

#include <fmt/core.h>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

#include "json_object.hpp"
#include "logio/base/json_string.hpp"
#include "topic_request.hpp"

namespace logio::serve {
namespace {

void append_names(std::string& out, const std::vector<std::string>& names) {
  out += '[';
  for (const std::string& name : names) {
    if (out.back() != '[') out += ',';
    base::append_json_string(out, name);
  }
  out += ']';
}

void append_settings(std::string& out, const std::vector<setting_change>& all, bool applied) {
  out += '[';
  for (const setting_change& s : all) {
    if (s.applied != applied) continue;
    if (out.back() != '[') out += ',';
    json_object one(out);
    one.text("name", s.name);
    one.text("from", s.from);
    one.text("to", s.to);
  }
  out += ']';
}

/// Completes on the lane's thread, whichever thread the outcome comes from.
auto outcome_of_reload(lane& owner, std::string asked_by) {
  return asio::async_initiate<const asio::use_awaitable_t<net::executor>&, void(reload_outcome)>(
      [&owner](auto handler, std::string by) {
        // A std::function has to be copyable.
        auto kept = std::make_shared<decltype(handler)>(std::move(handler));
        owner.options().config->reload(
            std::move(by), [&owner, kept = std::move(kept)](const reload_outcome& of) {
              asio::post(owner.get_executor(),
                         [kept, of]() mutable { std::move (*kept)(std::move(of)); });
            });
      },
      net::use_task, std::move(asked_by));
}

}  // namespace

net::task<reload_answer> reload(lane& owner, std::string asked_by, std::string query) {
  if (auto wrong = refuse_parameters(query)) co_return std::move(*wrong);
  if (owner.options().config == nullptr) {
    co_return make_error(404, request_fault::not_found, "this hub's configuration cannot change",
                         "Start it by logio serve --config FILE.");
  }
  co_return render_reload(co_await outcome_of_reload(owner, std::move(asked_by)));
}

reload_answer render_reload(const reload_outcome& of) {
  if (!of.errors.empty()) {
    request_error wrong = make_error(
        400, request_fault::bad_configuration,
        fmt::format("nothing was changed: the configuration has {} error{}", of.errors.size(),
                    of.errors.size() == 1 ? "" : "s"),
        "Mend the file and try again; logio check FILE checks it without a hub.");
    wrong.details = of.errors;
    return wrong;
  }
  short_answer answer;
  answer.content_type = "application/json";
  {
    json_object all(answer.body);
    append_names(all.member("added"), of.added);
    append_names(all.member("changed"), of.changed);
    append_names(all.member("removed"), of.removed);
    append_settings(all.member("settings"), of.settings, true);
    append_settings(all.member("after_restart"), of.settings, false);
    all.number("seconds", of.seconds, 3);
  }
  answer.body += '\n';
  return answer;
}

}  // namespace logio::serve
