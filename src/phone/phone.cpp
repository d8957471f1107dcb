#include "phone.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/overloaded.hpp"
#include "features/call_waiting/call_waiting.hpp"
#include "features/conference/conference.hpp"
#include "features/dnd/dnd.hpp"
#include "features/dtmf/dtmf.hpp"
#include "features/features.hpp"
#include "features/forward/forward.hpp"
#include "features/paging/paging.hpp"
#include "features/replace/replace.hpp"
#include "features/ringing/ringer.hpp"
#include "features/tones/tones.hpp"

namespace offhook::phone {
namespace {

PhoneSettings settings_of(const config::PhoneConfig& config) {
  return {config.default_account,
          config.calls_per_line_key,
          config.call_waiting,
          config.refuse,
          config.ringing,
          config.rtp_ports,
          config.dtmf,
          config.tones,
          config.ringers,
          config.hold_tone,
          config.held_tone,
          config.busy_tone_delay,
          config.mac,
          config.jitter,
          config.voice_reports,
          config.voice_activity_detection,
          config.paging,
          config.auto_answer,
          config.model != nullptr && config.model->id == config::ModelId::CP860 ? 5 : 3};
}

// What the screen says when a call is over.
std::string why(const Call& call, const ua::CallEnded& event) {
  // What the person ended is over on the screen already; a status then means that our own answer had to refuse it
  // (488).
  if (event.by == ua::EndedBy::Local) return event.status >= 300 ? event.reason : std::string();
  const bool answered = call.facts.stage == Stage::Established || call.facts.stage == Stage::Answering;
  if (!call.outgoing && !answered) {
    // A proxy that forks says so when another phone took the call (RFC 3326).
    if (event.reason_header.find("cause=200") != std::string::npos) return "answered elsewhere";
    return event.by == ua::EndedBy::Remote ? "missed call" : event.reason;
  }
  if (event.status == 0) return event.by == ua::EndedBy::Remote ? "the other side hung up" : event.reason;
  return event.reason.empty() ? std::to_string(event.status) : event.reason;
}

}  // namespace

Phone::Phone(PhoneId id, ua::Port port, std::string name, const config::PhoneConfig& config, Endpoint local,
             Outbox& out, RtpPorts& rtp_ports)
    : name_(std::move(name)),
      model_(config.model),
      mac_(config.mac),
      local_(local),
      desk_(id, port, local, out, rtp_ports, settings_of(config)) {
  for (const auto& account : config.accounts) {
    auto plan = plan_line(account, config.user_agent, local);
    if (account.srtp.may_use_dtls()) plan.account.srtp.fingerprint = desk_.fingerprint();
    // Who keeps silent says what it sounds like (RFC 3389), if the other side wants to know.
    if (config.voice_activity_detection) plan.account.codecs.push_back({13, "CN", 8000, 1, {}});
    const auto dns = plan.account.dns;
    const seconds interval = plan.account.keep_alive_interval;
    plan.line.account = desk_.ua.add_account(std::move(plan.account));
    desk_.nat.add(plan.line.account, account.nat, dns, interval);
    if (account.nat.ice && !config.turn.server.empty() && !desk_.turn)
      desk_.turn = std::make_unique<TurnServer>(port, local, config.turn, dns);
    desk_.lines.push_back(std::move(plan.line));
  }
}

void Phone::start(Now now) {
  paging::start(desk_);
  if (desk_.turn) desk_.turn->begin(now);
  for (auto& line : desk_.lines) {
    if (!desk_.nat.begin(now, line.account))
      register_line(now, line);
    else if (line.registers && line.reachable)
      line.status = "looking for its address";
  }
  desk_.changed(Change::Registration);
  pump(now);
}

void Phone::register_line(Now now, Line& line) {
  if (!line.registers || !line.reachable) return;
  line.status = "registering";
  desk_.ua.register_account(now, line.account);
}

void Phone::stop(Now now) {
  paging::stop(desk_);
  desk_.nat.stop();
  desk_.deferred.reset();
  for (auto& call : desk_.calls)
    if (call.facts.stage != Stage::Ended) hang_up(now, call);
  for (const auto& line : desk_.lines)
    if (line.registers && line.reachable && line.unregister_on_stop) desk_.ua.unregister_account(now, line.account);
  pump(now);
}

void Phone::request(Now now, transaction::RequestReceived event) {
  desk_.ua.request(now, std::move(event));
  pump(now);
}

void Phone::response(Now now, transaction::ResponseReceived event) {
  desk_.ua.response(now, std::move(event));
  pump(now);
}

void Phone::failed(Now now, transaction::Owner owner, int status) {
  desk_.ua.failed(now, owner, status);
  pump(now);
}

void Phone::server_failed(Now now, transaction::Owner owner) {
  desk_.ua.server_failed(now, owner);
  pump(now);
}

void Phone::stun(Now now, const transport::Flow& flow, std::string_view datagram) {
  if (desk_.nat.receive(now, flow, datagram)) pump(now);
}

void Phone::leg_mapped(Now now, const LegMapped& mapped) {
  desk_.leg_mapped(now, mapped);
  pump(now);
}

void Phone::leg_chosen(Now now, const LegChosen& chosen) {
  desk_.leg_chosen(now, chosen);
  pump(now);
}

void Phone::located(Now now, std::uint32_t key, const transport::Located& event) {
  if (key == Nat::kKey)
    desk_.nat.located(now, event);
  else if (key == TurnServer::kKey && desk_.turn)
    desk_.turn->located(event);
  else
    desk_.ua.located(now, key, event);
  pump(now);
}

void Phone::lost(Now now, const transport::Flow& flow) {
  desk_.ua.lost(now, flow);
  pump(now);
}

void Phone::timer(Now now, std::uint32_t key) {
  if ((key & ua::Port::kForeignKey) == 0) {
    desk_.ua.timer(now, key);
  } else if (key == Nat::kKey) {
    desk_.nat.wake(now);
  } else if (const auto fired = desk_.fired(key)) {
    if (fired->timer == CallTimer::Linger) {
      desk_.remove(fired->call->id);
    } else {
      for (const auto& feature : features())
        if (feature.on_timer != nullptr) feature.on_timer(desk_, now, *fired->call, fired->timer);
    }
  }
  pump(now);
}

void Phone::digit_heard(Now now, const LegDigit& digit) {
  const auto call = std::ranges::find(desk_.calls, digit.leg, &Call::leg);
  if (call != desk_.calls.end()) dtmf::heard(desk_, now, *call, digit.heard);
  pump(now);
}

void Phone::page_changed(Now now, const PageChange& change) {
  paging::changed(desk_, change);
  pump(now);
}

void Phone::link_failed(Now now, const LegFailure& failure) {
  const auto call = std::ranges::find(desk_.calls, failure.leg, &Call::leg);
  if (call != desk_.calls.end()) desk_.audio_failed(now, *call, failure);
  pump(now);
}

void Phone::media_report(Now now, const LegQuality& report) {
  Call* call = desk_.find_leg(report.leg);
  if (call == nullptr) return;
  call->quality = std::make_shared<const media::CallQuality>(report.quality);
  call->quality_is_final = report.final;
  for (const auto& feature : features())
    if (feature.on_quality != nullptr) feature.on_quality(desk_, now, *call, report.final);
  // While a call goes on its figures are asked for; the last ones are news.
  if (report.final) {
    desk_.changed(Change::Calls);
    desk_.tell_end(*call);
  }
  pump(now);
}

void Phone::pump(Now now) {
  while (const auto found = desk_.nat.poll()) {
    desk_.ua.advertise(now, found->account, found->address);
    Line* line = desk_.line_of(found->account);
    if (line != nullptr && found->first) register_line(now, *line);
    desk_.changed(Change::Registration);
  }
  const auto take_events = [&] {
    while (const auto event = desk_.ua.poll()) on_event(now, *event);
  };
  take_events();
  paging::update(desk_, now);
  take_events();
  conference::update(desk_, now);
  desk_.update_audio();
  tones::update(desk_);
}

void Phone::on_event(Now now, const ua::Event& event) {
  on_registration(event);
  if (const auto* incoming = std::get_if<ua::IncomingCall>(&event))
    on_incoming(now, *incoming);
  else if (const auto* ended = std::get_if<ua::CallEnded>(&event))
    on_ended(now, *ended);
  else
    on_call(now, event);
  for (const auto& feature : features())
    if (feature.on_event != nullptr) feature.on_event(desk_, now, event);
}

void Phone::on_registration(const ua::Event& event) {
  if (const auto* registered = std::get_if<ua::Registered>(&event)) {
    Line* line = desk_.line_of(registered->account);
    if (line == nullptr || line->registered) return;  // a refresh is no news
    line->registered = true;
    line->retrying = false;
    line->status = "registered";
  } else if (const auto* unregistered = std::get_if<ua::Unregistered>(&event)) {
    Line* line = desk_.line_of(unregistered->account);
    if (line == nullptr) return;
    line->registered = false;
    line->retrying = unregistered->will_retry;
    line->status =
        unregistered->status == 0 ? "unregistered" : std::to_string(unregistered->status) + ' ' + unregistered->reason;
  } else {
    return;
  }
  desk_.changed(Change::Registration);
}

void Phone::on_incoming(Now now, const ua::IncomingCall& event) {
  const Line* line = desk_.line_of(event.account);
  if (line == nullptr) return desk_.ua.reject(now, event.call, 404);
  if (event.replaces) return replace::take(desk_, now, static_cast<std::size_t>(line - desk_.lines.data()), event);
  const bool busy =
      call_waiting::is_busy(desk_.live_calls(), desk_.settings.calls_per_line_key, desk_.settings.call_waiting);
  const IncomingFacts facts{event.caller.user, busy, dnd::applies(line->dnd, event.caller.user)};
  const auto verdict = decide_incoming(facts, desk_, *line);
  Call& call = desk_.add_call(now, false, static_cast<std::size_t>(line - desk_.lines.data()), event.caller);
  call.ua = event.call;
  call.ringer = ringing::ringer_of(event.alert_info, *line, desk_.settings.ringers);
  if (!verdict) {
    desk_.ua.ring(now, call.ua);
    return alert(desk_, now, call);
  }
  const auto refused = [&](const Refuse& refuse) {
    desk_.ua.reject(now, call.ua, refuse.status);
    desk_.end(now, call, refuse.note);
  };
  std::visit(Overloaded{refused, [&](const Forward& to) { forward::send(desk_, now, call, to); }}, *verdict);
}

void Phone::on_ended(Now now, const ua::CallEnded& event) {
  if (Call* call = desk_.find(event.call)) desk_.end(now, *call, why(*call, event));
}

// What a call's own facts take from an event; every event but the first and the last.
void Phone::on_call(Now now, const ua::Event& event) {
  if (const auto* progress = std::get_if<ua::CallProgress>(&event)) {
    Call* call = desk_.find(progress->call);
    if (call == nullptr || call->facts.stage != Stage::Dialing) return;
    call->facts.stage = Stage::RingBack;
    desk_.refresh(now, *call);
  } else if (const auto* established = std::get_if<ua::CallEstablished>(&event)) {
    Call* call = desk_.find(established->call);
    if (call == nullptr || call->facts.stage == Stage::Ended) return;  // hung up meanwhile: the user agent sends BYE
    call->facts.stage = Stage::Established;
    if (!established->peer.uri.empty()) call->peer = established->peer;
    desk_.refresh(now, *call);
  } else if (const auto* media = std::get_if<ua::MediaChanged>(&event)) {
    Call* call = desk_.find(media->call);
    if (call != nullptr && call->facts.stage != Stage::Ended) desk_.set_agreed(now, *call, media->negotiated);
  }
}

}  // namespace offhook::phone
