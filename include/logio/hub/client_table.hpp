/// Which records the hub has from each acknowledged client, so that a repeat is not a duplicate.
///
/// A client chooses an id once and numbers its records. After a cut it reconnects with the first
/// record that it still holds; what the hub has already is skipped. The newest connection of a
/// client is its *owner*: an older one, whose bytes may still lie in a socket, can append nothing
/// any more, so the two never interleave.
///
/// Ownership:      clients are shared; an entry lives as long as a connection holds it.
/// Thread safety:  all members, from any thread. `client::mutex` is taken once per batch, by
///                 connections of this one client only.
/// Limits:         `clients_max` clients, none unused for longer than `unused_ns_max`; of clients
///                 beyond that, the longest unused are forgotten (their repeats are duplicates).
#pragma once

#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "logio/hub/ack_ledger.hpp"

namespace logio::hub {

struct client {
  client(std::uint32_t n, std::string_view of_client) : number(n), id(of_client) {}

  const std::uint32_t number;  ///< stands for it in batches; not given out twice
  const std::string id;
  std::mutex mutex;
  // Under mutex:
  std::uint64_t owner = 0;    ///< number of the newest connection
  std::uint64_t highest = 0;  ///< number of the newest record that the hub has, 0: none
  ack_ledger unsettled;       ///< of those, what is not durable yet
};

class client_table {
 public:
  static constexpr std::size_t clients_max = 100'000;
  static constexpr std::int64_t unused_ns_max = std::int64_t{24} * 3600 * 1'000'000'000;

  struct claim {
    std::shared_ptr<client> of;
    std::uint64_t owner = 0;    ///< this connection's number
    std::uint64_t highest = 0;  ///< records up to here are not to be appended again
    std::uint64_t settled = 0;  ///< records up to here are durable
  };

  /// Makes the caller the owner. After it returns, no earlier connection appends for this client.
  /// In front of `durable` everything in the log is.
  claim open(std::string_view id, std::int64_t now_ns,
             std::uint64_t durable = std::numeric_limits<std::uint64_t>::max());

  /// What an earlier run had from this client, durably. For the start, oldest use first.
  void restore(std::string_view id, std::uint64_t highest, std::int64_t used_ns);

  /// Whom `client::number` stands for; empty when it is forgotten.
  std::string id_of(std::uint32_t number) const;

  std::size_t size() const;

 private:
  struct entry {
    std::shared_ptr<client> of;
    std::int64_t used_ns;
  };

  const std::shared_ptr<client>& find_or_make(std::string_view id, std::int64_t now_ns);
  void forget(std::int64_t now_ns);

  mutable std::mutex mutex_;
  std::list<entry> by_use_;  // the longest unused first
  std::unordered_map<std::string_view, std::list<entry>::iterator> by_id_;
  std::unordered_map<std::uint32_t, const std::string*> by_number_;
  std::uint64_t next_owner_ = 1;
  std::uint32_t next_number_ = 1;
};

}  // namespace logio::hub
