#include "logio/sink/elasticsearch_client.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "logio/base/log.hpp"
#include "logio/net/content_encoder.hpp"
#include "logio/wire/bulk_answer.hpp"
#include "sink/authorization.hpp"
#include "sink/parallel_client.hpp"
#include "sink/search_batch.hpp"
#include "sink/search_nodes.hpp"
#include "sink/search_template.hpp"

namespace logio::sink {
namespace {

using clock = std::chrono::steady_clock;

/// Of the answer only what is looked at: a tenth of its bytes.
constexpr std::string_view bulk_filter =
    "filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason,"
    "items.*.error.caused_by.type,items.*.error.caused_by.reason";
constexpr std::size_t requests_at_once = 2;
/// A request that was too large for the peer is not made smaller than this in advance.
constexpr std::size_t request_bytes_min = std::size_t{64} << 10;

/// How large a request may be: what all clients of a sink have learned of its peer.
class request_size {
 public:
  explicit request_size(std::size_t bytes_max) noexcept : limit_(bytes_max), room_(bytes_max) {}

  std::size_t bytes_max() const noexcept { return std::min<std::size_t>(limit_, room_); }

  /// Larger than the peer ever takes. The new limit, if that is news.
  std::optional<std::size_t> note_too_large(std::size_t bytes) noexcept {
    if (bytes > limit_ || bytes <= request_bytes_min) return std::nullopt;
    limit_ = std::max(bytes / 2, request_bytes_min);
    return limit_;
  }
  /// Too much for the peer just now: for its memory, which bounds what it works on at once, this
  /// request alone may be. Halved when refused and grown slowly when taken, as TCP's window is.
  void note_busy(std::size_t bytes) noexcept {
    if (bytes <= bytes_max()) room_ = std::max(bytes / 2, request_bytes_min);
  }
  void note_taken(std::size_t bytes) noexcept {
    const std::size_t now = room_;
    if (now < limit_ && bytes > now / 2) room_ = now + now / 8;
  }

 private:
  // Read and written by several clients' threads; what one overwrites is learned again.
  std::atomic<std::size_t> limit_, room_;
};

enum class verdict : std::uint8_t { delivered, refused, busy, pending };

verdict judge(const wire::bulk_item& item, bool may_be_there) {
  switch (item.status) {
    case 200:
    case 201: return verdict::delivered;
    case 409: return may_be_there ? verdict::delivered : verdict::refused;
    case 429:
    case 503: return verdict::busy;
    case 401:  // a right, a write block, an index that is not made by itself: can be mended
    case 403:
    case 404: return verdict::pending;
    default: break;
  }
  if (item.status < 400 || item.status >= 500) return verdict::pending;
  // Such as the cluster's limit on shards, met by a new day's index.
  return item.type == "validation_exception" ? verdict::pending : verdict::refused;
}

std::string_view remedy(unsigned status) {
  switch (status) {
    case 401: return "; check the user and password, or the token";
    case 403: return "; give the user or token the right to it, or lift the block";
    case 404: return "; is this Elasticsearch 7.8 or OpenSearch, or later?";
    default: return "";
  }
}

class elasticsearch_client final : public client {
 public:
  /// `number`: of its peers it begins with that one.
  elasticsearch_client(const sink_options& options, const std::string& authorization,
                       std::shared_ptr<request_size> size, std::size_t number);

  void deliver(std::span<const item> items, outcome& out) override;
  void close() noexcept override { nodes_.close(); }
  void interrupt() noexcept override { nodes_.interrupt(); }

 private:
  /// Records [first, last) of the batch.
  struct range {
    std::size_t first, last;
    std::size_t size() const noexcept { return last - first; }
  };

  void deliver_some(std::span<const item> items, outcome& out);
  void send(range records, std::span<const item> items, outcome& out);
  void settle(range records, std::span<const item> items, outcome& out);
  void reject(range records, outcome& out);
  void halve(range records);
  void yield(range records, outcome& out);
  void stop(outcome& out, std::string error, bool busy = false);
  bool install_template(outcome& out);
  clock::time_point deadline() const { return clock::now() + timeout_; }
  std::string status_text() const;

