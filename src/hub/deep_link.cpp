#include "deep_link.hpp"

#include <utility>

#include "logio/base/result.hpp"

namespace logio::hub {

struct deep_link::shared {
  // The dispatcher's thread:
  std::function<void()> on_done;  // empty: nobody waits any more
  bool busy = false;
  // Of whoever works while it is busy, of the dispatcher's thread otherwise:
  std::unique_ptr<deep_reader> reader;
  std::optional<deep_piece> piece;
  std::optional<deep_start> start;
};

deep_link::deep_link(const deep_access& access, const filter::filter& wanted,
                     std::function<void()> on_done)
    : access_(access), wanted_(wanted), shared_(std::make_shared<shared>()) {
  shared_->on_done = std::move(on_done);
}

deep_link::~deep_link() { shared_->on_done = nullptr; }

bool deep_link::busy() const noexcept { return shared_->busy; }

template <class Work>
void deep_link::give(Work work) {
  LOGIO_ASSERT(!shared_->busy, "a reader of history has one order out at a time");
  shared_->busy = true;
  if (!shared_->reader) shared_->reader = access_.log->open(wanted_);
  access_.log->run([state = shared_, post = access_.post, work = std::move(work)](
                       std::shared_ptr<void> ticket) {
    work(*state, std::move(ticket));
    post([state] {
      state->busy = false;
      if (state->on_done) state->on_done();
    });
  });
}

void deep_link::read(const deep_order& order) {
  give([order](shared& state, std::shared_ptr<void> ticket) {
    state.piece = state.reader->read(order);
    if (!state.piece->items.empty()) state.piece->ticket = std::move(ticket);
  });
}

void deep_link::find(const deep_search& search) {
  give([search](shared& state, const std::shared_ptr<void>&) {
    state.start = state.reader->find(search);
  });
}

std::optional<deep_piece> deep_link::take_piece() {
  return std::exchange(shared_->piece, std::nullopt);
}

std::optional<deep_start> deep_link::take_start() {
  return std::exchange(shared_->start, std::nullopt);
}

}  // namespace logio::hub
