#include "rtp/packet.hpp"

#include "bytes.hpp"

namespace offhook::rtp {

Result<PacketView> parse_packet(Bytes d) {
  if (d.size() < kHeaderSize) return fail(Module::Rtp, "shorter than the RTP header", d.size());
  if (d[0] >> 6 != 2) return fail(Module::Rtp, "RTP version is not 2");
  PacketView p;
  p.csrc_count = d[0] & 0x0f;
  p.has_extension = (d[0] & 0x10) != 0;
  const bool padded = (d[0] & 0x20) != 0;
  p.marker = (d[1] & 0x80) != 0;
  p.payload_type = d[1] & 0x7f;
  p.sequence = read16(d, 2);
  p.timestamp = RtpTime(read32(d, 4));
  p.ssrc = read32(d, 8);

  std::size_t at = kHeaderSize;
  if (d.size() < at + 4 * std::size_t{p.csrc_count}) return fail(Module::Rtp, "CSRC list cut short", at);
  for (std::size_t i = 0; i < p.csrc_count; ++i, at += 4) p.csrc[i] = read32(d, at);
  if (p.has_extension) {
    if (d.size() < at + 4) return fail(Module::Rtp, "extension header cut short", at);
    const std::size_t size = 4 * std::size_t{read16(d, at + 2)};
    if (d.size() < at + 4 + size) return fail(Module::Rtp, "extension cut short", at);
    p.extension_profile = read16(d, at);
    p.extension = d.subspan(at + 4, size);
    at += 4 + size;
  }
  std::size_t padding = 0;
  if (padded) {
    padding = d.back();
    if (padding == 0 || padding > d.size() - at)
      return fail(Module::Rtp, "padding longer than the packet", d.size() - 1);
  }
  p.payload = d.subspan(at, d.size() - at - padding);
  return p;
}

void append_header(std::vector<std::uint8_t>& out, const PacketHeader& h) {
  put8(out, 0x80);
  put8(out, (h.marker ? 0x80U : 0U) | (h.payload_type & 0x7fU));
  put16(out, h.sequence);
  put32(out, h.timestamp.ticks());
  put32(out, h.ssrc);
}

bool looks_like_rtcp(Bytes d) { return d.size() >= 2 && d[0] >> 6 == 2 && d[1] >= 192 && d[1] <= 223; }

}  // namespace offhook::rtp
