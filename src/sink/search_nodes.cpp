#include "sink/search_nodes.hpp"

#include <optional>

#include "logio/base/result.hpp"

namespace logio::sink {

search_nodes::search_nodes(const sink_options& options) {
  LOGIO_ASSERT(!options.peers.empty(), "a cluster has a node");
  std::optional<net::peer_tls_options> tls;
  if (options.over == transport::tls) {
    tls = {.ca_file = options.tls.ca_file,
           .cert_file = options.tls.cert_file,
           .key_file = options.tls.key_file,
           .verify = options.tls.verify};
  }
  for (const peer_address& peer : options.peers) {
    nodes_.push_back(std::make_unique<net::http_client>(peer.host, peer.port, tls));
  }
}

bool search_nodes::exchange(const net::http_request& request, net::http_answer& answer,
                            net::deadline_time deadline) {
  in_doubt_ = false;
  for (std::size_t tried = 0; tried < nodes_.size(); ++tried) {
    net::http_client& node = *nodes_[current_];
    if (node.exchange(request, answer, deadline)) return true;
    error_ = node.error();
    in_doubt_ = in_doubt_ || node.in_doubt();
    next();
    if (interrupted() || std::chrono::steady_clock::now() >= deadline) return false;
  }
  return false;
}

void search_nodes::close() noexcept {
  for (const auto& node : nodes_) node->close();
}

void search_nodes::interrupt() noexcept {
  // The first comes last: interrupted() is told by it.
  for (std::size_t i = nodes_.size(); i > 0; --i) nodes_[i - 1]->interrupt();
}

}  // namespace logio::sink
