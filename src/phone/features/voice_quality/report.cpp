#include "features/voice_quality/report.hpp"

#include <chrono>
#include <cmath>
#include <cstdio>

#include "base/wall_text.hpp"

namespace offhook::phone::voice_quality {
namespace {

constexpr std::string_view kEnd = "\r\n";

// One digit behind the point, as the RFC's examples have it.
std::string tenth(double value) {
  char out[32];
  std::snprintf(out, sizeof out, "%.1f", value);
  return out;
}

std::string whole(double value) { return std::to_string(std::lround(value)); }
std::string ms(Duration d) { return std::to_string(std::chrono::duration_cast<milliseconds>(d).count()); }

std::string hex(std::uint32_t value) {
  char out[16];
  std::snprintf(out, sizeof out, "%08x", value);
  return out;
}

std::string head(const Report& report) {
  switch (report.kind) {
    case Kind::Session: return "VQSessionReport: CallTerm";
    case Kind::Interval: return "VQIntervalReport";
    case Kind::Alert: break;
  }
  constexpr const char* kSeverities[] = {"Clear", "Warning", "Critical"};
  const char* type = report.measure == Measure::ListeningQuality ? "MOSLQ" : "SOWD";
  return std::string("VQAlertReport: Type=") + type +
         " Severity=" + kSeverities[static_cast<std::size_t>(report.severity)] + " Dir=local";
}

std::string address(std::string_view name, const Endpoint& at, std::optional<std::uint32_t> ssrc) {
  std::string out = std::string(name) + ": IP=" + at.address.text() + " PORT=" + std::to_string(at.port);
  return out + " SSRC=" + hex(ssrc.value_or(0)) + std::string(kEnd);
}

std::string session_line(const Report& report) {
  const media::ReceivedQuality& q = *report.quality.received;
  const auto frame = q.packet_time.count();
  std::string out = "SessionDesc: PT=" + std::to_string(report.payload_type) + " PD=" + q.codec +
                    " SR=" + std::to_string(report.clock) + " FD=" + std::to_string(frame);
  out += " FPP=1 PPS=" + std::to_string(frame > 0 ? 1000 / frame : 0);
  if (!report.fmtp.empty()) out += " FMTP=\"" + report.fmtp + '"';
  return out + " PLC=3 SSUP=" + (report.silence_suppression ? "on" : "off") + std::string(kEnd);
}

std::string local_metrics(const Report& report) {
  const media::ReceivedQuality& q = *report.quality.received;
  const auto& p = q.packets;
  const auto percent = [](std::uint64_t part, std::uint64_t all) {
    return tenth(all == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(all));
  };
  std::string out = "LocalMetrics:" + std::string(kEnd);
  out += "Timestamps: START=" + timestamp(report.start) + " STOP=" + timestamp(report.stop) + std::string(kEnd);
  out += session_line(report);
  out += std::string("JitterBuffer: JBA=") + (report.adaptive ? "3" : "2") +
         " JBR=0 JBN=" + std::to_string(q.buffer_delay.count()) +
         " JBM=" + std::to_string(report.buffer_maximum.count()) +
         " JBX=" + std::to_string(report.buffer_maximum.count()) + std::string(kEnd);
  out +=
      "PacketLoss: NLR=" + percent(p.lost, p.expected) + " JDR=" + percent(p.discarded, p.expected) + std::string(kEnd);
  out += "BurstGapLoss: BLD=" + percent(p.burst_losses, p.burst_packets) + " BD=" + ms(q.burst_duration()) +
         " GLD=" + percent(p.gap_losses, p.gap_packets) + " GD=" + ms(q.gap_duration()) +
         " GMIN=" + std::to_string(rtp::LossPattern::kGmin) + std::string(kEnd);
  const Duration round_trip = report.quality.round_trip.value_or(Duration{0});
  const Duration end_system = Duration(q.packet_time) + q.buffer_delay + milliseconds(20);
  out += "Delay: RTD=" + ms(round_trip) + " ESD=" + ms(end_system) +
         " SOWD=" + ms(report.quality.one_way.value_or(Duration{0})) + " IAJ=" + ms(q.mean_jitter) +
         " MAJ=" + ms(q.greatest_jitter) + std::string(kEnd);
  if (q.level_dbm0)
    out += "Signal: SL=" + whole(*q.level_dbm0) + " NL=" + whole(q.noise_dbm0.value_or(-100)) + std::string(kEnd);
  const auto& e = q.estimate;
  return out + "QualityEst: RCQ=" + whole(e.r) + " MOSLQ=" + tenth(e.mos_lq) + " MOSCQ=" + tenth(e.mos_cq) +
         " QoEEstAlg=G.107" + std::string(kEnd);
}

// What the peer says of what we send.
std::string remote_metrics(const Report& report) {
  if (!report.quality.sent) return {};
  const media::SentQuality& q = *report.quality.sent;
  std::string out = "RemoteMetrics:" + std::string(kEnd);
  out += "Timestamps: START=" + timestamp(report.start) + " STOP=" + timestamp(report.stop) + std::string(kEnd);
  out += "PacketLoss: NLR=" + tenth(q.metrics ? q.metrics->loss_rate / 2.56 : 100 * q.fraction_lost) +
         " JDR=" + tenth(q.metrics ? q.metrics->discard_rate / 2.56 : 0) + std::string(kEnd);
  out += "Delay: RTD=" + ms(report.quality.round_trip.value_or(Duration{0})) +
         " ESD=" + std::to_string(q.metrics ? q.metrics->end_system_delay : 0) + " IAJ=" + ms(q.jitter) +
         std::string(kEnd);
  return out + "QualityEst: MOSLQ=" + tenth(q.estimate.mos_lq) + " MOSCQ=" + tenth(q.estimate.mos_cq) +
         std::string(kEnd);
}

std::string mac_line(const std::string& mac) {
  if (mac.size() != 12) return {};
  std::string out = "LocalMAC: ";
  for (std::size_t i = 0; i < 12; i += 2) out += (i == 0 ? "" : ":") + mac.substr(i, 2);
  return out + std::string(kEnd);
}

}  // namespace

std::string timestamp(WallTime time) { return wall_text(time, Precision::Seconds); }

std::string text(const Report& report) {
  if (!report.quality.received) return {};
  const Names& names = report.names;
  const std::string end(kEnd);
  std::string out = head(report) + end;
  out += "CallID: " + names.call_id + end + "LocalID: " + names.local_id + end + "RemoteID: " + names.remote_id + end;
  out += "OrigID: " + (names.outgoing ? names.local_id : names.remote_id) + end;
  out += address("LocalAddr", report.local, report.quality.local_ssrc) + mac_line(report.mac);
  out += address("RemoteAddr", report.remote, report.quality.remote_ssrc);
  out += local_metrics(report) + remote_metrics(report);
  return out + "DialogID: " + names.call_id + ";to-tag=" + (names.outgoing ? names.remote_tag : names.local_tag) +
         ";from-tag=" + (names.outgoing ? names.local_tag : names.remote_tag) + end;
}

}  // namespace offhook::phone::voice_quality
