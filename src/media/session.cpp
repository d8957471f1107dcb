#include "session.hpp"

#include <algorithm>

#include "base/overloaded.hpp"
#include "rtp/telephone_event.hpp"

namespace offhook::media {
namespace {

constexpr std::uint8_t kPcmu = 0, kPcma = 8;

Endpoint rtcp_of(Endpoint rtp) {
  ++rtp.port;
  return rtp;
}

bool reachable(const Endpoint& e) { return e.port != 0 && !e.address.is_unspecified(); }

}  // namespace

Session::Session(PartyId party, Endpoint local, const EngineConfig& config, Random& random)
    : party_(party),
      config_(config),
      random_(random),
      ssrc_(static_cast<std::uint32_t>(random.next())),
      sequence_(static_cast<std::uint16_t>(random.next())),
      timestamp_(static_cast<std::uint32_t>(random.next())),
      jitter_(config.jitter) {
  plan_.local = local;
  plan_.direction = sdp::Direction::Inactive;  // until the first plan
}

void Session::set_plan(const AudioPlan& plan) {
  const Endpoint local = plan_.local;  // fixed at open: the socket is there
  if (plan.remote != plan_.remote) {
    if (reachable(remote_rtp_)) stale_remote_ = remote_rtp_;
    if (stale_remote_ == plan.remote) stale_remote_.reset();
    remote_rtp_ = plan.remote;
    remote_rtcp_ = rtcp_of(plan.remote);
  }
  plan_ = plan;
  plan_.local = local;
  law_ = law_of(plan.codec);
  const auto frames = static_cast<std::size_t>(std::max<std::int64_t>(0, plan.ptime.count())) / 20;
  const bool whole = plan.ptime.count() % 20 == 0 && frames >= 1 && frames <= kMostFramesAPacket;
  frames_a_packet_ = whole ? frames : 1;
  frames_pending_ = 0;
  if (!receives(plan.direction)) jitter_.reset();
}

std::optional<Law> Session::law_of_payload(std::uint8_t payload_type) const {
  if (law_ && payload_type == plan_.codec.payload_type) return law_;
  // The static types may be used by a peer whenever both were in the answer (RFC 3264 §6.1).
  if (payload_type == kPcmu) return Law::Mu;
  if (payload_type == kPcma) return Law::A;
  return std::nullopt;
}

bool Session::may_send() const { return sends(plan_.direction) && law_ && reachable(remote_rtp_); }

void Session::receive_rtp(Now now, Endpoint from, std::span<const std::uint8_t> bytes) {
  const auto packet = rtp::parse_packet(bytes);
  const auto law = packet ? law_of_payload(packet->payload_type) : std::nullopt;
  const bool is_event = packet && plan_.telephone_event == packet->payload_type;
  // A packet with our own SSRC is our own, come back in a loop (RFC 3550 §8.2).
  if (!packet || (!law && !is_event) || packet->ssrc == ssrc_) {
    ++stats_.packets_malformed;
    return;
  }
  ++stats_.packets_received;
  stats_.bytes_received += packet->payload.size();
  stats_.last_received = now.mono;
  const auto verdict = account(now, *packet);
  if (verdict == rtp::Reception::Verdict::Probation || verdict == rtp::Reception::Verdict::Jump) return;
  follow(from);
  if (!law || !receives(plan_.direction)) return;
  if (verdict == rtp::Reception::Verdict::Restarted) jitter_.reset();
  if (jitter_.insert(packet->timestamp, *law, packet->payload) == JitterBuffer::Insert::Late) ++stats_.packets_late;
}

// Counts the packet with its source. Another SSRC takes over when it has passed its probation.
rtp::Reception::Verdict Session::account(Now now, const rtp::PacketView& packet) {
  if (source_ && source_->ssrc() == packet.ssrc) return source_->receive(packet.sequence, packet.timestamp, now.mono);
  if (!candidate_ || candidate_->ssrc() != packet.ssrc) candidate_.emplace(packet.ssrc, kSampleRate);
  const auto verdict = candidate_->receive(packet.sequence, packet.timestamp, now.mono);
  if (verdict == rtp::Reception::Verdict::Accepted) {
    if (source_) lost_before_ += source_->lost();
    source_ = candidate_;
    candidate_.reset();
    stats_.remote_said_bye = false;
    jitter_.reset();
  }
  return verdict;
}

void Session::follow(Endpoint from) {
  if (from == remote_rtp_ || from == stale_remote_) return;
  remote_rtp_ = from;
  remote_rtcp_ = rtcp_of(from);
}

void Session::receive_rtcp(Now now, Endpoint from, std::span<const std::uint8_t> bytes) {
  const auto compound = rtp::parse_rtcp(bytes);
  if (!compound) {
    ++stats_.packets_malformed;
    return;
  }
  ++stats_.rtcp_received;
  if (from.address == remote_rtp_.address) remote_rtcp_ = from;
  for (const rtp::RtcpPacket& packet : *compound) {
    std::visit(Overloaded{[&](const rtp::SenderReport& report) {
                            if (source_ && source_->ssrc() == report.ssrc) source_->sender_report(report.ntp, now.mono);
                            take_blocks(now, report.blocks);
                          },
                          [&](const rtp::ReceiverReport& report) { take_blocks(now, report.blocks); },
                          [&](const rtp::Bye& bye) {
                            if (!source_) return;
                            for (const std::uint32_t ssrc : bye.ssrcs)
                              if (ssrc == source_->ssrc()) stats_.remote_said_bye = true;
                          },
                          [](const rtp::SourceDescription&) {}, [](const rtp::OtherRtcp&) {}},
               packet);
  }
}

void Session::take_blocks(Now now, const std::vector<rtp::ReportBlock>& blocks) {
  for (const rtp::ReportBlock& block : blocks) {
    if (block.ssrc != ssrc_) continue;
    stats_.remote_fraction_lost = block.fraction_lost;
    stats_.remote_packets_lost = block.packets_lost;
    if (const auto time = rtp::round_trip(block, rtp::to_ntp(now.wall))) stats_.round_trip = time;
  }
}

const Frame& Session::play() {
  if (receives(plan_.direction)) {
    if (jitter_.read(heard_) == JitterBuffer::Read::Concealed) ++stats_.frames_concealed;
  } else {
    heard_.fill(0);
  }
  window_.write(heard_);
  return heard_;
}

void Session::speak(const Frame& frame, Outbox& out) {
  // The media clock runs on while nothing is sent (RFC 3550 §5.1: it counts sampling instants).
  timestamp_ += kFrameSamples;
  if (!may_send()) {
    talking_ = false;
    frames_pending_ = 0;
    return;
  }
  encode(*law_, frame, pending_.data() + frames_pending_ * kFrameSamples);
  if (++frames_pending_ < frames_a_packet_) return;
  const std::size_t size = frames_pending_ * kFrameSamples;
  rtp::PacketHeader header;
  header.marker = !talking_;  // the first after a silence (RFC 3551 §4.1)
  header.payload_type = plan_.codec.payload_type;
  header.sequence = sequence_++;
  header.timestamp = rtp::RtpTime(timestamp_.ticks() - static_cast<std::uint32_t>(size));
  header.ssrc = ssrc_;
  out.add(plan_.local, remote_rtp_, [&](std::vector<std::uint8_t>& bytes) {
    rtp::append_header(bytes, header);
    bytes.insert(bytes.end(), pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(size));
  });
  frames_pending_ = 0;
  talking_ = true;
  ++stats_.packets_sent;
  stats_.bytes_sent += size;
}

// RFC 3550 §6.3.1: between half and one and a half of the interval, divided by e - 3/2. With two members the computed
// interval never exceeds the minimum, so timer reconsideration has nothing to do.
Duration Session::next_interval() {
  const auto mean = static_cast<double>(Duration(config_.rtcp_interval).count());
  return Duration(static_cast<std::int64_t>(mean * (0.5 + random_.unit()) / 1.21828));
}

void Session::report(Now now, Outbox& out) {
  if (config_.rtcp_interval.count() <= 0 || !reachable(remote_rtcp_)) return;
  if (!next_report_) next_report_ = now.mono + next_interval() / 2;  // the first one sooner (§6.2)
  if (now.mono < *next_report_) return;
  next_report_ = now.mono + next_interval();
  out.add(rtcp_of(plan_.local), remote_rtcp_, [&](std::vector<std::uint8_t>& bytes) { append_report(now, bytes); });
  ++stats_.rtcp_sent;
}

void Session::append_report(Now now, std::vector<std::uint8_t>& out) {
  std::vector<rtp::ReportBlock> blocks;
  if (source_)
    if (const auto block = source_->report(now.mono)) blocks.push_back(*block);
  // A sender is who has sent since the second last report (§6.4).
  if (stats_.packets_sent > sent_at_report_before_) {
    append(out,
           rtp::SenderReport{ssrc_, rtp::to_ntp(now.wall), timestamp_, static_cast<std::uint32_t>(stats_.packets_sent),
                             static_cast<std::uint32_t>(stats_.bytes_sent), std::move(blocks)});
  } else {
    append(out, rtp::ReceiverReport{ssrc_, std::move(blocks)});
  }
  sent_at_report_before_ = sent_at_last_report_;
  sent_at_last_report_ = stats_.packets_sent;
  // §6.5.1 wants a name that lasts; the address of the stream is what the peer knows anyway and tells no user name.
  rtp::append_cname(out, ssrc_, plan_.local.text());
}

void Session::say_bye(Now now, Outbox& out) {
  if (stats_.packets_sent + stats_.rtcp_sent == 0 || config_.rtcp_interval.count() <= 0 || !reachable(remote_rtcp_))
    return;
  out.add(rtcp_of(plan_.local), remote_rtcp_, [&](std::vector<std::uint8_t>& bytes) {
    append_report(now, bytes);
    rtp::append_bye(bytes, ssrc_);
  });
  ++stats_.rtcp_sent;
}

SessionStats Session::stats() const {
  SessionStats out = stats_;
  out.remote = remote_rtp_;
  out.packets_lost = lost_before_;
  if (source_) {
    out.packets_lost += source_->lost();
    out.jitter = source_->jitter();
  }
  return out;
}

}  // namespace offhook::media
