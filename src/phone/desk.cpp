#include "desk.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "features/conference/conference.hpp"
#include "features/hold/hold.hpp"
#include "nat/candidates.hpp"

namespace offhook::phone {
namespace {

// A timer's key: the top bit that says it is the phone's, the call's id, the kind.
constexpr std::uint32_t kKindBits = 3;
static_assert(static_cast<std::uint32_t>(CallTimer::kCount) <= 1U << kKindBits);

// What is shown while ICE begins anew.
constexpr const char* kSearching = "no audio: looking for another way to the other side";

}  // namespace

Desk::Desk(PhoneId id, ua::Port port, Endpoint local, Outbox& out, RtpPorts& rtp_ports, PhoneSettings phone_settings)
    : ua(port, local),
      nat(port, local),
      settings(std::move(phone_settings)),
      id_(id),
      port_(port),
      local_(local),
      out_(&out),
      rtp_ports_(&rtp_ports) {}

Call* Desk::find(int id) {
  const auto found = std::ranges::find(calls, id, &Call::id);
  return found == calls.end() ? nullptr : &*found;
}

Call* Desk::find(ua::CallId id) {
  if (!id) return nullptr;
  const auto found = std::ranges::find(calls, id, &Call::ua);
  return found == calls.end() ? nullptr : &*found;
}

Call* Desk::find_leg(std::uint64_t leg) {
  const auto found = std::ranges::find(calls, leg, &Call::last_leg);
  return found == calls.end() ? nullptr : &*found;
}

Line* Desk::line_of(ua::AccountId account) {
  const auto found = std::ranges::find(lines, account, &Line::account);
  return found == lines.end() ? nullptr : &*found;
}

Line* Desk::default_line() {
  const auto found = std::ranges::find(lines, settings.default_account, &Line::index);
  if (found != lines.end()) return &*found;
  return lines.empty() ? nullptr : &lines.front();
}

Call* Desk::talking(int except) {
  const auto found = std::ranges::find_if(calls, [&](const Call& c) { return c.id != except && is_talking(c.facts); });
  return found == calls.end() ? nullptr : &*found;
}

int Desk::live_calls() const {
  return static_cast<int>(std::ranges::count_if(calls, [](const Call& c) { return c.facts.stage != Stage::Ended; }));
}

Call& Desk::add_call(Now now, bool outgoing, std::size_t line, ua::Party peer) {
  Call call;
  call.id = ++last_call_;
  call.outgoing = outgoing;
  call.line = line;
  call.peer = std::move(peer);
  call.since = now.mono;
  call.begun = now.wall;
  call.facts.stage = outgoing ? Stage::Waiting : Stage::Ringing;
  call.shown = state_of(call.facts);
  calls.push_back(std::move(call));
  changed(Change::Calls);
  return calls.back();
}

Checked<void> Desk::dial(Now now, Call& call, std::string_view referred_by) {
  call.referred_by = std::string(referred_by);
  if (!open_audio(now, call)) {
    Complaint complaint{"no free RTP port", local_.address.text()};
    end(now, call, complaint.text());
    return tl::unexpected(std::move(complaint));
  }
  off_hook = false;
  call.facts.stage = Stage::Dialing;
  if (!call.seeking) return invite(now, call);
  refresh(now, call);
  return {};
}

Checked<void> Desk::invite(Now now, Call& call) {
  add_candidates(call);
  const auto begun = ua.call(now, lines[call.line].account, call.target, call.address, call.referred_by);
  if (!begun) {
    end(now, call, begun.error().text());
    return tl::unexpected(begun.error());
  }
  call.ua = *begun;
  refresh(now, call);
  return {};
}

void Desk::answer(Now now, Call& call, bool held) {
  call.facts.answer_pending = false;
  if (!open_audio(now, call)) {
    ua.reject(now, call.ua, 480);
    return end(now, call, "no free RTP port");
  }
  for (const auto timer : {CallTimer::NoAnswer, CallTimer::Ringing}) cancel(call, timer);
  call.facts.stage = Stage::Answering;
  off_hook = false;
  call.facts.held = held;
  if (!call.seeking) accept(now, call);
  refresh(now, call);
}

void Desk::accept(Now now, Call& call) {
  add_candidates(call);
  ua.answer(now, call.ua, call.address, call.facts.held);
}

void Desk::add_candidates(Call& call) const {
  if (!lines[call.line].ice) return;
  call.address.candidates = std::make_shared<const sdp::IceSide>(
      candidates_of({local_.address, call.rtp_port}, call.address.rtp, call.address.rtcp, call.relayed));
}

void Desk::leg_chosen(Now now, const LegChosen& chosen) {
  const auto call = std::ranges::find(calls, chosen.leg, &Call::leg);
  // One of an ICE session that is over by now names nothing.
  if (call == calls.end() || !call->agreed || !call->agreed->checks ||
      call->agreed->checks->local.ufrag != chosen.choice.local_ufrag)
    return;
  call->address.choice = std::make_shared<const sdp::IceChoice>(chosen.choice);
  end_search(now, *call);
  ua.readdress(now, call->ua, call->address, announce_of(chosen.choice, *call->agreed, call->address));
}

void Desk::end_search(Now now, Call& call) {
  if (call.note != kSearching) return;
  call.note.clear();
  refresh(now, call);
}

void Desk::audio_failed(Now now, Call& call, const LegFailure& failure) {
  using What = media::LinkFailure::What;
  switch (failure.what) {
    case What::Keys: return hang_up(now, call, "no encryption: " + failure.why);
    case What::NoWay:
      if (call.facts.stage == Stage::Established) return hang_up(now, call, "no audio: " + failure.why);
      [[fallthrough]];  // while it rings: it begins anew with whoever answers
    case What::Silence:
      if (call.facts.stage == Stage::Established) call.note = kSearching;
      refresh(now, call);
      return ua.readdress(now, call.ua, call.address, ua::Announce::Restart);
  }
}

void Desk::leg_mapped(Now now, const LegMapped& mapped) {
  const auto found = std::ranges::find(calls, mapped.leg, &Call::leg);
  if (turn) turn->told(now, mapped);
  if (found == calls.end() || !std::exchange(found->seeking, false)) return;
  found->relayed = {mapped.relayed_rtp, mapped.relayed_rtcp};
  const bool fixed = found->address.rtp.address != local_.address;  // a TURN server knows no better
  if (mapped.rtp && !fixed) {
    const Endpoint above{mapped.rtp->address, static_cast<std::uint16_t>(mapped.rtp->port + 1)};
    found->address.rtp = *mapped.rtp;
    found->address.rtcp = mapped.rtcp == above ? std::nullopt : mapped.rtcp;
  }
  if (found->facts.stage == Stage::Answering)
    accept(now, *found);
  else if (found->facts.stage == Stage::Dialing)
    (void)invite(now, *found);  // a call that cannot be made says so in its note
}

void Desk::hang_up(Now now, Call& call, std::string note) {
  if (call.ua) ua.hang_up(now, call.ua);
  end(now, call, std::move(note));
}

void Desk::end(Now now, Call& call, std::string note) {
  if (call.facts.stage == Stage::Ended) return;
  for (std::size_t i = 0; i < call.timers.size(); ++i) cancel(call, static_cast<CallTimer>(i));
  close_audio(call);
  call.facts.stage = Stage::Ended;  // the other facts stay: rooms may ask how it was
  if (!note.empty()) call.note = std::move(note);
  if (deferred && deferred->call == call.id) deferred.reset();
  arm(call, CallTimer::Linger, now.mono + kLinger);
  refresh(now, call);
  call.ended = now.wall;
  tell_end(call);
}

void Desk::tell_end(Call& call) {
  if (!out_->tells_ends || !call.ended || (call.last_leg != 0 && !call.quality_is_final)) return;
  EndedCall out;
  out.id = call.id;
  out.outgoing = call.outgoing;
  out.peer_name = call.peer.display_name;
  out.peer_number = call.peer.user;
  out.peer_uri = call.peer.uri;
  out.begun = call.begun;
  out.answered = call.answered;
  out.ended = *call.ended;
  out.encrypted = call.was_encrypted;
  out.note = call.note;
  out.quality = call.quality;
  call.ended.reset();
  out_->ended.emplace_back(id_, std::move(out));
}

void Desk::remove(int id) {
  if (Call* call = find(id)) {
    for (std::size_t i = 0; i < call->timers.size(); ++i) cancel(*call, static_cast<CallTimer>(i));
    call->quality_is_final = true;  // its audio has had the time
    tell_end(*call);
  }
  calls.remove_if([&](const Call& c) { return c.id == id; });
  changed(Change::Calls);
}

void Desk::refresh(Now now, Call& call) {
  const auto state = state_of(call.facts);
  if (state != call.shown) {
    call.shown = state;
    call.since = now.mono;
  }
  if (call.facts.stage == Stage::Established && !call.answered) call.answered = now.wall;
  changed(Change::Calls);
}

namespace {

bool is_comfort_noise(const sdp::Codec& codec) { return iequals(codec.name, "CN"); }

// What the peer may send us: by the numbers and format parameters of our own description.
std::vector<sdp::Codec> received(const sdp::Negotiated& negotiated) {
  std::vector<sdp::Codec> out = negotiated.codecs;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].payload_type = negotiated.receive_payloads[i];
    out[i].fmtp = negotiated.receive_fmtp[i];
  }
  return out;
}

}  // namespace

