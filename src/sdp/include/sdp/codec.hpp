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

// A codec as a description has it: views into its text.
struct CodecView {
  std::uint8_t payload_type = 0;
  std::uint8_t channels = 1;
  std::uint32_t clock_rate = 8000;
  std::string_view name;
  std::string_view fmtp;

  CodecView() = default;
  constexpr CodecView(std::uint8_t payload_type_, std::uint8_t channels_, std::uint32_t clock_rate_,
                      std::string_view name_, std::string_view fmtp_)
      : payload_type(payload_type_), channels(channels_), clock_rate(clock_rate_), name(name_), fmtp(fmtp_) {}
  CodecView(const Codec& c)  // NOLINT(google-explicit-constructor): a view of it, as string_view is of string
      : payload_type(c.payload_type), channels(c.channels), clock_rate(c.clock_rate), name(c.name), fmtp(c.fmtp) {}

  [[nodiscard]] Codec own() const { return {payload_type, std::string(name), clock_rate, channels, std::string(fmtp)}; }
  [[nodiscard]] bool same_encoding(const CodecView& other) const;
  [[nodiscard]] bool is_telephone_event() const;
  friend bool operator==(const CodecView&, const CodecView&) = default;
};

// What a static payload type means when no rtpmap says so (RFC 3551 table 4); nothing for the others.
[[nodiscard]] std::optional<CodecView> static_codec_view(std::uint8_t payload_type);

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
