// Encryption of one session: what leaves is sealed, what arrives is opened, or neither passes. Plain sessions have no
// state here and cost one comparison a packet.
// RFC 3711; keys from SDP (RFC 4568). Each direction has its own context. A key of ours that stays keeps its context,
// and with it the rollover counter, also where another, or none, was in use for a while; after new keys of the peer the
// old ones count until some packets were good under the new (RFC 3264 §8.3.1: what is on its way, and overtakes one
// another).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "media/stats.hpp"
#include "rtp/srtp.hpp"
#include "sdp/offer_answer.hpp"

namespace offhook::media {

class SrtpGate {
 public:
  SrtpGate();
  ~SrtpGate();
  SrtpGate(SrtpGate&&) noexcept;
  SrtpGate& operator=(SrtpGate&&) noexcept;

  // From now on; nothing: plain. Keys that cannot be used let nothing through.
  void set_keys(const std::optional<sdp::SrtpKeys>& keys);

  // The packet is bytes[begin..]. False leaves nothing of it: it must not go out.
  [[nodiscard]] bool seal_rtp(std::vector<std::uint8_t>& bytes, std::size_t begin, SrtpStats& stats);
  [[nodiscard]] bool seal_rtcp(std::vector<std::uint8_t>& bytes, std::size_t begin, SrtpStats& stats);
  // The packet in the clear, within `room` where it was encrypted; empty when it is refused, which is counted.
  [[nodiscard]] std::span<const std::uint8_t> open_rtp(std::span<const std::uint8_t> packet, rtp::SrtpBuffer& room,
                                                       SrtpStats& stats);
  [[nodiscard]] std::span<const std::uint8_t> open_rtcp(std::span<const std::uint8_t> packet, rtp::SrtpBuffer& room,
                                                        SrtpStats& stats);

 private:
  struct State;
  [[nodiscard]] bool is_plain() const;
  std::unique_ptr<State> state_;
};

}  // namespace offhook::media
