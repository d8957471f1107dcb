#include <optional>

#include "bytes.hpp"
#include "rtp/rtcp.hpp"

namespace offhook::rtp {
namespace {

enum : std::uint8_t { kSr = 200, kRr = 201, kSdes = 202, kBye = 203, kXr = 207 };
constexpr std::size_t kBlockSize = 24;

// Reads `count` report blocks at the start of `b`; more bytes are a profile's extension (§6.4.3) and are let be.
std::optional<std::vector<ReportBlock>> read_blocks(Bytes b, std::size_t count) {
  if (b.size() < count * kBlockSize) return std::nullopt;
  std::vector<ReportBlock> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Bytes r = b.subspan(i * kBlockSize, kBlockSize);
    const std::uint32_t loss = read32(r, 4);
    // Sign-extends the 24 bits.
    const std::int32_t lost = static_cast<std::int32_t>(loss << 8) >> 8;
    out[i] = {read32(r, 0), static_cast<std::uint8_t>(loss >> 24), lost, read32(r, 8), read32(r, 12), read32(r, 16),
              read32(r, 20)};
  }
  return out;
}

std::optional<RtcpPacket> read_sr(Bytes body, std::size_t count) {
  if (body.size() < 24) return std::nullopt;
  auto blocks = read_blocks(body.subspan(24), count);
  if (!blocks) return std::nullopt;
  return SenderReport{read32(body, 0),           {read32(body, 4), read32(body, 8)},
                      RtpTime(read32(body, 12)), read32(body, 16),
                      read32(body, 20),          std::move(*blocks)};
}

std::optional<RtcpPacket> read_rr(Bytes body, std::size_t count) {
  if (body.size() < 4) return std::nullopt;
  auto blocks = read_blocks(body.subspan(4), count);
  if (!blocks) return std::nullopt;
  return ReceiverReport{read32(body, 0), std::move(*blocks)};
}

std::string_view text_of(Bytes b) { return {reinterpret_cast<const char*>(b.data()), b.size()}; }

std::optional<RtcpPacket> read_sdes(Bytes body, std::size_t count) {
  constexpr std::uint8_t kEnd = 0, kCname = 1;
  SourceDescription out;
  std::size_t at = 0;
  for (std::size_t chunk = 0; chunk < count; ++chunk) {
    if (body.size() < at + 4) return std::nullopt;
    SourceDescription::Chunk c{read32(body, at), {}};
    at += 4;
    while (at < body.size() && body[at] != kEnd) {
      if (body.size() < at + 2 || body.size() < at + 2 + body[at + 1]) return std::nullopt;
      if (body[at] == kCname) c.cname = text_of(body.subspan(at + 2, body[at + 1]));
      at += 2 + std::size_t{body[at + 1]};
    }
    at = (at / 4 + 1) * 4;  // one end mark at least, then to the next word
    out.chunks.push_back(c);
  }
  return out;
}

std::optional<RtcpPacket> read_bye(Bytes body, std::size_t count) {
  if (body.size() < count * 4) return std::nullopt;
  Bye out;
  for (std::size_t i = 0; i < count; ++i) out.ssrcs.push_back(read32(body, i * 4));
  const Bytes rest = body.subspan(count * 4);
  if (!rest.empty()) {
    if (rest.size() < 1 + std::size_t{rest[0]}) return std::nullopt;
    out.reason = text_of(rest.subspan(1, rest[0]));
  }
  return out;
}

std::optional<RtcpPacket> read_one(std::uint8_t type, Bytes body, std::size_t count) {
  switch (type) {
    case kSr: return read_sr(body, count);
    case kRr: return read_rr(body, count);
    case kSdes: return read_sdes(body, count);
    case kBye: return read_bye(body, count);
    case kXr:
      if (auto report = parse_extended_report(body)) return std::move(*report);
      return std::nullopt;
    default: return OtherRtcp{type};
  }
}

}  // namespace

Result<std::vector<RtcpPacket>> parse_rtcp(Bytes d) {
  std::vector<RtcpPacket> out;
  std::size_t at = 0;
  while (at < d.size()) {
    if (d.size() - at < 4) return fail(Module::Rtp, "RTCP header cut short", at);
    if (d[at] >> 6 != 2) return fail(Module::Rtp, "RTCP version is not 2", at);
    const std::uint8_t type = d[at + 1];
    if (out.empty() && type != kSr && type != kRr)
      return fail(Module::Rtp, "compound does not begin with SR or RR", at);
    const std::size_t size = 4 * (std::size_t{read16(d, at + 2)} + 1);
    if (d.size() - at < size) return fail(Module::Rtp, "RTCP packet cut short", at);
    Bytes body = d.subspan(at + 4, size - 4);
    if ((d[at] & 0x20) != 0) {
      // Padding belongs to the last packet of the compound only (§6.4.1).
      if (at + size != d.size() || body.empty() || body.back() == 0 || body.back() > body.size())
        return fail(Module::Rtp, "RTCP padding out of place", at);
      body = body.first(body.size() - body.back());
    }
    auto packet = read_one(type, body, d[at] & 0x1fU);
    if (!packet) return fail(Module::Rtp, "RTCP packet shorter than its counts", at);
    out.push_back(std::move(*packet));
    at += size;
  }
  if (out.empty()) return fail(Module::Rtp, "empty RTCP datagram");
  return out;
}

}  // namespace offhook::rtp
