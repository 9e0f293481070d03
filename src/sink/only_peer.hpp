/// The peer of a sink that has one.
///
/// Thread safety:  free function: any thread.
#pragma once

#include "logio/base/result.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::sink {

inline const peer_address& only_peer(const sink_options& options) {
  LOGIO_ASSERT(options.peers.size() == 1, "this sink has one peer");
  return options.peers[0];
}

}  // namespace logio::sink
