// The decisions of offer and answer as pure functions from two sides' facts to values (RFC 3264 §6, §7).
// Private to sdp.
#pragma once
#include <optional>
#include <vector>

#include "sdp/offer_answer.hpp"
#include "sdp/session_description.hpp"

namespace offhook::sdp {

// The peer's audio stream as its description has it.
struct RemoteAudio {
  std::size_t index = 0;  // which m= line
  Endpoint rtp;
  Direction direction = Direction::SendRecv;  // theirs; c=0.0.0.0 is read as "does not receive" (RFC 3264 §8.4)
  std::vector<Codec> codecs;
  std::optional<milliseconds> ptime;
};

// RTP/AVP audio with a port is what we can do; the rest is refused line by line.
[[nodiscard]] bool is_usable_audio(const Media& m);
[[nodiscard]] Result<RemoteAudio> read_audio(const SessionDescription& description, std::size_t index);

// Their codecs that we have too, in their order with their payload types and parameters, each encoding once.
[[nodiscard]] std::vector<Codec> common_codecs(const std::vector<Codec>& theirs, const std::vector<Codec>& ours);
// True when there is something to speak with: telephone-event alone is not.
[[nodiscard]] bool has_voice(const std::vector<Codec>& codecs);

// RFC 3264 §6.1: we send when we want to and they receive, and the other way round.
[[nodiscard]] constexpr Direction narrow(Direction ours, Direction theirs) {
  return make_direction(sends(ours) && receives(theirs), receives(ours) && sends(theirs));
}

[[nodiscard]] Negotiated make_negotiated(const LocalAudio& local, const RemoteAudio& remote, std::vector<Codec> common,
                                         Direction direction, bool on_hold_by_remote);

}  // namespace offhook::sdp
