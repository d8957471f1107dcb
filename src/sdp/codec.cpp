#include "sdp/codec.hpp"

#include <array>
#include <utility>

#include "base/ascii.hpp"

namespace offhook::sdp {

bool Codec::same_encoding(const Codec& other) const {
  return clock_rate == other.clock_rate && channels == other.channels && iequals(name, other.name);
}

bool Codec::is_telephone_event() const { return iequals(name, "telephone-event"); }

std::optional<Codec> static_codec(std::uint8_t payload_type) {
  struct Row {
    std::uint8_t payload_type;
    std::string_view name;
    std::uint32_t clock_rate;
  };
  // RFC 3551 table 4, mono audio. G722 samples at 16 kHz but its RTP clock is 8 kHz (§4.5.2).
  static constexpr std::array kRows{Row{0, "PCMU", 8000},  Row{3, "GSM", 8000},  Row{4, "G723", 8000},
                                    Row{8, "PCMA", 8000},  Row{9, "G722", 8000}, Row{13, "CN", 8000},
                                    Row{15, "G728", 8000}, Row{18, "G729", 8000}};
  for (const Row& row : kRows)
    if (row.payload_type == payload_type) return Codec{payload_type, std::string(row.name), row.clock_rate, 1, {}};
  return std::nullopt;
}

namespace {
constexpr std::array<std::pair<Direction, std::string_view>, 4> kDirections{{{Direction::SendRecv, "sendrecv"},
                                                                             {Direction::SendOnly, "sendonly"},
                                                                             {Direction::RecvOnly, "recvonly"},
                                                                             {Direction::Inactive, "inactive"}}};
}  // namespace

std::string_view direction_text(Direction d) {
  for (const auto& [direction, text] : kDirections)
    if (direction == d) return text;
  return {};
}

std::optional<Direction> parse_direction(std::string_view text) {
  for (const auto& [direction, name] : kDirections)
    if (iequals(name, text)) return direction;
  return std::nullopt;
}

}  // namespace offhook::sdp
