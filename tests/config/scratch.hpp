/// A file of a test's own, gone with the object.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

namespace logio::config {

class scratch_file {
 public:
  explicit scratch_file(std::string_view content) {
    const int fd = ::mkstemp(path_.data());
    REQUIRE(fd >= 0);
    REQUIRE(::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    ::close(fd);
  }
  scratch_file(const scratch_file&) = delete;
  scratch_file& operator=(const scratch_file&) = delete;
  ~scratch_file() { ::unlink(path_.c_str()); }

  const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/logio-config-XXXXXX";
};

}  // namespace logio::config
