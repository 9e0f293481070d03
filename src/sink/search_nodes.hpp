/// The nodes of a cluster: one is used as long as it works, then the next.
///
/// Ownership:      owns a connection for each node; a request is borrowed for the call.
/// Thread safety:  interrupt() on any thread, all else on one.
/// Errors:         false, and error() is that of the last node that was tried.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "logio/net/http_client.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::sink {

class search_nodes {
 public:
  /// REQUIRES: at least one peer.
  explicit search_nodes(const sink_options& options);

  /// Asks the current node, and when it fails the others, each once, until `deadline`.
  [[nodiscard]] bool exchange(const net::http_request& request, net::http_answer& answer,
                              net::deadline_time deadline);

  /// Whether a node that failed in the last exchange() may have got the whole request.
  bool in_doubt() const noexcept { return in_doubt_; }

  /// The next exchange() begins with another node, if there is one.
  void next() noexcept { current_ = (current_ + 1) % nodes_.size(); }

  void close() noexcept;
  void interrupt() noexcept;
  bool interrupted() const noexcept { return nodes_.front()->interrupted(); }

  /// Of the node that answered last, or is next.
  const std::string& address() const noexcept { return nodes_[current_]->address(); }
  const std::string& error() const noexcept { return error_; }

 private:
  std::vector<std::unique_ptr<net::http_client>> nodes_;
  std::size_t current_ = 0;
  bool in_doubt_ = false;
  std::string error_;
};

}  // namespace logio::sink
