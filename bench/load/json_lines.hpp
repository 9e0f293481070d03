#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace logio::bench {

class verifier;

/// What a subscriber asks its lines to be.
enum class answer_format { text, ndjson, sse };

/// Takes the hub's ndjson or sse apart, for the verifier.
///
/// It holds the hub to the shape of each object and event: the members in their order, ascending
/// cursors, in sse the same cursor as id. Texts must need no escapes (the plain series). An object
/// that is the next line in every part is compared where it lies; any other is made a line of the
/// text format, which the verifier judges.
class json_lines {
 public:
  explicit json_lines(answer_format format) : format_(format) {}

  /// Bytes in pieces cut anywhere. Throws wrong_bytes.
  void feed(const char* bytes, std::size_t count, verifier& to);

 private:
  const char* take_next(const char* at, const char* end, verifier& to);
  void hand_over(verifier& to);
  void take_line(std::string_view line);
  void take_object(std::string_view object);
  void take_notice(std::string_view object);
  void learn_topic(std::string_view rest, std::string_view object);
  void put(std::string_view bytes);
  void expect_next(std::string_view cursor, std::string_view arrived);

  answer_format format_;
  std::string carry_;
  std::string out_;            // room; out_bytes_ of it are filled
  std::size_t out_bytes_ = 0;
  std::string id_;
  std::string members_;        // `","app":…,"text":"` of the object before, and what a text line
  std::string label_;          // has in its place
  std::uint64_t position_ = 0;
  std::string arrived_;
  std::string before_time_;    // of the object behind that one, if it is its neighbour
  std::string behind_time_;
  std::array<std::size_t, 2> cursor_ends_ = {};  // in before_time_; 0: there is none
};

}  // namespace logio::bench