  const std::chrono::milliseconds timeout_;
  const std::string target_, bulk_headers_, json_headers_;
  search_nodes nodes_;
  search_batch batch_;
  search_template template_;
  bool template_wanted_;
  std::unique_ptr<net::content_encoder> gzip_;  ///< none: lines go as they are
  const std::shared_ptr<request_size> size_;
  // Of the call:
  std::vector<range> left_;  ///< the next one last
  bool has_failed_ = false;  ///< something is pending that is not only busy
  std::string packed_;
  net::http_answer answer_;
  wire::bulk_answer items_;
};

elasticsearch_client::elasticsearch_client(const sink_options& options,
                                           const std::string& authorization,
                                           std::shared_ptr<request_size> size, std::size_t number)
    : timeout_(options.timeout),
      // The peer gives up a little before us, and then says what it waited for.
      target_(fmt::format("/_bulk?timeout={}ms&{}", options.timeout.count() * 4 / 5,
                          bulk_filter)),
      bulk_headers_(authorization + "Content-Type: application/x-ndjson\r\n" +
                    (options.compress == "none" ? "" : "Content-Encoding: gzip\r\n")),
      json_headers_(authorization + "Content-Type: application/json\r\n"),
      nodes_(options),
      batch_(options.path),
      template_(make_search_template(options.path, options.data_stream)),
      template_wanted_(options.install_template),
      size_(std::move(size)) {
  if (options.compress != "none") {
    gzip_ = net::make_gzip_encoder(net::compression_effort::fast);
  }
  while (number-- > 0) nodes_.next();
}

void elasticsearch_client::deliver(std::span<const item> items, outcome& out) {
  try {
    deliver_some(items, out);
  } catch (const std::exception& e) {  // out of memory, most likely
    close();
    out.error = fmt::format("{}: {}", nodes_.address(), e.what());
  }
}

void elasticsearch_client::deliver_some(std::span<const item> items, outcome& out) {
  const clock::time_point end = deadline();
  out.fates.assign(items.size(), fate::pending);
  out.refusals.clear();
  out.error.clear();
  out.sent_bytes = 0;
  out.busy = false;
  has_failed_ = false;
  left_.clear();
  if (items.empty() || !install_template(out)) return;
  batch_.encode(items);
  for (std::size_t first = 0; first < items.size(); first = left_.back().last) {
    left_.push_back({first, batch_.request_end(first, size_->bytes_max())});
  }
  std::ranges::reverse(left_);
  while (!left_.empty()) {
    if (nodes_.interrupted()) return stop(out, "interrupted");
    if (clock::now() >= end) return stop(out, "took too long for all records of a batch", true);
    const range next = left_.back();
    left_.pop_back();
    send(next, items, out);
  }
}

void elasticsearch_client::send(range records, std::span<const item> items, outcome& out) {
  std::string_view body = batch_.lines(records.first, records.last);
  if (gzip_) {
    gzip_->encode(body, packed_);
    body = packed_;
  }
  if (!nodes_.exchange({"POST", target_, bulk_headers_, body}, answer_, deadline())) {
    has_failed_ = true;
    left_.clear();
    if (out.error.empty()) out.error = nodes_.error();
    return;
  }
  out.sent_bytes += body.size();
  switch (answer_.status) {
    case 200: return settle(records, items, out);
    case 400:
    case 413: return reject(records, out);
    case 429: return yield(records, out);
    case 503: return stop(out, status_text(), true);
    default: return stop(out, status_text());
  }
}

void elasticsearch_client::settle(range records, std::span<const item> items, outcome& out) {
  if (const auto wrong = wire::read_bulk_answer(answer_.body, items_)) {
    return stop(out, *wrong + "; is this Elasticsearch or OpenSearch?");
  }
  size_->note_taken(batch_.lines(records.first, records.last).size());
  if (!items_.errors) {
    std::fill_n(out.fates.begin() + static_cast<std::ptrdiff_t>(records.first), records.size(),
                fate::delivered);
    return;
  }
  if (items_.items.size() != records.size()) {
    return stop(out, fmt::format("the answer has {} items for {} records", items_.items.size(),
                                 records.size()));
  }
  std::string busy;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::size_t which = records.first + i;
    const wire::bulk_item& answer = items_.items[i];
    switch (judge(answer, items[which].repeated || nodes_.in_doubt())) {
      case verdict::delivered: out.fates[which] = fate::delivered; break;
      case verdict::refused:
        out.fates[which] = fate::refused;
        out.refusals.push_back({which, fmt::format("{} {}", answer.status, answer.why)});
        break;
      case verdict::busy:
        if (busy.empty()) busy = fmt::format("{} {}", answer.status, answer.why);
        break;
      case verdict::pending:
        has_failed_ = true;
        if (!out.error.empty()) break;
        out.error = fmt::format("{}: {} {}{}", nodes_.address(), answer.status, answer.why,
                                answer.status == 404 ? "" : remedy(answer.status));
    }
  }
  out.busy = out.busy && !has_failed_;
  // More would only make it worse.
  if (!busy.empty()) stop(out, std::move(busy), true);
}

/// The request as a whole was not taken: one of its records is the reason, or there are too many.
void elasticsearch_client::reject(range records, outcome& out) {
  const bool too_large = answer_.status == 413;
  // A proxy's page, or that of a server that wants TLS, says nothing about records.
  if (!too_large && wire::read_search_error(answer_.body).empty()) {
    return stop(out, status_text() + "; is this Elasticsearch or OpenSearch, and without TLS?");
  }
  const std::size_t bytes = batch_.lines(records.first, records.last).size();
  if (records.size() == 1) {
    out.fates[records.first] = fate::refused;
    out.refusals.push_back(
        {records.first,
         too_large ? fmt::format("{}: {} bytes; raise http.max_content_length, or the limit of "
                                 "the proxy", status_text(), bytes)
                   : status_text()});
    return;
  }
  if (const auto most = too_large ? size_->note_too_large(bytes) : std::nullopt) {
    base::log(base::log_level::warn, {"elasticsearch", nodes_.address()},
              "a request of {} bytes was too large: from now on they have at most {}; lower "
              "batch_bytes, or raise http.max_content_length or the limit of the proxy",
              bytes, *most);
  }
  halve(records);
}

/// The peer has no room for the request: the next one is smaller, after a while.
void elasticsearch_client::yield(range records, outcome& out) {
  size_->note_busy(batch_.lines(records.first, records.last).size());
  stop(out, status_text(), true);
}

void elasticsearch_client::halve(range records) {
  const std::size_t middle = records.first + records.size() / 2;
  left_.push_back({middle, records.last});
  left_.push_back({records.first, middle});
}

/// What is not sent yet, or was not taken, stays pending; the next call begins elsewhere.
void elasticsearch_client::stop(outcome& out, std::string error, bool busy) {
  left_.clear();
  has_failed_ = has_failed_ || !busy;
  out.busy = !has_failed_;
  if (out.error.empty()) out.error = fmt::format("{}: {}", nodes_.address(), error);
  nodes_.next();
}

bool elasticsearch_client::install_template(outcome& out) {
  if (!template_wanted_) return true;
  const std::string path = "/_index_template/" + percent_encoded(template_.name);
  const auto failed = [&](std::string_view why) {
    stop(out, fmt::format("cannot install the index template {}: {}", template_.name, why));
    return false;
  };
  if (!nodes_.exchange({"HEAD", path, json_headers_, {}}, answer_, deadline())) {
    out.error = nodes_.error();
    return false;
  }
  if (answer_.status == 404) {
    const std::string target = path + "?create=true";
    if (!nodes_.exchange({"PUT", target, json_headers_, template_.body}, answer_, deadline())) {
      out.error = nodes_.error();
      return false;
    }
    if (answer_.status != 200) return failed(status_text());
    base::log(base::log_level::info, {"elasticsearch", nodes_.address()},
              "installed the index template {} for {}", template_.name, template_.pattern);
  } else if (answer_.status != 200) {
    return failed(status_text());
  }
  template_wanted_ = false;
  return true;
}

std::string elasticsearch_client::status_text() const {
  const std::string why = wire::read_search_error(answer_.body);
  return fmt::format("HTTP status {}{}{}{}", answer_.status, why.empty() ? "" : ": ", why,
                     remedy(answer_.status));
}

}  // namespace