void Desk::set_agreed(Now now, Call& call, const std::optional<sdp::Negotiated>& negotiated) {
  const auto voice = negotiated ? std::ranges::find_if_not(negotiated->codecs, is_comfort_noise)
                                : std::vector<sdp::Codec>::const_iterator{};
  if (negotiated && voice != negotiated->codecs.end()) {
    call.agreed = media::AudioPlan{
        negotiated->local, negotiated->remote,   *voice, negotiated->telephone_event_payload, negotiated->direction,
        negotiated->ptime, received(*negotiated)};
    call.agreed->suppress_silence = settings.voice_activity_detection;
    const auto noise = std::ranges::find_if(negotiated->codecs, is_comfort_noise);
    if (noise != negotiated->codecs.end()) call.agreed->comfort_noise = noise->payload_type;
    call.agreed->telephone_event_receive = negotiated->telephone_event_receive_payload;
    // Where events are not spoken, the sound is all that can come.
    call.agreed->inband_digits =
        !negotiated->telephone_event_payload && lines[call.line].dtmf.way != config::DtmfWay::Info;
    call.agreed->remote_rtcp = negotiated->remote_rtcp;
    call.agreed->rtcp_mux = negotiated->rtcp_mux;
    call.agreed->srtp = negotiated->srtp;
    if (negotiated->dtls) call.agreed->dtls = media::DtlsPlan{*negotiated->dtls, identity_};
    call.agreed->ice = negotiated->ice;
    call.agreed->checks = negotiated->checks;
    call.was_encrypted = negotiated->srtp || negotiated->dtls;
    if (!negotiated->checks) end_search(now, call);
  } else if (call.agreed) {
    call.agreed->direction = sdp::Direction::Inactive;  // the session is gone: silence, until there is another
  }
  refresh(now, call);
}

