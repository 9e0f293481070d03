/// Where Marathon is, and how its events come from there.
///
/// Ownership:      owns its values.
/// Thread safety:  distinct objects.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace logio::input {

/// One address of the cluster.
struct marathon_node {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
  bool tls = false;
  std::string path;  ///< in front of /v2/…: empty, or `/marathon`, as it is sent (percent-encoded)
  std::string user, password;  ///< of HTTP's Basic; both or none

  bool operator==(const marathon_node&) const = default;
};

struct marathon_options {
  std::vector<marathon_node> nodes;  ///< of one cluster; empty: there is no Marathon to ask
  std::string shown_url;             ///< as it was given, secrets as ***
  std::string callback_url;          ///< of this hub, as Marathon shall post to it; empty: none
  std::string token;                 ///< sent as `Authorization: token=…`; empty: none
  std::vector<std::string> event_types;  ///< that the event stream is asked for; empty: all
  std::chrono::milliseconds check{30'000};         ///< between two looks at the registration
  std::chrono::milliseconds timeout{10'000};       ///< of a request, from connect to answer
  std::chrono::milliseconds read_timeout{60'000};  ///< of the event stream: without any byte
  std::string ca_file, cert_file, key_file;        ///< PEM; empty: the system's, or none
  bool tls_verify = true;

  bool operator==(const marathon_options&) const = default;
};

}  // namespace logio::input
