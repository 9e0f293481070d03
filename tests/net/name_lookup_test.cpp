#include "net/name_lookup.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <semaphore>

#include "net/support.hpp"

namespace logio::net {
namespace {

using namespace std::chrono_literals;

std::counting_semaphore<8> answers(0);
std::atomic<int> asked{0};

// A resolver whose servers are slow: it answers when the test says so.
int slow_resolver(const char*, const char* service, const addrinfo* hints, addrinfo** found) {
  ++asked;
  answers.acquire();
  return ::getaddrinfo("127.0.0.1", service, hints, found);
}

int failing_resolver(const char*, const char*, const addrinfo*, addrinfo**) {
  return EAI_NONAME;
}

TEST_CASE("digits are an address without a resolver") {
  interruption none;
  name_lookup lookup("127.0.0.1", 514, SOCK_STREAM, failing_resolver);
  REQUIRE(lookup.run(none, in(10s)));
  REQUIRE(lookup.addresses().size() == 1);
  const auto* const at = reinterpret_cast<const sockaddr_in*>(lookup.addresses()[0].get());
  CHECK(at->sin_family == AF_INET);
  CHECK(ntohs(at->sin_port) == 514);
  CHECK(at->sin_addr.s_addr == htonl(INADDR_LOOPBACK));
  name_lookup v6("::1", 514, SOCK_DGRAM, failing_resolver);
  REQUIRE(v6.run(none, in(10s)));
  CHECK(v6.addresses()[0].name.ss_family == AF_INET6);
}

TEST_CASE("a name that is not known is told with the resolver's reason") {
  interruption none;
  name_lookup lookup("nobody", 514, SOCK_STREAM, failing_resolver);
  CHECK_FALSE(lookup.run(none, in(10s)));
  CHECK(lookup.error() == "the name cannot be resolved (Name or service not known)");
  CHECK(lookup.addresses().empty());
}

TEST_CASE("localhost is found without a resolver that knows it") {
  interruption none;
  name_lookup lookup("localhost", 514, SOCK_STREAM, failing_resolver);
  REQUIRE(lookup.run(none, in(10s)));
  REQUIRE(lookup.addresses().size() == 2);
  CHECK(lookup.addresses()[0].name.ss_family == AF_INET);
  CHECK(lookup.addresses()[1].name.ss_family == AF_INET6);
}

TEST_CASE("a resolver that does not answer is waited for as long as said, and not asked twice") {
  interruption none, raised;
  raised.raise();
  asked = 0;
  name_lookup lookup("slow", 514, SOCK_STREAM, slow_resolver);
  CHECK_FALSE(lookup.run(none, in(20ms)));
  CHECK(lookup.error() == "the name cannot be resolved (no answer of the name servers in time)");
  CHECK_FALSE(lookup.run(raised, in(10s)));
  CHECK(lookup.error() == "interrupted");
  answers.release();
  REQUIRE(lookup.run(none, in(10s)));
  CHECK(lookup.addresses().size() == 1);
  CHECK(asked == 1);
  answers.release();
  REQUIRE(lookup.run(none, in(10s)));  // the next one is fresh
  CHECK(asked == 2);

  CHECK_FALSE(lookup.run(raised, in(10s)));
  answers.release();  // its owner goes while it runs, or before
}

}  // namespace
}  // namespace logio::net
