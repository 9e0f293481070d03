#include "sink/parallel_client.hpp"

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include "logio/base/result.hpp"

namespace logio::sink {
namespace {

/// Adds what became of the items from `first` on.
void add(outcome& to, outcome& part, std::size_t first) {
  std::copy(part.fates.begin(), part.fates.end(),
            to.fates.begin() + static_cast<std::ptrdiff_t>(first));
  for (outcome::refusal& r : part.refusals) {
    to.refusals.push_back({first + r.item, std::move(r.why)});
  }
  to.sent_bytes += part.sent_bytes;
  to.cut_records += part.cut_records;
  if (part.error.empty()) return;
  // One that has failed counts more than one that is only busy.
  const bool tells = to.error.empty() || (to.busy && !part.busy);
  if (tells) to.error = std::move(part.error);
  if (tells) to.busy = part.busy;
}

}  // namespace

parallel_client::parallel_client(std::vector<std::unique_ptr<client>> clients)
    : clients_(std::move(clients)) {
  LOGIO_ASSERT(!clients_.empty(), "there is a client");
}

void parallel_client::begin() noexcept {
  for (const auto& c : clients_) c->begin();
}

void parallel_client::deliver(std::span<const item> items, outcome& out) {
  const std::size_t parts = std::min(clients_.size(), items.size() / part_records_min);
  if (well_ && parts > 1) {
    deliver_parts(items, parts, out);
  } else {
    clients_.front()->deliver(items, out);
  }
  well_ = out.error.empty();
}

void parallel_client::deliver_parts(std::span<const item> items, std::size_t parts,
                                    outcome& out) {
  outcomes_.assign(parts, {});
  const auto begin_of = [&](std::size_t part) { return items.size() * part / parts; };
  const auto run = [&](std::size_t part) {
    const std::size_t first = begin_of(part), count = begin_of(part + 1) - first;
    outcomes_[part].fates.assign(count, fate::pending);
    clients_[part]->deliver(items.subspan(first, count), outcomes_[part]);
  };
  std::vector<std::thread> threads;
  threads.reserve(parts - 1);
  std::size_t started = 1;
  try {
    for (; started < parts; ++started) threads.emplace_back(run, started);
  } catch (const std::system_error&) {
    // No thread is to be had: what is left goes one after the other.
  }
  run(0);
  for (std::size_t part = started; part < parts; ++part) run(part);
  for (std::thread& t : threads) t.join();
  out.fates.assign(items.size(), fate::pending);
  out.refusals.clear();
  out.sent_bytes = out.cut_records = 0;
  out.error.clear();
  out.busy = false;
  for (std::size_t part = 0; part < parts; ++part) add(out, outcomes_[part], begin_of(part));
}

void parallel_client::close() noexcept {
  for (const auto& c : clients_) c->close();
}

void parallel_client::end() noexcept {
  for (const auto& c : clients_) c->end();
}

void parallel_client::interrupt() noexcept {
  for (const auto& c : clients_) c->interrupt();
}

}  // namespace logio::sink
