// Offer and answer for one audio stream (RFC 3264), as a value without I/O: one sdp::Session a call leg (copy it for a
// further early dialog). It remembers origin and version, the m= lines of earlier exchanges, and what was agreed last.
//
//   caller        make_offer -> accept_answer        a refused offer: rollback, the earlier agreement stands
//   callee        receive_offer (while it rings) -> answer(local), or answer(offer, local) at once
//   late offer    callee: make_offer in the 200, accept_answer from the ACK; caller: answer(offer, local) into the ACK
//   hold          LocalAudio::direction SendOnly or Inactive, rfc2543_hold also writes c=0.0.0.0 (RFC 3264 §8.4)
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "sdp/codec.hpp"

namespace offhook::sdp {

// What our side wants of the stream. In an answer the direction is a wish: RFC 3264 §6.1 narrows it to what the offer
// lets.
struct LocalAudio {
  Endpoint rtp;
  std::vector<Codec> codecs;  // in order of preference, telephone-event among them
  Direction direction = Direction::SendRecv;
  milliseconds ptime{20};     // 0: no a=ptime
  bool rfc2543_hold = false;  // c=0.0.0.0 (IPv6: ::)
};

// What both sides agreed on.
struct Negotiated {
  Endpoint local;
  Endpoint remote;
  std::vector<Codec>
      codecs;  // common ones in the answer's order, with the payload types that the peer expects; no telephone-event
  Direction direction = Direction::SendRecv;            // ours: what we may send and shall expect
  milliseconds ptime{20};                               // what the peer asks for, else ours, else 20 ms
  bool on_hold_by_remote = false;                       // the peer does not want to hear us
  std::optional<std::uint8_t> telephone_event_payload;  // as the peer expects it

  friend bool operator==(const Negotiated&, const Negotiated&) = default;
};

class Session {
 public:
  enum class State : std::uint8_t { Idle, OfferSent, OfferReceived, Stable };

  // `origin_id` is drawn by the caller from its Random; it is the sess-id of our o= line.
  explicit Session(std::uint64_t origin_id = 1, std::string username = "-");

  // Any state but OfferReceived makes sense; a second offer replaces an unanswered one.
  [[nodiscard]] std::string make_offer(const LocalAudio& local);
  // Keeps the offer for answer(local). An Error is what the user agent answers 488 to (or 400 when it is no SDP), or
  // 491 when an own offer is open; the state is then as before.
  Result<void> receive_offer(std::string_view offer, const LocalAudio& local);
  Result<std::string> answer(const LocalAudio& local);
  Result<std::string> answer(std::string_view offer, const LocalAudio& local);
  // After an Error the offer is still open: rollback() or end the call.
  Result<void> accept_answer(std::string_view answer);
  // The open offer, ours or theirs, came to nothing: back to Stable with what was agreed before, or to Idle.
  void rollback();

  // Nothing before the first agreement and when the audio stream was refused (port 0).
  [[nodiscard]] std::optional<Negotiated> negotiated() const { return negotiated_; }
  [[nodiscard]] State state() const { return state_; }
  // The last descriptions, as sent and received; empty before.
  [[nodiscard]] const std::string& local_description() const { return local_text_; }
  [[nodiscard]] const std::string& remote_description() const { return remote_text_; }

 private:
  // One m= line of the session, in order; the number of lines never shrinks (RFC 3264 §8).
  struct Stream {
    std::string refused_line;  // "video 0 RTP/AVP 31"; empty for the one line that is our audio
  };

  [[nodiscard]] std::string render(const LocalAudio& local, const std::vector<Codec>& codecs, Direction direction);
  [[nodiscard]] std::vector<Codec> codecs_to_offer(const LocalAudio& local) const;
  void settle(std::string remote_text, std::optional<Negotiated> negotiated);

  std::uint64_t origin_id_;
  std::string username_;
  std::uint64_t version_ = 0;
  State state_ = State::Idle;
  std::vector<Stream> streams_;
  LocalAudio offered_;              // our open offer
  std::string open_offer_;          // theirs
  std::vector<Codec> sent_codecs_;  // of our last description: a payload type keeps its meaning (RFC 3264 §8.3.2)
  std::string last_body_;           // what followed the o= line last time: the version counts its changes
  std::string local_text_, remote_text_;
  std::optional<Negotiated> negotiated_;
};

}  // namespace offhook::sdp
