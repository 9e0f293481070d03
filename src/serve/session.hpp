/// One connection until its request is answered or has become a stream.
///
/// Ownership:      run_session owns the connection; the lane's task group owns the coroutine.
/// Thread safety:  belongs to its lane's thread.
/// Limits:         server_options: bytes and time of the head; all unfinished heads count into the
///                 hub's input_bytes_total, past which long ones get 503; 30 s for an answer; 2 s
///                 and 1 MiB of reading on after it, so that the close does not become a reset.
#pragma once

#include "lane.hpp"
#include "logio/net/executor.hpp"

namespace logio::serve {

/// Completes when the connection is closed or handed to a stream.
net::task<> run_session(lane& owner, session_start start);

}  // namespace logio::serve
