#include "net/name_lookup.hpp"

#include <fmt/core.h>
#include <poll.h>

#include <atomic>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "logio/base/result.hpp"

namespace logio::net {

/// Written by the thread until it is `complete`, read by the owner from then on.
struct name_lookup::answer {
  int code = EAI_AGAIN;
  std::vector<found_address> addresses;
  std::atomic<bool> complete{false};
  interruption done;  // wakes the owner
};

namespace {

int look_up(name_lookup::resolver resolve, const std::string& host, const std::string& service,
            int socket_type, int flags, std::vector<found_address>& out) {
  addrinfo hints{};
  hints.ai_socktype = socket_type;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  if (const int code = resolve(host.c_str(), service.c_str(), &hints, &found); code != 0) {
    return code;
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    if (at->ai_addrlen > sizeof(sockaddr_storage)) continue;
    found_address& address = out.emplace_back();
    std::memcpy(&address.name, at->ai_addr, at->ai_addrlen);
    address.bytes = at->ai_addrlen;
  }
  return out.empty() ? EAI_NONAME : 0;
}

}  // namespace

name_lookup::name_lookup(std::string host, std::uint16_t port, int socket_type, resolver resolve)
    : host_(std::move(host)),
      service_(std::to_string(port)),
      socket_type_(socket_type),
      resolve_(resolve) {}

void name_lookup::start() {
  auto fresh = std::make_shared<answer>();
  std::thread([to = fresh, resolve = resolve_, host = host_, service = service_,
               type = socket_type_] {
    to->code = look_up(resolve, host, service, type, 0, to->addresses);
    to->complete.store(true, std::memory_order_release);  // partner: take()
    to->done.raise();
  }).detach();
  pending_ = std::move(fresh);
}

bool name_lookup::run(const interruption& interrupted, deadline_time deadline) {
  addresses_.clear();
  error_.clear();
  if (look_up(&::getaddrinfo, host_, service_, socket_type_, AI_NUMERICHOST | AI_NUMERICSERV,
              addresses_) == 0) {
    return true;
  }
  try {
    if (!pending_) start();
  } catch (const std::system_error& e) {
    error_ = fmt::format("the name cannot be looked up: no thread or descriptor is left ({})",
                         e.code().message());
    return false;
  }
  switch (interrupted.wait(pending_->done.descriptor(), POLLIN, deadline)) {
    case interruption::waited::ready: return take(*std::exchange(pending_, nullptr));
    case interruption::waited::interrupted: error_ = "interrupted"; return false;
    case interruption::waited::timed_out: break;
  }
  error_ = "the name cannot be resolved (no answer of the name servers in time)";
  return false;
}

bool name_lookup::take(const answer& from) {
  // partner: start()
  LOGIO_ASSERT(from.complete.load(std::memory_order_acquire), "a look-up wakes when it is done");
  if (from.code != 0 && host_ == "localhost") {
    // An image without /etc/hosts has no such name, but every machine has the address.
    look_up(&::getaddrinfo, "127.0.0.1", service_, socket_type_, AI_NUMERICHOST, addresses_);
    look_up(&::getaddrinfo, "::1", service_, socket_type_, AI_NUMERICHOST, addresses_);
    return true;
  }
  if (from.code != 0) {
    error_ = fmt::format("the name cannot be resolved ({})", ::gai_strerror(from.code));
    return false;
  }
  addresses_ = from.addresses;
  return true;
}

}  // namespace logio::net
