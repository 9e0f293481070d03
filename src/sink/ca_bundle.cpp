#include "sink/ca_bundle.hpp"

#include <unistd.h>

#include <array>

namespace logio::sink {
namespace {

constexpr std::array<std::string_view, 5> places_of_distributions{
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
};

}  // namespace

std::span<const std::string_view> usual_ca_bundles() noexcept { return places_of_distributions; }

std::string find_ca_bundle(std::span<const std::string_view> places) {
  for (const std::string_view place : places) {
    std::string path(place);
    if (::access(path.c_str(), R_OK) == 0) return path;
  }
  return {};
}

}  // namespace logio::sink
