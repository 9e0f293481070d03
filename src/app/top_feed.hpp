/// Looks at a hub on a thread of its own, so that keys are answered while the hub is slow.
///
/// Ownership:      the thread keeps what it needs; one that waits for a hub outlives the feed by up
///                 to a page's time-out, so the process is to end by _exit() (is_busy()).
/// Thread safety:  one thread.
/// Limits:         one look at a time, and two snapshots.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "logio/config/endpoint_url.hpp"
#include "top_snapshot.hpp"

namespace logio::app {

struct top_news {
  std::shared_ptr<const top_snapshot> snapshot;  ///< null: `why` there is none
  std::string why;
};

class top_feed {
 public:
  top_feed(config::hub_url hub, std::string query, std::shared_ptr<const top_snapshot> first);
  top_feed(const top_feed&) = delete;
  ~top_feed();

  /// Readable when there is news.
  int descriptor() const noexcept;
  void ask();
  bool is_busy() const;
  std::optional<top_news> take();

 private:
  struct shared;
  static void work(const std::shared_ptr<shared>& s);
  std::shared_ptr<shared> shared_;
};

}  // namespace logio::app
