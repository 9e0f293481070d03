/// Segments and directories for the journal's tests.
#pragma once

#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "logio/journal/segment_builder.hpp"
#include "logio/journal/segment_reader.hpp"
#include "logio/record/batch_builder.hpp"
#include "support/temporary_folder.hpp"

namespace logio::journal {

inline constexpr std::int64_t second = 1'000'000'000;

using file_bytes = std::vector<std::byte>;

inline void write_file(const std::string& path, const file_bytes& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
}

inline file_bytes read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

/// The records `first` to `first + count - 1`, each with its number as text.
inline record::batch_builder numbered(std::uint64_t first, std::uint32_t count) {
  record::batch_builder made(64 << 10);
  for (std::uint64_t n = first; n < first + count; ++n) {
    record::head h;
    h.time_ns = static_cast<std::int64_t>(n) * second;
    made.append(h, "record " + std::to_string(n), n % 3 == 0 ? "\x81\xa1k\x01" : "");
  }
  return made;
}

/// Says what the frames of a segment hold, one line each.
inline std::string tell(const frame& f) {
  switch (f.head.kind) {
    case frame_kind::topic: {
      const numbered_topic t = as_topic(f);
      return "topic " + std::to_string(t.number) + ' ' + t.topic.app + '/' + t.topic.proc + '/' +
             t.topic.host + '\n';
    }
    case frame_kind::batch: {
      const batch b = as_batch(f);
      std::string out = "batch " + std::to_string(b.first_position) + " of " +
                        std::to_string(b.topic) + ':';
      for (const record::view r : record::batch_view(b.records.data(), b.records.size())) {
        out.append(1, ' ').append(r.text());
      }
      if (!b.client.empty()) {
        out.append(" by ").append(b.client).append(" to ").append(std::to_string(b.sequence));
      }
      return out + '\n';
    }
    case frame_kind::gap: {
      const gap g = as_gap(f);
      return "gap " + std::to_string(g.first_position) + " of " + std::to_string(g.count) + '\n';
    }
    case frame_kind::clients: {
      std::string out = "clients";
      for (const client_state& c : as_clients(f)) {
        out.append(1, ' ').append(c.id).append(1, '=').append(std::to_string(c.highest));
      }
      return out + '\n';
    }
    case frame_kind::footer:
      return "footer\n";
  }
  return "?\n";
}

/// A small segment with every kind of frame: records 1 to 3, a gap of 5, records 9 to 12.
inline file_bytes small_segment(bool sealed) {
  file_bytes out;
  segment_builder b({0x0123456789abcdef, 1, 7 * second, 0xfeedface});
  b.begin(out);
  const std::vector<client_state> clients = {{"c1", 17, second}, {"another", 4, 2 * second}};
  b.add_clients(out, clients);
  b.add_topic(out, 5, {"shop", "web", "h1"});
  const auto first = numbered(1, 2);
  b.add_batch(out, {1, 10 * second, 2, 5, {first.data(), first.bytes()}});
  b.add_topic(out, 6, {"a", "", ""});
  const auto second_batch = numbered(3, 1);
  b.add_batch(out, {3, 11 * second, 1, 6, {second_batch.data(), second_batch.bytes()}, "c1", 18});
  b.add_gap(out, {4, 5, 11 * second, 12 * second});
  const auto last = numbered(9, 4);
  b.add_batch(out, {9, 13 * second, 4, 5, {last.data(), last.bytes()}});
  if (sealed) b.seal(out);
  return out;
}

inline constexpr std::string_view small_segment_told =
    "clients c1=17 another=4\n"
    "topic 5 shop/web/h1\n"
    "batch 1 of 5: record 1 record 2\n"
    "topic 6 a//\n"
    "batch 3 of 6: record 3 by c1 to 18\n"
    "gap 4 of 5\n"
    "batch 9 of 5: record 9 record 10 record 11 record 12\n";

}  // namespace logio::journal
