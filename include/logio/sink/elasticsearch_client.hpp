/// Delivers records to Elasticsearch or OpenSearch by `_bulk` requests: at least once, made once.
///
///     index     options.path with %Y %m %d %H of the event's time, UTC; or a data stream's name
///     id        the record's cursor, with `create`: sent again, it is there once all the same
///     document  wire/bulk_encoder.hpp
///
/// A call's records are shared by two connections, to different nodes where there are several: a
/// node indexes one request on one core. (A peer in trouble is asked on one.) On each they go out
/// in as few requests as `batch_bytes` (of lines, before gzip) allows, one after the other, to one
/// node as long as that one works, else to the next.
///
/// delivered:      200 and 201; 409 (the id is there) for a record that may have been sent before.
/// refused:        400 and its like (a mapping conflict, a document that cannot be parsed), 409
///                 otherwise, with the peer's type and reason. A request that is refused as a whole
///                 (400), or is too large (413), is halved down to the one record that is meant.
/// pending, busy:  429 and 503, of a record or of the request.
/// pending:        what can be mended: 401, 403, 404, a limit on shards, 5xx, a peer that is not
///                 there or is something else.
///
/// With `install_template` an index template for the index is put in front of the first record,
/// unless there is one of its name: `logio-logs-yyyy.mm.dd` for `logs-%Y.%m.%d`.
///
/// Ownership:      owns its connections, two for each node at most.
/// Thread safety:  as client.
/// Limits:         a call takes at most about twice the timeout: no request begins later than that
///                 after the call, and each has the timeout for its answer. What is left then is
///                 pending and busy. Elasticsearch from 7.8, OpenSearch from 1.0.
/// Source:         the bulk and index template APIs of Elasticsearch 7 and 8, and OpenSearch 2.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "logio/sink/client.hpp"
#include "logio/sink/sink_options.hpp"

namespace logio::sink {

/// What suits this kind as `batch_bytes`, where nothing else is said: larger gains nothing, smaller
/// costs the peer more for each record. Peers refuse 100 MiB.
inline constexpr std::uint64_t elasticsearch_batch_bytes = std::uint64_t{5} << 20;

struct elasticsearch_client_or_error {
  std::unique_ptr<sink::client> client;
  std::string error;  ///< why there is none, and how to mend it
};

/// Checks the options and makes the client, which connects when it first delivers.
elasticsearch_client_or_error make_elasticsearch_client(const sink_options& options);

}  // namespace logio::sink
