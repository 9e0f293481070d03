/// Marathon's API: asks one node of the cluster at a time, goes where it redirects to, and blocks
/// until there is an answer.
///
///     use(node) ─► list() subscribe() unsubscribe()
///               └► open_stream() ─► read() … ─► its end
///
/// Ownership:      borrows the options.
/// Thread safety:  interrupt() on any thread, all else on one.
/// Errors:         an outcome that is not ok, and error(): one line with the address.
/// Limits:         redirects_max; what a request may take is options.timeout. Credentials go where
///                 the cluster redirects to, but never from https to http.
/// Source:         Marathon's docs/docs/rest-api/public/api/v2 (eventSubscriptions.raml,
///                 events.raml).
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "input/api_location.hpp"
#include "logio/input/marathon_options.hpp"
#include "logio/net/http_client.hpp"

namespace logio::input {

class marathon_api {
 public:
  static constexpr unsigned redirects_max = 5;

  enum class outcome : std::uint8_t {
    ok,
    absent,  ///< this Marathon does not have such a thing, or does not run it
    failed,
  };

  explicit marathon_api(const marathon_options& options) : options_(options) {}

  /// REQUIRES: node < options.nodes.size().
  void use(std::size_t node);
  /// Each request ends then, whatever its own time. Default: never.
  void end_by(net::deadline_time latest) noexcept { end_by_ = latest; }

  outcome list(std::vector<std::string>& urls);
  outcome subscribe(std::string_view callback_url);
  outcome unsubscribe(std::string_view callback_url);

  outcome open_stream();
  /// In place of `piece`, what there is of the stream; empty: it has ended. False: error().
  bool read(std::string& piece);

  /// What is under way, and all that follows, ends at once.
  void interrupt();

  /// Who answered last: after redirects another than the node. `host:port`, and the host alone.
  const std::string& address() const noexcept { return address_; }
  const std::string& host() const noexcept { return at_.host; }
  const std::string& error() const noexcept { return error_; }

 private:
  enum class reading : std::uint8_t { whole, stream };

  bool ask(std::string_view method, std::string target, reading how, net::http_answer& answer);
  bool ask_once(std::string_view method, reading how, net::http_answer& answer);
  void connect_to(const api_place& where);
  void let_go();
  outcome change(std::string_view method, std::string_view callback_url);
  outcome refuse(const net::http_answer& answer, bool may_be_absent);
  net::deadline_time in_time(std::chrono::milliseconds time) const;
  std::string headers(reading how) const;
  bool fail(std::string why);

  const marathon_options& options_;
  std::size_t node_ = 0;
  api_place at_;
  std::string address_, asked_, error_;
  bool withholds_secrets_ = false;  // a redirect left https
  net::deadline_time end_by_ = net::deadline_time::max();
  std::mutex mutex_;  // of what interrupt() looks at
  std::unique_ptr<net::http_client> client_;
  bool interrupted_ = false;
};

}  // namespace logio::input