elasticsearch_client_or_error make_elasticsearch_client(const sink_options& options) {
  const auto failed = [](std::string why) {
    return elasticsearch_client_or_error{.client = nullptr, .error = std::move(why)};
  };
  if (options.peers.empty()) return failed("no host is named: elasticsearch://HOST:9200/INDEX");
  if (auto wrong = check_index_name(options.path, options.data_stream)) return failed(*wrong);
  if (!options.compress.empty() && options.compress != "gzip" && options.compress != "none") {
    return failed(fmt::format("compress is '{}'; it may be gzip or none", options.compress));
  }
  std::string authorization;
  if (auto wrong = make_authorization(options.secrets, authorization)) return failed(*wrong);
  const auto size = std::make_shared<request_size>(
      std::max<std::uint64_t>(options.batch_bytes, 1));
  std::vector<std::unique_ptr<client>> clients;
  clients.push_back(std::make_unique<elasticsearch_client>(options, authorization, size, 0));
  sink_options more = options;
  more.install_template = false;  // the first one does
  while (clients.size() < requests_at_once) {
    clients.push_back(
        std::make_unique<elasticsearch_client>(more, authorization, size, clients.size()));
  }
  return {.client = std::make_unique<parallel_client>(std::move(clients)), .error = {}};
}

}  // namespace logio::sink
