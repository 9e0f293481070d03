/// Several clients of one peer that share each batch, for peers that do not mind the order.
///
///     batch ─┬─ first part ──► client ─┐
///            └─ second part ─► client ─┴─► fates, in the batch's order
///
/// A server indexes one request on one core, and stands still while the next one is on its way: two
/// requests at a time keep it busy. Until a call went well, and after one that did not, only the
/// first client is used, so that a peer in trouble is asked by one.
///
/// Ownership:      owns the clients; a thread for each but the first lives for a call.
/// Thread safety:  as client; each of its clients is used by one thread at a time.
/// Limits:         parts have at least part_records_min records.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "logio/sink/client.hpp"

namespace logio::sink {

class parallel_client final : public client {
 public:
  static constexpr std::size_t part_records_min = 100;

  /// REQUIRES: at least one client.
  explicit parallel_client(std::vector<std::unique_ptr<client>> clients);

  void begin() noexcept override;
  void deliver(std::span<const item> items, outcome& out) override;
  void close() noexcept override;
  void end() noexcept override;
  void interrupt() noexcept override;

 private:
  void deliver_parts(std::span<const item> items, std::size_t parts, outcome& out);

  const std::vector<std::unique_ptr<client>> clients_;
  std::vector<outcome> outcomes_;  // of the parts of a call
  bool well_ = false;              // the last call was
};

}  // namespace logio::sink
