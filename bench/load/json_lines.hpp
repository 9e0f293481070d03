#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace logio::bench {

class verifier;

/// What a subscriber asks its lines to be.
enum class answer_format { text, ndjson, sse };

/// Turns the hub's ndjson or sse into the lines of its text format, for the verifier.
///
/// It holds the hub to the shape of each object and event: the members in their order, ascending
/// cursors, in sse the same cursor as id. Texts must need no escapes (the plain series).
class json_lines {
 public:
  explicit json_lines(answer_format format) : format_(format) {}

  /// Bytes in pieces cut anywhere. Throws wrong_bytes.
  void feed(const char* bytes, std::size_t count, verifier& to);

 private:
  void take_line(std::string_view line);
  void take_object(std::string_view object);
  void take_notice(std::string_view object);
  void learn_topic(std::string_view rest, std::string_view object);
  void put(std::string_view bytes);

  answer_format format_;
  std::string carry_;
  std::string out_;            // room; out_bytes_ of it are filled
  std::size_t out_bytes_ = 0;
  std::string id_;
  std::string members_;        // `","app":…,"text":"` of the object before, and what a text line
  std::string label_;          // has in its place
  std::uint64_t position_ = 0;
};

}  // namespace logio::bench
