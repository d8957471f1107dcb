// Words that SDP and the media layer share: a codec as rtpmap and fmtp describe it, and the direction of a stream.
// RFC 8866 §6.6 (rtpmap), §6.7 (direction), §6.15 (fmtp); RFC 3551 §6 for the static payload types.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::sdp {

struct Codec {
  std::uint8_t payload_type = 0;
  std::string name;  // encoding name, compared without regard to case
  std::uint32_t clock_rate = 8000;
  std::uint8_t channels = 1;
  std::string fmtp;  // format parameters, empty when there are none

  // The same encoding, whatever number the payload type has.
  [[nodiscard]] bool same_encoding(const Codec& other) const;
  [[nodiscard]] bool is_telephone_event() const;
  friend bool operator==(const Codec&, const Codec&) = default;
};

// What a static payload type means when no rtpmap says so (RFC 3551 table 4); nothing for the others.
[[nodiscard]] std::optional<Codec> static_codec(std::uint8_t payload_type);

[[nodiscard]] inline Codec pcmu() { return {0, "PCMU", 8000, 1, {}}; }
[[nodiscard]] inline Codec pcma() { return {8, "PCMA", 8000, 1, {}}; }
[[nodiscard]] inline Codec telephone_event(std::uint8_t payload_type = 101) {
  return {payload_type, "telephone-event", 8000, 1, "0-15"};
}

// Seen from the side whose description carries it.
enum class Direction : std::uint8_t { SendRecv, SendOnly, RecvOnly, Inactive };

[[nodiscard]] constexpr bool sends(Direction d) { return d == Direction::SendRecv || d == Direction::SendOnly; }
[[nodiscard]] constexpr bool receives(Direction d) { return d == Direction::SendRecv || d == Direction::RecvOnly; }
[[nodiscard]] constexpr Direction make_direction(bool send, bool receive) {
  if (send) return receive ? Direction::SendRecv : Direction::SendOnly;
  return receive ? Direction::RecvOnly : Direction::Inactive;
}
[[nodiscard]] std::string_view direction_text(Direction d);  // "sendrecv", ...
[[nodiscard]] std::optional<Direction> parse_direction(std::string_view text);

}  // namespace offhook::sdp
