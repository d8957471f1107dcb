// The RTCP half of a session: RFC 3550 §6 and §8.2, RFC 3611, RFC 5761.
#include <algorithm>

#include "base/overloaded.hpp"
#include "session.hpp"

namespace offhook::media {
namespace {

constexpr std::size_t kMostConflicts = 8;  // further ones change nothing: somebody plays with us

}  // namespace

// RFC 3550 §8.2: somebody else says our SSRC. The first time from there we take another one and say BYE for the old;
// if it comes again it is our own packets, in a loop.
void Session::collide(Endpoint from) {
  if (conflicts_.size() == kMostConflicts || std::find(conflicts_.begin(), conflicts_.end(), from) != conflicts_.end())
    return;
  conflicts_.push_back(from);
  if (!old_ssrc_) old_ssrc_ = ssrc_;
  ssrc_ = new_ssrc();
  sent_by_old_ssrcs_ = {stats_.packets_sent, stats_.bytes_sent};
}

std::uint32_t Session::new_ssrc() {
  for (;;) {
    const auto drawn = static_cast<std::uint32_t>(random_.next());
    if (drawn != ssrc_ && (!source_ || drawn != source_->ssrc())) return drawn;
  }
}

// The keys of an association are those of its port (RFC 5764 §4.2).
bool Session::may_report() const {
  const bool secured =
      !link_ || (link_->is_secured() && (plan_.rtcp_mux || (rtcp_link_ && rtcp_link_->link.is_secured())));
  return !plan_.page && reachable(remote_rtcp_) && secured;
}

Endpoint Session::rtcp_port() const { return plan_.rtcp_mux ? plan_.local : rtcp_of(plan_.local); }

void Session::receive_rtcp(Now now, Endpoint from, std::span<const std::uint8_t> bytes) {
  if (plan_.page) return;
  bytes = rtcp_gate().open_rtcp(bytes, workspace_.opened, stats_.srtp);
  if (bytes.empty()) return;
  const auto compound = rtp::parse_rtcp(bytes);
  if (!compound) {
    ++stats_.packets_malformed;
    return;
  }
  ++stats_.rtcp_received;
  if (!checks_ && from.address == remote_rtp_.address) remote_rtcp_ = from;
  for (const rtp::RtcpPacket& packet : *compound) {
    std::visit(Overloaded{[&](const rtp::SenderReport& report) {
                            if (report.ssrc == ssrc_) return collide(from);
                            if (source_ && source_->ssrc() == report.ssrc) source_->sender_report(report.ntp, now.mono);
                            take_blocks(now, report.blocks);
                          },
                          [&](const rtp::ReceiverReport& report) { take_blocks(now, report.blocks); },
                          [&](const rtp::Bye& bye) {
                            if (!source_) return;
                            for (const std::uint32_t ssrc : bye.ssrcs)
                              if (ssrc == source_->ssrc()) stats_.remote_said_bye = true;
                          },
                          [&](const rtp::ExtendedReport& report) { take_extended(now, report); },
                          [](const rtp::SourceDescription&) {}, [](const rtp::OtherRtcp&) {}},
               packet);
  }
}

void Session::take_blocks(Now now, const std::vector<rtp::ReportBlock>& blocks) {
  for (const rtp::ReportBlock& block : blocks) {
    if (block.ssrc != ssrc_) continue;
    stats_.remote_fraction_lost = block.fraction_lost;
    stats_.remote_packets_lost = block.packets_lost;
    quality_.report_block(block, packetizer_.ticks_a_frame() * kFramesASecond);
    if (const auto time = rtp::round_trip(block, rtp::to_ntp(now.wall))) note_round_trip(*time);
  }
}

void Session::take_extended(Now now, const rtp::ExtendedReport& report) {
  if (report.reference_time) peer_reference_ = {report.ssrc, report.reference_time->middle(), now.mono};
  for (const rtp::DelaySinceLastRr& delay : report.delays) {
    if (delay.ssrc != ssrc_) continue;
    const rtp::ReportBlock as_block{.ssrc = delay.ssrc, .last_sr = delay.last_rr, .delay_since_last_sr = delay.delay};
    if (const auto time = rtp::round_trip(as_block, rtp::to_ntp(now.wall))) note_round_trip(*time);
  }
  for (const rtp::VoipMetrics& metrics : report.voip)
    if (metrics.ssrc == ssrc_) quality_.metrics(metrics);
}

void Session::note_round_trip(Duration time) {
  stats_.round_trip = time;
  quality_.round_trip(time);
}

// RFC 3550 §6.3.1: between half and one and a half of the interval, divided by e - 3/2. With two members the computed
// interval never exceeds the minimum, so timer reconsideration has nothing to do.
Duration Session::next_interval() {
  const auto mean = static_cast<double>(Duration(config_.rtcp_interval).count());
  return Duration(static_cast<std::int64_t>(mean * (0.5 + random_.unit()) / 1.21828));
}

void Session::report(Now tick, Now now, Outbox& out) {
  media_time_ = tick.mono;
  if (config_.rtcp_interval.count() <= 0 || !may_report()) return;
  if (old_ssrc_) leave_old_name(out);
  if (!next_report_) next_report_ = tick.mono + next_interval() / 2;  // the first one sooner (§6.2)
  if (tick.mono < *next_report_) return;
  next_report_ = tick.mono + next_interval();
  transmit(true, out, [&](std::vector<std::uint8_t>& bytes) {
    const std::size_t begin = bytes.size();
    append_report(now, bytes);
    (void)rtcp_gate().seal_rtcp(bytes, begin, stats_.srtp);
  });
  ++stats_.rtcp_sent;
}

void Session::append_report(Now now, std::vector<std::uint8_t>& out) {
  std::vector<rtp::ReportBlock> blocks;
  if (source_)
    if (const auto block = source_->report(now.mono)) blocks.push_back(*block);
  // A sender is who has sent since the second last report (§6.4).
  const bool sender = stats_.packets_sent > sent_at_report_before_;
  if (sender) {
    // §6.4.1: both stamps name one instant, that at which the report leaves.
    const auto since = media_time_ ? std::max(Duration{0}, now.mono - *media_time_) : Duration{0};
    const auto ticks = since.count() * packetizer_.ticks_a_frame() * kFramesASecond / 1'000'000;
    append(out, rtp::SenderReport{ssrc_, rtp::to_ntp(now.wall), timestamp_ + static_cast<std::uint32_t>(ticks),
                                  static_cast<std::uint32_t>(stats_.packets_sent - sent_by_old_ssrcs_.packets),
                                  static_cast<std::uint32_t>(stats_.bytes_sent - sent_by_old_ssrcs_.bytes),
                                  std::move(blocks)});
  } else {
    append(out, rtp::ReceiverReport{ssrc_, std::move(blocks)});
  }
  sent_at_report_before_ = sent_at_last_report_;
  sent_at_last_report_ = stats_.packets_sent;
  // §6.5.1 wants a name that lasts; the address of the stream is what the peer knows anyway and tells no user name.
  rtp::append_cname(out, ssrc_, plan_.local.text());
  if (config_.rtcp_xr) append_extended(now, sender, out);
}

void Session::append_extended(Now now, bool sender, std::vector<std::uint8_t>& out) {
  rtp::ExtendedReport report;
  report.ssrc = ssrc_;
  // Who sends reports as a sender learns the round trip from their answers.
  if (!sender) report.reference_time = rtp::to_ntp(now.wall);
  if (peer_reference_)
    report.delays.push_back(
        {peer_reference_->ssrc, peer_reference_->last_rr, rtp::to_ntp_interval(now.mono - peer_reference_->arrival)});
  if (const auto metrics = quality_.voip_metrics(quality_facts(), config_.jitter)) report.voip.push_back(*metrics);
  append(out, report);
}

CallQuality Session::quality() const {
  CallQuality out = quality_.quality(quality_facts());
  out.local_ssrc = ssrc_;
  if (source_) out.remote_ssrc = source_->ssrc();
  return out;
}

QualityMeter::Facts Session::quality_facts() const {
  const Codec* sent = find_codec(plan_.codec);
  return {source_ ? &*source_ : nullptr, playout_.delay(), plan_.ptime,
          sent == nullptr ? std::string_view{} : sent->name};
}

void Session::leave_old_name(Outbox& out) {
  transmit(true, out, [&](std::vector<std::uint8_t>& bytes) {
    const std::size_t begin = bytes.size();
    append(bytes, rtp::ReceiverReport{*old_ssrc_, {}});
    rtp::append_cname(bytes, *old_ssrc_, plan_.local.text());
    rtp::append_bye(bytes, *old_ssrc_);
    (void)rtcp_gate().seal_rtcp(bytes, begin, stats_.srtp);
  });
  old_ssrc_.reset();
  ++stats_.rtcp_sent;
}

void Session::say_bye(Now now, Outbox& out) {
  if (stats_.packets_sent + stats_.rtcp_sent == 0 || config_.rtcp_interval.count() <= 0 || !may_report()) return;
  transmit(true, out, [&](std::vector<std::uint8_t>& bytes) {
    const std::size_t begin = bytes.size();
    append_report(now, bytes);
    rtp::append_bye(bytes, ssrc_);
    (void)rtcp_gate().seal_rtcp(bytes, begin, stats_.srtp);
  });
  ++stats_.rtcp_sent;
}

}  // namespace offhook::media
