/// Records on their way from the input of `ship` to its sink, some hundred KiB at a time.
///
///     input ─► ship_writer: number, filter, copy ─► piece ─► ship_source ─► runner
///
/// Every record of the input has a number, from 1 on, also one that is not wanted: behind what is
/// settled an input can let go.
///
/// Ownership:      a piece owns its records and, together with others, their topics.
/// Thread safety:  distinct objects.
/// Limits:         a piece has about piece_bytes; one larger record comes alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "logio/filter/filter.hpp"
#include "logio/record/batch_builder.hpp"
#include "logio/record/record.hpp"
#include "logio/record/topic.hpp"
#include "logio/sink/source.hpp"

namespace logio::app {

struct ship_row {
  std::size_t at = 0;  ///< of the record in the piece's bytes
  const record::topic* topic = nullptr;
  std::int64_t arrival_ns = 0;
  std::uint64_t number = 0;
  sink::log_place place;
  /// Why it can be given to no peer; empty: it can.
  std::string unusable;
};

struct ship_piece {
  std::vector<std::byte> bytes;
  std::vector<ship_row> rows;
  std::vector<std::shared_ptr<const record::topic>> topics;
  /// Of the last record that is in it or was passed over since the piece in front.
  std::uint64_t last_number = 0;
  sink::log_place last_place;
  sink::clock::time_point begun;
  std::size_t held_bytes = 0;  ///< what it counts for while the source has it
};

/// Makes pieces.
class ship_writer {
 public:
  static constexpr std::size_t piece_bytes = std::size_t{256} << 10;

  explicit ship_writer(filter::filter wanted) : wanted_(std::move(wanted)) {}

  /// The record's number. `place` is where the input goes on behind it, if it can.
  std::uint64_t add(const record::view& r, const record::topic& topic, std::int64_t arrival_ns,
                    const sink::log_place& place);
  /// One that goes to the dead letters, whatever is wanted.
  std::uint64_t add_unusable(const record::view& r, const record::topic& topic,
                             std::int64_t arrival_ns, std::string why);

  /// Up to `place` there is nothing.
  void pass(const sink::log_place& place);

  /// Whether what is there is to be handed on.
  bool is_full() const noexcept { return piece_ && piece_->bytes.size() >= piece_bytes; }
  /// Null: nothing was added since the last one.
  std::unique_ptr<ship_piece> take();

  std::uint64_t last_number() const noexcept { return number_; }

 private:
  struct known_topic {
    std::shared_ptr<const record::topic> topic;
    bool wanted = false;
  };

  const known_topic& know(const record::topic& topic);
  void append(const record::view& r, const known_topic& topic, std::int64_t arrival_ns,
              const sink::log_place& place, std::string unusable);
  ship_piece& open();

  const filter::filter wanted_;
  std::map<record::topic, known_topic> topics_;
  const known_topic* last_ = nullptr;
  std::unique_ptr<ship_piece> piece_;
  std::uint64_t number_ = 0;
};

}  // namespace logio::app
