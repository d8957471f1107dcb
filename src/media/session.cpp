#include "session.hpp"

#include <algorithm>

#include "rtp/telephone_event.hpp"

namespace offhook::media {
namespace {

constexpr milliseconds kSpeaks{100};  // after its last packet: longer than any packet time

}  // namespace

Session::Session(PartyId party, Endpoint local, const EngineConfig& config, Random& random, Workspace& workspace)
    : party_(party),
      config_(config),
      random_(random),
      workspace_(workspace),
      ssrc_(static_cast<std::uint32_t>(random.next())),
      sequence_(static_cast<std::uint16_t>(random.next() & 0x7FFFU)),  // RFC 3711 §3.3.1: far from its first wrap
      timestamp_(static_cast<std::uint32_t>(random.next())),
      packetizer_(workspace),
      playout_(config.jitter, workspace) {
  plan_.local = local;
  plan_.direction = sdp::Direction::Inactive;  // until the first plan
}

void Session::set_plan(const AudioPlan& plan) {
  const Endpoint local = plan_.local;  // fixed at open: the socket is there
  const bool moved = plan.remote != plan_.remote;
  if (moved) {
    if (reachable(remote_rtp_)) stale_remote_ = remote_rtp_;
    if (stale_remote_ == plan.remote) stale_remote_.reset();
    remote_rtp_ = plan.remote;
    bound_ = false;
  }
  if (moved || plan.remote_rtcp != plan_.remote_rtcp || plan.rtcp_mux != plan_.rtcp_mux)
    remote_rtcp_ = plan.rtcp_mux ? remote_rtp_ : plan.remote_rtcp.value_or(rtcp_of(remote_rtp_));
  plan_ = plan;
  plan_.local = local;
  set_formats(plan);
  planned_ = true;
  if (plan.dtls) {
    if (!link_) link_ = std::make_unique<Link>(local);
    link_->set_plan(*plan.dtls, plan.ice, remote_rtp_, plan.checks != nullptr);
    if (!plan.checks && link_->has_ice() && link_->remote()) remote_rtp_ = remote_rtcp_ = *link_->remote();
    gate_.set_keys(link_->keys());
    plan_rtcp_link();
  } else {
    link_.reset();
    rtcp_link_.reset();
    early_.reset();
    gate_.set_keys(plan.srtp);
  }
  plan_checks(plan);
  if (!receives(plan.direction)) playout_.reset();
  if (plan.inband_digits || digits_) digits().listen(plan.inband_digits);
}

// What the peer may send: what the plan names, and the static types of G.711, which a peer may use whenever both were
// in the answer (RFC 3264 §6.1).
void Session::set_formats(const AudioPlan& plan) {
  formats_.clear();
  const auto add = [&](const sdp::Codec& codec) {
    if (const Codec* known = find_codec(codec)) formats_.push_back({codec.payload_type, known, codec.fmtp});
  };
  for (const sdp::Codec& codec : plan.receive) add(codec);
  if (plan.receive.empty()) add(plan.codec);
  for (const sdp::Codec& codec : {sdp::pcmu(), sdp::pcma()})
    if (format_of(codec.payload_type) == nullptr) add(codec);

  const Codec* codec = find_codec(plan.codec);
  std::string_view ours;
  for (const Heard& heard : formats_)
    if (heard.codec == codec) ours = heard.ours;
  packetizer_.set(codec, ours, plan.codec.fmtp, plan.ptime);
  playout_.set_rate(packetizer_.rate());
  const bool own_silence = codec != nullptr && codec->rtp_clock == 48'000;
  if (!plan.suppress_silence || own_silence)
    suppressor_.reset();
  else if (!suppressor_)
    suppressor_ = std::make_unique<SilenceSuppressor>();
  window_.set_rate(packetizer_.rate());
}

const Session::Heard* Session::format_of(std::uint8_t payload_type) const {
  for (const Heard& heard : formats_)
    if (heard.payload_type == payload_type) return &heard;
  return nullptr;
}

bool Session::may_send() const {
  return sends(plan_.direction) && packetizer_.ready() && reachable(remote_rtp_) && (!link_ || link_->is_secured());
}

void Session::receive_rtp(Now now, Endpoint from, std::span<const std::uint8_t> bytes) {
  if (plan_.page && !receives(plan_.direction)) return;
  bytes = gate_.open_rtp(bytes, workspace_.opened, stats_.srtp);
  if (bytes.empty()) return;
  const auto packet = rtp::parse_packet(bytes);
  const Heard* heard = packet ? format_of(packet->payload_type) : nullptr;
  const bool is_event = packet && (plan_.telephone_event_receive ? plan_.telephone_event_receive
                                                                 : plan_.telephone_event) == packet->payload_type;
  const bool is_noise = packet && heard == nullptr && !is_event && packet->payload_type == kComfortNoisePayload;
  if (!packet || (heard == nullptr && !is_event && !is_noise) || packet->ssrc == ssrc_) {
    if (packet && packet->ssrc == ssrc_) collide(from);
    ++stats_.packets_malformed;
    return;
  }
  if (is_stranger(from)) {
    ++stats_.packets_strange;
    return;
  }
  ++stats_.packets_received;
  stats_.bytes_received += packet->payload.size();
  stats_.last_received = now.mono;
  using Timing = rtp::Reception::Timing;
  const auto verdict = account(now, *packet, is_event ? Timing::Standing : Timing::Running);
  if (verdict == rtp::Reception::Verdict::Probation || verdict == rtp::Reception::Verdict::Jump) return;
  follow(from);
  if (verdict == rtp::Reception::Verdict::Restarted) {
    playout_.reset();
    quality_.restart();
    if (digits_) digits_->another_source();
  }
  bool in_time = true;
  if (receives(plan_.direction)) {
    if (is_event)
      receive_event(*packet);
    else if (is_noise)
      receive_noise(*packet);
    else
      in_time = play_packet(*heard, packet->timestamp, packet->payload);
  }
  quality_.packet(source_->extended(packet->sequence), !in_time);
}

bool Session::play_packet(const Heard& heard, rtp::RtpTime timestamp, std::span<const std::uint8_t> payload) {
  if (!playout_.fits(*heard.codec, heard.ours, payload)) {
    ++stats_.packets_malformed;
    return true;
  }
  const bool late = playout_.insert(*heard.codec, heard.ours, timestamp, payload) == JitterBuffer::Insert::Late;
  if (late) ++stats_.packets_late;
  quality_.codec(heard.codec->name, playout_.packet_time());
  return !late;
}

void Session::receive_noise(const rtp::PacketView& packet) {
  if (const auto noise = ComfortNoise::parse(packet.payload); !noise)
    ++stats_.packets_malformed;
  else if (config_.comfort_noise)
    playout_.fall_silent(*noise, packet.timestamp);
}

void Session::receive_event(const rtp::PacketView& packet) {
  const auto event = rtp::parse_telephone_event(packet.payload);
  if (!event) {
    ++stats_.packets_malformed;
    return;
  }
  digits().hear_events(*event, packet.timestamp);
}

SessionDigits& Session::digits() {
  if (!digits_) digits_ = std::make_unique<SessionDigits>();
  return *digits_;
}

// Counts the packet with its source. Another SSRC takes over when it has passed its probation.
rtp::Reception::Verdict Session::account(Now now, const rtp::PacketView& packet, rtp::Reception::Timing timing) {
  const Heard* heard = format_of(packet.payload_type);
  if (source_ && source_->ssrc() == packet.ssrc) {
    if (heard != nullptr) source_->set_clock(heard->codec->rtp_clock);
    const std::int64_t lost = source_->lost();
    const auto verdict = source_->receive(packet.sequence, packet.timestamp, now.mono, timing);
    if (verdict == rtp::Reception::Verdict::Restarted) lost_before_ += lost;
    source_heard_ = now.mono;
    return verdict;
  }
  // Two that speak at once would take the word from each other with every other packet: the newer one has it.
  if (former_source_ == packet.ssrc && now.mono - source_heard_ < kSpeaks) return rtp::Reception::Verdict::Probation;
  if (!candidate_ || candidate_->ssrc() != packet.ssrc)
    candidate_.emplace(packet.ssrc, heard == nullptr ? kSampleRate : heard->codec->rtp_clock);
  const auto verdict = candidate_->receive(packet.sequence, packet.timestamp, now.mono, timing);
  if (verdict == rtp::Reception::Verdict::Accepted) {
    if (source_) {
      lost_before_ += source_->lost();
      former_source_ = source_->ssrc();
    }
    source_ = candidate_;
    source_heard_ = now.mono;
    candidate_.reset();
    quality_.restart();
    stats_.remote_said_bye = false;
    playout_.reset();
    if (digits_) digits_->another_source();
  }
  return verdict;
}

bool Session::is_stranger(const Endpoint& from) const {
  if (from == remote_rtp_ || plan_.page || (link_ && link_->has_ice())) return false;
  if (checks_ && checks_->agent.knows(1, from)) return false;  // pairs change, and packets are on their way
  return config_.symmetry == Symmetry::Reject || (config_.symmetry == Symmetry::Both && bound_);
}

void Session::follow(Endpoint from) {
  bound_ = true;
  if (checks_ || (link_ && link_->has_ice())) return;  // it knows better
  if (config_.symmetry == Symmetry::None || plan_.page || from == remote_rtp_ || from == stale_remote_) return;
  remote_rtp_ = from;
  remote_rtcp_ = plan_.rtcp_mux ? from : rtcp_of(from);
}

ConstFrame Session::play() {
  std::vector<std::int16_t>& heard = workspace_.heard;
  heard.resize(frame_size(packetizer_.rate()));
  Gap gap;
  if (receives(plan_.direction)) {
    const auto read = playout_.read(heard);
    gap = playout_.gap();
    if (read == Playout::Read::Concealed) ++stats_.frames_concealed;
    if (read == Playout::Read::Silence)
      quality_.silent();
    else
      quality_.played(heard, read == Playout::Read::Concealed);
  } else {
    std::fill(heard.begin(), heard.end(), std::int16_t{0});
    quality_.silent();
  }
  if (!config_.pilots.empty()) window_.write(heard);
  if (digits_) digits_->heard(heard, gap);
  return heard;
}

void Session::find_marks(TimePoint begin) {
  if (!marks_) marks_ = std::make_unique<MarkFinder>(config_.pilots.size());
  marks_->hear(workspace_.heard, begin);
}

void Session::speak(ConstFrame frame, Outbox& out) {
  // The media clock runs on while nothing is sent (RFC 3550 §5.1: it counts sampling instants).
  const rtp::RtpTime begin = timestamp_;
  timestamp_ += packetizer_.ticks_a_frame();
  if (!may_send()) {
    talking_ = false;
    packetizer_.drop();
    if (digits_) digits_->drop();
    return;
  }
  if (rate_of(frame) != packetizer_.rate()) {
    workspace_.converted.resize(frame_size(packetizer_.rate()));
    to_codec_.process(frame, workspace_.converted);
    frame = workspace_.converted;
  }
  if (digits_ && digits_->sending() && !say_digit(begin, frame, out)) return;
  if (suppressor_ && !say_voice(begin, frame, out)) return;
  packetizer_.add(frame);
  for (Packetizer::Packet packet; packetizer_.next(packet);) {
    if (packet.payload.empty())
      talking_ = false;
    else
      send(packet, out);
  }
}

// False when nobody speaks: the frame stays here.
bool Session::say_voice(rtp::RtpTime begin, ConstFrame frame, Outbox& out) {
  const auto verdict = suppressor_->judge(frame);
  if (verdict == SilenceSuppressor::Verdict::Voice) return true;
  if (verdict == SilenceSuppressor::Verdict::Noise && plan_.comfort_noise) {
    std::vector<std::uint8_t>& payload = workspace_.payload;
    payload.clear();
    suppressor_->noise().append(payload);
    send({false, *plan_.comfort_noise, sequence_++, begin, ssrc_}, payload, out);
  }
  talking_ = false;
  packetizer_.drop();
  return false;
}

void Session::send(const Packetizer::Packet& packet, Outbox& out) {
  rtp::PacketHeader header;
  header.marker = !talking_;  // the first after a silence (RFC 3551 §4.1)
  header.payload_type = plan_.codec.payload_type;
  header.sequence = sequence_++;
  header.timestamp = rtp::RtpTime(timestamp_.ticks() - packet.ticks_before_end);
  header.ssrc = ssrc_;
  send(header, packet.payload, out);
  talking_ = true;
}

void Session::send(const rtp::PacketHeader& header, std::span<const std::uint8_t> payload, Outbox& out) {
  transmit(false, out, [&](std::vector<std::uint8_t>& bytes) {
    const std::size_t begin = bytes.size();
    rtp::append_header(bytes, header);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    (void)gate_.seal_rtp(bytes, begin, stats_.srtp);
  });
  ++stats_.packets_sent;
  stats_.bytes_sent += payload.size();
}

void Session::send_digits(const DigitOrder& order) { digits().send(order, plan_.telephone_event.has_value()); }

// The digit's part of this frame; false when the voice is left out.
bool Session::say_digit(rtp::RtpTime begin, ConstFrame& frame, Outbox& out) {
  if (digits_->sounds()) {
    if (frame.data() != workspace_.converted.data()) workspace_.converted.assign(frame.begin(), frame.end());
    digits_->sound(workspace_.converted);
    frame = workspace_.converted;
  }
  const EventSender::Tick tick = digits_->next_event(begin);
  if (tick.packet && plan_.telephone_event) {
    const auto& packet = *tick.packet;
    std::vector<std::uint8_t> payload;
    append(payload, packet.event);
    send({packet.marker, *plan_.telephone_event, sequence_++, packet.timestamp, ssrc_}, payload, out);
  }
  if (tick.voice) return true;
  talking_ = false;
  packetizer_.drop();
  return false;
}

void Session::receive_stun(bool rtcp, Endpoint from, std::span<const std::uint8_t> bytes) {
  const std::string_view datagram(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (gatherer_ == nullptr || !gatherer_->receive(rtcp, from, datagram)) ++stats_.packets_malformed;
}

SessionStats Session::stats() const {
  SessionStats out = stats_;
  out.remote = remote_rtp_;
  out.encrypted = plan_.srtp.has_value() || (link_ && link_->is_secured());
  out.packets_lost = lost_before_;
  if (source_) {
    out.packets_lost += source_->lost();
    out.jitter = source_->jitter();
  }
  return out;
}

}  // namespace offhook::media
