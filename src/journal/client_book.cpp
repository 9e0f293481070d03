#include "client_book.hpp"

#include <algorithm>

namespace logio::journal {

void client_book::note(std::string_view id, std::uint64_t highest, std::int64_t used_ns) {
  if (id.empty()) return;
  state& s = clients_[std::string(id)];
  s.highest = std::max(s.highest, highest);
  s.used_ns = std::max(s.used_ns, used_ns);
  if (clients_.size() > 2 * clients_max) newest(used_ns);
}

std::vector<client_state> client_book::newest(std::int64_t now_ns) {
  std::erase_if(clients_, [now_ns](const auto& c) {
    return c.second.used_ns < now_ns && now_ns - c.second.used_ns > unused_ns_max;
  });
  std::vector<client_state> out;
  out.reserve(clients_.size());
  for (const auto& [id, s] : clients_) out.push_back({id, s.highest, s.used_ns});
  const auto newer = [](const client_state& a, const client_state& b) {
    return a.used_ns > b.used_ns;
  };
  if (out.size() > clients_max) {
    std::nth_element(out.begin(), out.begin() + clients_max, out.end(), newer);
    for (std::size_t i = clients_max; i < out.size(); ++i) clients_.erase(out[i].id);
    out.resize(clients_max);
  }
  std::sort(out.begin(), out.end(), [](const client_state& a, const client_state& b) {
    return a.used_ns < b.used_ns;
  });
  return out;
}

}  // namespace logio::journal
