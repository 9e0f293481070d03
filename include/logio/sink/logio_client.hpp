/// The `logio:` and `logios:` sinks: forwards to another hub, by acknowledged publishing.
///
///     record ─► lane of its topic ─► {"time","raw","sequence","severity","fields"} ─► other hub
///                    ◄── greeting, {"ack":N}, {"error":…} ──┘
///
/// Everything is kept: time, severity, fields, topic, and the text byte for byte, line ends and
/// bytes that are not UTF-8 included. What the other hub's own limits cut or refuse is its.
///
/// A connection has one topic, so each topic has its own: a lane. A record's number there is its
/// position, and the lane's client id is made of the sink's name and selection, the topic, and the
/// epoch of the record, so both are the same whenever it is sent: after a cut, after either hub was
/// killed, after the sink lost its place. What the other hub has already it skips. It tells records
/// apart for as long as it knows the client: 24 hours, and over its restart with a data directory.
/// Dead letters that are sent again come without a client id: at least once.
///
/// A hub that does not greet within greeting_wait, and has not since the client was made, is taken
/// for an original one for plain_age: it gets plain JSON, and a record is delivered when its kernel
/// has acknowledged it. Severity and fields it ignores.
///
/// refused:        what the other hub refuses, with its reason; of a topic that it refuses, each
///                 record. pending: everything else, also when it has no room for a topic.
/// A loop:         a hub that says our own epoch is this one: nothing is sent. A ring of several
///                 hubs is not noticed.
///
/// Ownership:      owns its connections.
/// Thread safety:  as client.
/// Limits:         lanes_max connections; the longest unused is closed for a new one. With more
///                 topics in a batch it connects again and again: two round trips each. One batch
///                 is under way at a time, so a hub that acknowledges once a second (its
///                 `--fsync interval`) takes one batch a second.
/// Source:         the README, "Publish".
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "logio/sink/client.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::sink {

inline constexpr std::size_t lanes_max = 64;
inline constexpr std::chrono::seconds greeting_wait{2};
inline constexpr std::chrono::minutes plain_age{10};

/// `own_epoch`: of this run of this hub; 0: not known, then a loop is not noticed.
/// REQUIRES: options.peers holds one.
std::unique_ptr<client> make_logio_client(const sink_options& options, std::uint64_t own_epoch);

}  // namespace logio::sink
