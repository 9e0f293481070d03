#pragma once

#include "json_lines.hpp"
#include "subscriber.hpp"
#include "wire.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace logio::bench {

/// How lines are let out.
enum class flow_kind {
  closed,  ///< never more than `window_lines` ahead of the slowest subscriber
  open,    ///< as fast as the sockets take them
  paced,   ///< `rate` lines a second, each its own write
  steady   ///< `rate` lines a second, in blocks
};

/// One run of the generator.
struct options {
  system_kind system = system_kind::logio;
  publish_format format = publish_format::json;
  answer_format answer = answer_format::text;
  series::kind lines = series::kind::plain;
  std::uint64_t seed = 1;
  flow_kind flow = flow_kind::closed;
  std::uint32_t publishers = 1;
  std::uint32_t active = 0;  ///< publishers that send on; the others send one line. 0: all
  std::uint32_t topics = 1;
  std::vector<subscriber_group> groups;
  std::uint16_t publish_port = 0;
  std::uint16_t subscribe_port = 0;
  pid_t server_pid = 0;
  int core = -1;
  std::uint64_t window_lines = 20'000;
  std::uint64_t blocks_per_write = 4;
  bool may_shed = false;  ///< a reader that keeps up may lose lines too, if it is told
  double rate = 20'000;
  double joins = 0;              ///< readers of history that come each second
  std::string join_query;
  std::uint64_t join_lines = 0;  ///< what each reads before it leaves
  double warmup_s = 0.3;
  double seconds = 1.0;
  double settle_s = 0.3;
  double patience_s = 20;
};

/// What `--help` prints.
extern const char* const usage;

/// Reads the command line. Throws std::invalid_argument that names the argument.
options parse_options(int argc, char** argv);

}  // namespace logio::bench
