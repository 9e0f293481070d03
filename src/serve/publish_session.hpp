/// One `POST /` from its judged head to its outcome: reads the body, appends its records.
///
///     socket ─read─► request_body ─► (worker: content_decoder) ─► body_decoder ─► batch ─► ring
///                     chunks          compressed bodies only
///
/// Records go into the ring as they arrive: what a long upload has sent is streamed while it goes
/// on. When the ring is full nothing is read, and TCP holds the sender back. What ends a request
/// before its body leaves complete records in, and of an incomplete one nothing.
///
/// Ownership:      borrows lane, socket and deadline; the session that owns these owns it.
/// Thread safety:  belongs to its lane's thread; pieces of compressed bodies are unpacked on the
///                 server's worker, one at a time, while this waits.
/// Errors:         answer() tells them; peer_is_gone() when there is nobody to tell it.
/// Limits:         server_options::body_bytes_max, sent and unpacked; head_timeout without a byte;
///                 a packed piece of one read, an unpacked one of plain_bytes; what a record cut by
///                 a read holds, and what unpacks, counts into the hub's input_bytes_total.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "body_reader.hpp"
#include "lane.hpp"
#include "logio/net/content_decoder.hpp"
#include "logio/wire/body_decoder.hpp"
#include "open_topics.hpp"
#include "publish_outcome.hpp"
#include "publish_request.hpp"
#include "request_body.hpp"

namespace logio::serve {

class publish_session {
 public:
  static constexpr std::size_t plain_bytes = std::size_t{64} << 10;

  /// `begun` is what was read behind the head. `deadline` cancels the socket.
  publish_session(lane& owner, net::tcp_socket& socket, net::deadline& deadline,
                  publish_request request, std::string begun, std::string peer);
  publish_session(const publish_session&) = delete;
  ~publish_session();

  /// Completes when the body is through, or will not be read any further. What was accepted is in
  /// the ring then.
  net::task<> run();

  /// REQUIRES: run() has completed.
  short_answer answer() const;
  bool peer_is_gone() const noexcept { return gone_; }

 private:
  net::task<bool> read_more();
  net::task<bool> take_plain();
  net::task<bool> take_packed();
  net::task<> take_end();
  bool decode();
  bool deal_with(wire::body_decoder::status state);
  void open_topic();
  void append();
  void note_refusals();
  bool count_plain();
  void hold();
  void account();
  void fail(unsigned status, request_fault code, std::string message, std::string hint);
  void fail_body(std::string message);
  void fail_cut_off();
  void fail_too_large();
  void close_outcome() const;
  bool is_over() const noexcept { return stopped_ || outcome_.failed(); }

  lane& lane_;
  upload_room& room_;
  const publish_request request_;
  const std::string begun_;
  const std::string peer_;
  body_reader reader_;
  request_body body_;
  wire::body_decoder decoder_;
  std::unique_ptr<net::content_decoder> unpack_;  // null: not compressed
  std::unique_ptr<char[]> plain_;                 // with unpack_
  std::string packed_;
  std::string_view rest_;  // to be decoded; into the room's buffer, plain_ or held_
  std::string held_;
  open_topics topics_;
  hub::topic_ptr topic_;  // of the batch
  publish_outcome outcome_;
  std::int64_t arrival_ns_ = 0;
  std::uint64_t sent_bytes_ = 0;   // of the body, as sent
  std::uint64_t plain_total_ = 0;  // as unpacked
  std::size_t counted_bytes_ = 0;  // what of the hub's input_bytes_total is this one's
  bool complete_ = false;  // the body is
  bool stopped_ = false;   // the decoder has lost the framing
  bool gone_ = false;
};

}  // namespace logio::serve
