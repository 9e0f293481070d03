#include "top_fetch.hpp"

#include <fmt/core.h>

#include <utility>

#include "logio/wire/json_document.hpp"

namespace logio::app {

boost::system::result<top_snapshot, http_failure> fetch_snapshot(const config::hub_url& hub,
                                                                 const std::string& query,
                                                                 bool keep_texts) {
  constexpr std::chrono::seconds timeout{10};
  top_snapshot out;
  out.taken = std::chrono::steady_clock::now();
  for (std::size_t page = 0; page < top_snapshot::pages; ++page) {
    std::string target(path_of(page));
    const bool chosen = !query.empty() && target == "/v1/topics";
    auto answer =
        http_get::open(hub, chosen ? target + '?' + query : target, timeout, "application/json");
    if (!answer) return answer.error();
    if (answer->status() != 200) return http_failure{answer->explain()};
    auto text = answer->read_all(wire::json_document::bytes_max, timeout);
    if (!text) return text.error();
    if (const auto wrong = read_page(out, page, std::move(*text), keep_texts)) {
      return http_failure{fmt::format("{}{} is no hub's: {}; give the hub as --hub URL",
                                      config::to_string(hub), target, *wrong)};
    }
  }
  return {boost::system::in_place_value, std::move(out)};
}

}  // namespace logio::app
