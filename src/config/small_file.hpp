/// Whole small files: a configuration, a secret, a certificate.
///
/// Thread safety:  free functions: any thread.
/// Errors:         a phrase that goes on behind the path: `cannot be read: ...`.
/// Limits:         only regular files: a pipe could make the caller wait for ever.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "logio/config/flag_table.hpp"

namespace logio::config {

struct bad_file {
  std::string why;
};
using file_text = boost::system::result<std::string, bad_file>;

/// The content of the file at `path`, at most `bytes_max` bytes.
file_text read_small_file(const std::string& path, std::size_t bytes_max);

/// Reads the secret in the file that it is given: all but the line end at its end. Refuses an
/// empty one, and more than 64 KiB.
setter set_secret_from_file(std::string& to);

/// Takes the path of a file that can be read and holds PEM with `label` in it (`CERTIFICATE`).
setter set_pem_file(std::string& to, std::string label);

}  // namespace logio::config
