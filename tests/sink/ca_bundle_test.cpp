#include "sink/ca_bundle.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace logio::sink;

TEST_CASE("the first place that can be read is taken, and none is said as such") {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("logio-ca-" + std::to_string(Catch::getSeed()));
  std::filesystem::create_directories(folder);
  const std::string absent = (folder / "absent.pem").string();
  const std::string present = (folder / "present.pem").string();
  std::ofstream(present) << "certificates\n";
  const std::array<std::string_view, 2> places{absent, present};
  CHECK(find_ca_bundle(places) == present);
  CHECK(find_ca_bundle(std::span(places).first(1)).empty());
  std::filesystem::remove_all(folder);
}

TEST_CASE("Debian's place is looked at first") {
  CHECK(usual_ca_bundles().front() == "/etc/ssl/certs/ca-certificates.crt");
  CHECK(usual_ca_bundles().size() >= 4);
}
