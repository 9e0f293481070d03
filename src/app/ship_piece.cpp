#include "ship_piece.hpp"

#include <utility>

namespace logio::app {
namespace {

constexpr std::size_t topics_known_max = 10'000;

}  // namespace

const ship_writer::known_topic& ship_writer::know(const record::topic& topic) {
  if (last_ != nullptr && *last_->topic == topic) return *last_;
  if (topics_.size() >= topics_known_max) {
    topics_.clear();
    last_ = nullptr;
  }
  auto [at, is_new] = topics_.try_emplace(topic);
  if (is_new) {
    at->second.topic = std::make_shared<const record::topic>(topic);
    at->second.wanted = wanted_.matches_topic(topic);
  }
  last_ = &at->second;
  return *last_;
}

ship_piece& ship_writer::open() {
  if (!piece_) {
    piece_ = std::make_unique<ship_piece>();
    piece_->begun = sink::clock::now();
  }
  return *piece_;
}

void ship_writer::append(const record::view& r, const known_topic& topic,
                         std::int64_t arrival_ns, const sink::log_place& place,
                         std::string unusable) {
  ship_piece& to = open();
  if (to.topics.empty() || to.topics.back() != topic.topic) to.topics.push_back(topic.topic);
  to.rows.push_back({to.bytes.size(), topic.topic.get(), arrival_ns, number_, place,
                     std::move(unusable)});
  to.bytes.insert(to.bytes.end(), r.data(), r.data() + r.stored());
}

std::uint64_t ship_writer::add(const record::view& r, const record::topic& topic,
                               std::int64_t arrival_ns, const sink::log_place& place) {
  ++number_;
  const known_topic& of = know(topic);
  if (of.wanted && r.severity() >= wanted_.source().severity && wanted_.matches_line(r.text())) {
    append(r, of, arrival_ns, place, {});
  }
  open().last_number = number_;
  piece_->last_place = place;
  return number_;
}

std::uint64_t ship_writer::add_unusable(const record::view& r, const record::topic& topic,
                                        std::int64_t arrival_ns, std::string why) {
  ++number_;
  append(r, know(topic), arrival_ns, {}, std::move(why));
  piece_->last_number = number_;
  return number_;
}

void ship_writer::pass(const sink::log_place& place) {
  open().last_number = number_;
  piece_->last_place = place;
}

std::unique_ptr<ship_piece> ship_writer::take() { return std::exchange(piece_, nullptr); }

}  // namespace logio::app
