/// Where the system keeps the certificates that it trusts.
///
/// A static OpenSSL knows only the folder that its builder had; distributions differ, and an image
/// without one has none. So the usual places are looked at, and whoever finds nothing says so.
///
/// Thread safety:  any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace logio::sink {

/// One file with all certificates: Debian and Alpine, Fedora and RHEL, SUSE, BSD.
std::span<const std::string_view> usual_ca_bundles() noexcept;

/// The first that can be read; empty when there is none.
std::string find_ca_bundle(std::span<const std::string_view> places = usual_ca_bundles());

}  // namespace logio::sink
