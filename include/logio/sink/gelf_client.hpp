/// The sink `gelf`: GELF 1.1 messages over UDP, TCP or TLS.
///
/// TCP and TLS: each message ends in a NUL byte and is not compressed; delivered is what the peer's
/// kernel has acknowledged. UDP: compressed as the options say, in chunks where it must be;
/// delivered is what the kernel here has taken, and when the peer's machine answers that nobody
/// listens, the record at which that shows and those behind it are pending.
///
/// Ownership, thread safety: as sink::client says.
/// Limits:         UDP: a message that takes more than 128 chunks is refused.
/// Source:         GELF Payload Specification 1.1 (Graylog documentation).
#pragma once

#include <memory>
#include <string>

#include "logio/sink/client.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::sink {

/// `hub_host` is the host of records that have none. REQUIRES: it is not blank; options of kind
/// `gelf` with one peer, over udp, tcp or tls, chunk_bytes over 12.
std::unique_ptr<client> make_gelf_client(const sink_options& options, std::string hub_host);

}  // namespace logio::sink
