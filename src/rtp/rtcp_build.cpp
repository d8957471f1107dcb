#include <algorithm>

#include "bytes.hpp"
#include "rtp/rtcp.hpp"

namespace offhook::rtp {
namespace {

using Out = std::vector<std::uint8_t>;
constexpr std::size_t kMaxBlocks = 31;

void put_head(Out& out, std::size_t count, std::uint8_t type, std::size_t words_after_head) {
  put8(out, 0x80U | static_cast<std::uint32_t>(count));
  put8(out, type);
  put16(out, static_cast<std::uint32_t>(words_after_head));
}

void put_blocks(Out& out, const std::vector<ReportBlock>& blocks, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const ReportBlock& b = blocks[i];
    const std::int32_t lost = std::clamp(b.packets_lost, -0x800000, 0x7fffff);
    put32(out, b.ssrc);
    put32(out, std::uint32_t{b.fraction_lost} << 24 | (static_cast<std::uint32_t>(lost) & 0xffffffU));
    put32(out, b.highest_sequence);
    put32(out, b.jitter);
    put32(out, b.last_sr);
    put32(out, b.delay_since_last_sr);
  }
}

// Text with a length byte; at most 255 bytes fit.
std::string_view clipped(std::string_view text) { return text.substr(0, 255); }

void put_text(Out& out, std::string_view text) {
  put8(out, static_cast<std::uint32_t>(text.size()));
  for (const char c : text) put8(out, static_cast<unsigned char>(c));
}

}  // namespace

void append(Out& out, const SenderReport& r) {
  const std::size_t count = std::min(r.blocks.size(), kMaxBlocks);
  put_head(out, count, 200, 6 + 6 * count);
  put32(out, r.ssrc);
  put32(out, r.ntp.seconds);
  put32(out, r.ntp.fraction);
  put32(out, r.timestamp.ticks());
  put32(out, r.packets);
  put32(out, r.octets);
  put_blocks(out, r.blocks, count);
}

void append(Out& out, const ReceiverReport& r) {
  const std::size_t count = std::min(r.blocks.size(), kMaxBlocks);
  put_head(out, count, 201, 1 + 6 * count);
  put32(out, r.ssrc);
  put_blocks(out, r.blocks, count);
}

void append_cname(Out& out, std::uint32_t ssrc, std::string_view cname) {
  cname = clipped(cname);
  const std::size_t padded = (2 + cname.size()) / 4 * 4 + 4;  // an end mark, then to the next word
  put_head(out, 1, 202, 1 + padded / 4);
  put32(out, ssrc);
  put8(out, 1);
  put_text(out, cname);
  out.insert(out.end(), padded - 2 - cname.size(), 0);
}

void append_bye(Out& out, std::uint32_t ssrc, std::string_view reason) {
  reason = clipped(reason);
  const std::size_t padded = reason.empty() ? 0 : (1 + reason.size() + 3) / 4 * 4;
  put_head(out, 1, 203, 1 + padded / 4);
  put32(out, ssrc);
  if (reason.empty()) return;
  put_text(out, reason);
  out.insert(out.end(), padded - 1 - reason.size(), 0);
}

}  // namespace offhook::rtp