bool Desk::open_audio(Now now, Call& call) {
  const ua::AccountId account = lines[call.line].account;
  const auto server = nat.audio_server(account);
  const auto relay = turn && lines[call.line].ice ? turn->server(now) : nullptr;
  const AudioPort port = open_port(server, relay);
  if (port.leg == 0) return false;
  call.address = nat.audio_address(account, port.port);
  call.seeking = server || relay;
  call.rtp_port = port.port;
  call.leg = call.last_leg = port.leg;
  call.quality_is_final = false;
  return true;
}

Desk::AudioPort Desk::open_port(std::optional<Endpoint> stun_server, std::shared_ptr<const turn::Server> turn_server) {
  const auto port = rtp_ports_->take(local_.address, settings.rtp_ports);
  if (!port) return {};
  const AudioPort out{out_->next_leg++, *port};
  ++out_->open_legs;
  out_->media.push_back(OpenLeg{out.leg, id_, {local_.address, *port}, stun_server, std::move(turn_server)});
  return out;
}

void Desk::close_port(AudioPort port) {
  out_->media.push_back(CloseLeg{port.leg});
  --out_->open_legs;
  rtp_ports_->give_back(local_.address, settings.rtp_ports, port.port);
}

void Desk::post(MediaCommand command) { out_->media.push_back(std::move(command)); }

void Desk::close_audio(Call& call) {
  if (call.leg == 0) return;
  close_port({call.leg, call.rtp_port});
  call.leg = 0;
  call.seeking = false;
  call.rtp_port = 0;
  call.agreed.reset();
  call.sent.reset();
}

void Desk::play(SoundSource sound, media::LocalSound place) {
  out_->media.push_back(PlaySound{id_, place, std::move(sound)});
}

void Desk::send_digits(const Call& call, media::DigitOrder order) {
  if (call.leg != 0) out_->media.push_back(SendDigits{call.leg, std::move(order)});
}

void Desk::update_audio() {
  for (auto& call : calls) update_audio(call);
}

void Desk::update_audio(Call& call) {
  if (call.leg == 0 || !call.agreed) return;
  auto plan = *call.agreed;
  plan.direction = hold::audible(call.facts, plan.direction);
  plan.room = conference::room_of(call);
  if (call.sent == plan) return;
  out_->media.push_back(UpdateLeg{call.leg, plan});
  call.sent = std::move(plan);
}

std::string Desk::fingerprint() {
  if (!identity_) identity_ = dtls::Identity::make().value_or(nullptr);
  return identity_ ? identity_->fingerprint() : std::string();
}

void Desk::arm(Call& call, CallTimer timer, TimePoint deadline) {
  cancel(call, timer);
  const auto key =
      ua::Port::kForeignKey | static_cast<std::uint32_t>(call.id) << kKindBits | static_cast<std::uint32_t>(timer);
  call.timers[static_cast<std::size_t>(timer)] = port_.timers->arm(deadline, port_.owner(key));
}

void Desk::cancel(Call& call, CallTimer timer) { port_.timers->cancel(call.timers[static_cast<std::size_t>(timer)]); }

std::optional<Desk::Fired> Desk::fired(std::uint32_t key) {
  const auto kind = key & ((1U << kKindBits) - 1);
  Call* call = find(static_cast<int>((key & ~ua::Port::kForeignKey) >> kKindBits));
  if (call == nullptr || kind >= static_cast<std::uint32_t>(CallTimer::kCount)) return std::nullopt;
  call->timers[kind] = {};
  return Fired{call, static_cast<CallTimer>(kind)};
}

void Desk::changed(Change change) {
  auto& pending = pending_[static_cast<std::size_t>(change)];
  if (pending) return;
  pending = true;
  out_->events.push_back({id_, change});
}

}  // namespace offhook::phone
