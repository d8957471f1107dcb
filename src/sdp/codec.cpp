#include "sdp/codec.hpp"

#include <array>
#include <utility>

#include "base/ascii.hpp"

namespace offhook::sdp {

bool CodecView::same_encoding(const CodecView& other) const {
  return clock_rate == other.clock_rate && channels == other.channels && iequals(name, other.name);
}

bool CodecView::is_telephone_event() const { return iequals(name, "telephone-event"); }

bool Codec::same_encoding(const Codec& other) const { return CodecView(*this).same_encoding(other); }

bool Codec::is_telephone_event() const { return CodecView(*this).is_telephone_event(); }

std::optional<CodecView> static_codec_view(std::uint8_t payload_type) {
  const auto at_8000 = [&](std::string_view name) { return CodecView(payload_type, 1, 8000, name, {}); };
  switch (payload_type) {
    case 0: return at_8000("PCMU");
    case 3: return at_8000("GSM");
    case 4: return at_8000("G723");
    case 5: return at_8000("DVI4");
    case 6: return CodecView(payload_type, 1, 16'000, "DVI4", {});
    case 7: return at_8000("LPC");
    case 8: return at_8000("PCMA");
    case 9: return at_8000("G722");  // samples at 16 kHz, but its RTP clock is 8 kHz (§4.5.2)
    case 10: return CodecView(payload_type, 2, 44'100, "L16", {});
    case 11: return CodecView(payload_type, 1, 44'100, "L16", {});
    case 12: return at_8000("QCELP");
    case 13: return at_8000("CN");
    case 14: return CodecView(payload_type, 1, 90'000, "MPA", {});
    case 15: return at_8000("G728");
    case 16: return CodecView(payload_type, 1, 11'025, "DVI4", {});
    case 17: return CodecView(payload_type, 1, 22'050, "DVI4", {});
    case 18: return at_8000("G729");
    default: return std::nullopt;
  }
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
  if (text.size() != kDirections.front().second.size()) return std::nullopt;
  switch (text.front()) {  // most of what is asked is no direction at all
    case 's':
    case 'S':
    case 'r':
    case 'R':
    case 'i':
    case 'I': break;
    default: return std::nullopt;
  }
  for (const auto& [direction, name] : kDirections)
    if (iequals(name, text)) return direction;
  return std::nullopt;
}

}  // namespace offhook::sdp
