#include "rtp/xr.hpp"

#include "bytes.hpp"

namespace offhook::rtp {
namespace {

enum : std::uint8_t { kReferenceTime = 4, kDelays = 5, kVoip = 7 };
constexpr std::size_t kVoipSize = 32, kDelaySize = 12;  // without the block's head

std::uint8_t within(std::uint8_t value, std::uint8_t low, std::uint8_t high) {
  return value < low || value > high ? VoipMetrics::kUnknown : value;
}

VoipMetrics read_voip(Bytes b) {
  VoipMetrics out;
  out.ssrc = read32(b, 0);
  out.loss_rate = b[4];
  out.discard_rate = b[5];
  out.burst_density = b[6];
  out.gap_density = b[7];
  out.burst_duration = read16(b, 8);
  out.gap_duration = read16(b, 10);
  out.round_trip_delay = read16(b, 12);
  out.end_system_delay = read16(b, 14);
  out.signal_level = static_cast<std::int8_t>(b[16]);
  out.noise_level = static_cast<std::int8_t>(b[17]);
  out.residual_echo_return_loss = b[18];
  out.gmin = b[19];
  out.r_factor = within(b[20], 0, 100);
  out.external_r_factor = within(b[21], 0, 100);
  out.mos_lq = within(b[22], 10, 50);
  out.mos_cq = within(b[23], 10, 50);
  out.concealment = static_cast<VoipMetrics::Concealment>(b[24] >> 6);
  out.buffer = static_cast<VoipMetrics::Buffer>(b[24] >> 4 & 3);
  out.buffer_rate = b[24] & 15;
  out.buffer_nominal = read16(b, 26);
  out.buffer_maximum = read16(b, 28);
  out.buffer_absolute_maximum = read16(b, 30);
  return out;
}

bool read_block(std::uint8_t type, Bytes b, ExtendedReport& out) {
  switch (type) {
    case kReferenceTime:
      if (b.size() != 8) return false;
      out.reference_time = NtpTime{read32(b, 0), read32(b, 4)};
      return true;
    case kDelays:
      if (b.size() % kDelaySize != 0) return false;
      for (std::size_t at = 0; at < b.size(); at += kDelaySize)
        out.delays.push_back({read32(b, at), read32(b, at + 4), read32(b, at + 8)});
      return true;
    case kVoip:
      if (b.size() != kVoipSize) return false;
      out.voip.push_back(read_voip(b));
      return true;
    default: return true;
  }
}

void put_voip(std::vector<std::uint8_t>& out, const VoipMetrics& m) {
  put8(out, kVoip);
  put8(out, 0);
  put16(out, kVoipSize / 4);
  put32(out, m.ssrc);
  for (const auto v : {m.loss_rate, m.discard_rate, m.burst_density, m.gap_density}) put8(out, v);
  for (const auto v : {m.burst_duration, m.gap_duration, m.round_trip_delay, m.end_system_delay}) put16(out, v);
  put8(out, static_cast<std::uint8_t>(m.signal_level));
  put8(out, static_cast<std::uint8_t>(m.noise_level));
  for (const auto v : {m.residual_echo_return_loss, m.gmin, m.r_factor, m.external_r_factor, m.mos_lq, m.mos_cq})
    put8(out, v);
  put8(out, std::uint32_t{m.concealment} << 6 | std::uint32_t{m.buffer} << 4 | (m.buffer_rate & 15U));
  put8(out, 0);
  for (const auto v : {m.buffer_nominal, m.buffer_maximum, m.buffer_absolute_maximum}) put16(out, v);
}

}  // namespace

std::optional<ExtendedReport> parse_extended_report(Bytes body) {
  if (body.size() < 4) return std::nullopt;
  ExtendedReport out;
  out.ssrc = read32(body, 0);
  for (std::size_t at = 4; at < body.size();) {
    if (body.size() - at < 4) return std::nullopt;
    const std::size_t size = 4 * std::size_t{read16(body, at + 2)};
    if (body.size() - at - 4 < size) return std::nullopt;
    if (!read_block(body[at], body.subspan(at + 4, size), out)) return std::nullopt;
    at += 4 + size;
  }
  return out;
}

void append(std::vector<std::uint8_t>& out, const ExtendedReport& report) {
  const std::size_t head = out.size();
  put8(out, 0x80);
  put8(out, 207);
  put16(out, 0);
  put32(out, report.ssrc);
  if (report.reference_time) {
    put8(out, kReferenceTime);
    put8(out, 0);
    put16(out, 2);
    put32(out, report.reference_time->seconds);
    put32(out, report.reference_time->fraction);
  }
  if (!report.delays.empty()) {
    put8(out, kDelays);
    put8(out, 0);
    put16(out, static_cast<std::uint32_t>(report.delays.size() * kDelaySize / 4));
    for (const DelaySinceLastRr& delay : report.delays) {
      put32(out, delay.ssrc);
      put32(out, delay.last_rr);
      put32(out, delay.delay);
    }
  }
  for (const VoipMetrics& metrics : report.voip) put_voip(out, metrics);
  const std::size_t words = (out.size() - head) / 4 - 1;
  out[head + 2] = static_cast<std::uint8_t>(words >> 8);
  out[head + 3] = static_cast<std::uint8_t>(words);
}

}  // namespace offhook::rtp
