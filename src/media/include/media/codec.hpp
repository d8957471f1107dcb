// The port of the codecs: what a codec is (a row of the list in codecs/codecs.cpp), and its two halves, which the
// engine makes when a stream needs them. A stream is mono; Opus says two channels in SDP because RFC 7587 §7 wants it.
//
// RFC 3551 §4.5 (G.711, G.722, G.726), RFC 7587 (Opus).
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "media/audio.hpp"
#include "sdp/codec.hpp"

namespace offhook::media {

using Payload = std::span<const std::uint8_t>;

class Encoder {
 public:
  virtual ~Encoder() = default;
  // Appends the payload of one packet; `samples` are those of a packet time that Codec::packet_time() allows. Nothing
  // appended: this packet need not be sent (DTX).
  virtual void encode(std::span<const std::int16_t> samples, std::vector<std::uint8_t>& out) = 0;
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  // Samples that the payload holds, without decoding it; 0 when it is no payload of this codec or longer than 120 ms.
  [[nodiscard]] virtual std::size_t samples_in(Payload payload) const = 0;
  // Writes samples_in(payload) samples. Payloads come in the order of their time.
  virtual void decode(Payload payload, std::span<std::int16_t> out) = 0;
  // Makes up what is missing, as the sound before it goes on; fades. `next` is the packet right behind the gap when it
  // is here already: Opus may carry a copy of the lost one in it (RFC 7587 §3.3).
  virtual void conceal(std::span<std::int16_t> out, Payload next) = 0;
};

struct Codec {
  std::string_view name;      // in rtpmap, any case
  std::uint32_t rtp_clock;    // ticks of the RTP timestamp a second: 8000 for G.722 too (RFC 3551 §4.5.2)
  std::uint8_t sdp_channels;  // as rtpmap says it
  // Samples a second for a stream with these format parameters (Opus: by bandwidth; others have one).
  std::uint32_t (*rate)(std::string_view fmtp);
  // The packet time nearest below that the codec can do; between 10 and 60 ms.
  milliseconds (*packet_time)(milliseconds wanted);
  // `ours` are the format parameters of our description, `theirs` of the peer's.
  std::unique_ptr<Encoder> (*make_encoder)(std::string_view ours, std::string_view theirs);
  std::unique_ptr<Decoder> (*make_decoder)(std::string_view ours);
};

// Every codec that is built in.
[[nodiscard]] std::span<const Codec> codecs();
// Null for what is none of them (telephone-event, CN, G729).
[[nodiscard]] const Codec* find_codec(const sdp::Codec& codec);
// A codec by the name that the guide gives it ("G726-32", "opus"); null when it is not built in.
[[nodiscard]] const Codec* find_codec(std::string_view name);
// Why a codec of the guide is not built in, as a sentence's end; empty when it is, or nobody knows it.
[[nodiscard]] std::string_view why_missing(std::string_view name);

}  // namespace offhook::media
