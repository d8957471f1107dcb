// The person's side of Phone: commands in, view out.
#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "base/overloaded.hpp"
#include "choose_call.hpp"
#include "features/call_waiting/call_waiting.hpp"
#include "features/conference/conference.hpp"
#include "features/dnd/dnd.hpp"
#include "features/dtmf/dtmf.hpp"
#include "features/forward/forward.hpp"
#include "features/hold/hold.hpp"
#include "features/paging/paging.hpp"
#include "features/refuse/refuse.hpp"
#include "features/tones/tones.hpp"
#include "features/transfer/transfer.hpp"
#include "phone.hpp"
#include "sip/uri.hpp"

namespace offhook::phone {
namespace {

// How the screen names a target before the network has said anything.
ua::Party party_of(std::string_view target, std::string_view domain) {
  const auto uri = forward::target_uri(target, domain);
  const auto parsed = sip::Uri::parse(uri);
  if (!parsed) return {{}, std::string(target), std::string(target)};
  return {{}, uri, parsed->user.empty() ? std::string(parsed->host) : sip::unescape(parsed->user)};
}

CallView view_of(const Call& call, bool others_up, const config::DtmfKeysConfig& keys) {
  CallView out;
  out.id = call.id;
  out.outgoing = call.outgoing;
  out.state = call.shown;
  out.peer_name = call.peer.display_name;
  out.peer_number = call.peer.user;
  out.peer_uri = call.peer.uri;
  out.since = call.since;
  out.encrypted = call.agreed && (call.agreed->srtp || call.agreed->dtls);
  out.conference = call.facts.conference;
  out.waiting = call.facts.stage == Stage::Ringing && others_up;
  out.note = call.note;
  out.actions = actions_of(call.facts);
  out.digits_sent = dtmf::shown(call.digits.sent, keys);
  for (const auto& digit : call.digits.heard)
    out.digits_heard.push_back({digit.digit, digit.way, digit.duration, digit.at});
  out.quality = call.quality;
  return out;
}

}  // namespace

Checked<void> Phone::command(Now now, const Command& command) {
  auto result = apply(now, command);
  const bool takes_a_call = std::holds_alternative<Dial>(command) || std::holds_alternative<Answer>(command) ||
                            std::holds_alternative<Resume>(command);
  if (result && takes_a_call) paging::step_aside(desk_);
  pump(now);
  return result;
}

Checked<void> Phone::apply(Now now, const Command& command) {
  const auto on_call = [&](Action action, int id, auto&& act) -> Checked<void> {
    return choose_call(desk_, action, id).and_then([&](Call* call) -> Checked<void> { return act(*call); });
  };
  const auto defer = [&](Deferred::What what) {
    return [this, now, what](Call& call) { return call_waiting::with_the_line_free(desk_, now, {what, call.id}); };
  };
  const auto done = [](auto&& act) {
    return [act](Call& call) -> Checked<void> {
      act(call);
      return {};
    };
  };
  const auto press = [&](const std::string& keys, int id) -> Checked<void> {
    return dtmf::choose(desk_, id).and_then([&](Call* call) { return dtmf::press(desk_, now, *call, keys); });
  };
  const auto transfer_to = [&](const Transfer& c) -> Checked<void> {
    const auto& keys = desk_.settings.dtmf;
    if (keys.replace_transfer && !keys.transfer.empty()) return press(keys.transfer, c.call);
    if (trim(c.target).empty()) return complain("transfer to whom?");
    return on_call(Action::Transfer, c.call, done([&](Call& call) { transfer::request(desk_, now, call, c.target); }));
  };
  return std::visit(
      Overloaded{
          [&](const Dial& c) { return dial(now, c); },
          [&](const Answer& c) { return on_call(Action::Answer, c.call, defer(Deferred::What::Answer)); },
          [&](const Reject& c) {
            return on_call(Action::Reject, c.call, done([&](Call& call) { refuse::reject(desk_, now, call); }));
          },
          [&](const Hold& c) {
            return on_call(Action::Hold, c.call, done([&](Call& call) { conference::hold_all(desk_, now, call); }));
          },
          [&](const Resume& c) { return on_call(Action::Resume, c.call, defer(Deferred::What::Resume)); },
          transfer_to,
          [&](const HangUp& c) {
            return on_call(Action::HangUp, c.call, done([&](Call& call) {
                             const bool all = c.call == 0 && call.facts.conference;
                             if (!all) return hang_up(now, call);
                             for (Call& each : desk_.calls)
                               if (each.facts.conference && each.facts.stage != Stage::Ended) hang_up(now, each);
                           }));
          },
          [&](const PressKeys& c) { return press(c.keys, c.call); },
          [&](const OffHook&) { return tones::off_hook(desk_); },
          [&](const OnHook&) { return on_hook(now); },
          [&](const SetDnd& c) { return dnd::set(desk_, c); },
          [&](const SetForward& c) { return forward::set(desk_, c); },
          [&](const Conference& c) { return conference::join(desk_, now, c.call); },
          [&](const Split&) { return conference::split(desk_, now); },
          [&](const Page& c) { return paging::send(desk_, now, c); },
          [&](const EndPage&) -> Checked<void> {
            if (!paging::end(desk_)) return complain("no page is sent or heard");
            return {};
          },
      },
      command);
}

Checked<void> Phone::dial(Now now, const Dial& command) {
  const auto target = std::string(trim(command.target));
  if (target.empty()) return complain("call whom?");
  const auto found = std::ranges::find(desk_.lines, command.account, &Line::index);
  const Line* line = command.account == 0 ? desk_.default_line() : found == desk_.lines.end() ? nullptr : &*found;
  if (line == nullptr)
    return complain(command.account == 0 ? "the phone has no account"
                                         : "there is no account " + std::to_string(command.account));
  // Without a server only an address that says where it lives can be called.
  if (!line->reachable && target.find('@') == std::string::npos) return complain("cannot call " + target, line->status);
  for (const auto& call : desk_.calls) {
    if (call.outgoing && (call.shown == CallState::Dialing || call.shown == CallState::RingBack))
      return complain("call " + std::to_string(call.id) + " is still being dialled");
  }
  Call& call =
      desk_.add_call(now, true, static_cast<std::size_t>(line - desk_.lines.data()), party_of(target, line->domain));
  call.target = target;
  const int id = call.id;
  auto begun = call_waiting::with_the_line_free(desk_, now, {Deferred::What::Dial, id});
  if (!begun) desk_.remove(id);  // the complaint says it; nothing was sent
  return begun;
}

Checked<void> Phone::on_hook(Now now) {
  bool done = std::exchange(desk_.off_hook, false);
  done = paging::end(desk_) || done;
  for (auto& call : desk_.calls) {
    const bool dialled = call.outgoing && (call.shown == CallState::Dialing || call.shown == CallState::RingBack);
    const bool plays_its_end = call.facts.stage == Stage::Ended && !call.end_tone.empty();
    if (!dialled && !is_talking(call.facts) && !plays_its_end) continue;
    done = true;
    call.end_tone = {};
    if (!plays_its_end) hang_up(now, call);
  }
  if (!done) return complain("the handset is down already");
  desk_.changed(Change::Calls);
  return {};
}

void Phone::hang_up(Now now, Call& call) {
  if (call.facts.stage == Stage::Ringing) return refuse::reject(desk_, now, call);
  transfer::abandoned(desk_, now, call);
  desk_.hang_up(now, call, {});
}

std::string Phone::describe_nat(const Line& line) const {
  std::string out = desk_.nat.describe(line.account);
  const std::string relay = desk_.turn && line.ice ? desk_.turn->describe() : std::string{};
  if (!out.empty() && !relay.empty()) out += "; ";
  return out + relay;
}

PhoneView Phone::view() const {
  PhoneView out;
  out.name = name_;
  if (model_ != nullptr) out.model = model_->name;
  out.mac = mac_;
  out.local = local_;
  for (const auto& line : desk_.lines)
    out.accounts.push_back({line.index, line.label, line.user, line.domain, line.registered, line.status,
                            describe_nat(line), line.messages});
  const auto is_up = [](const Call& c) { return c.facts.stage != Stage::Ended && c.facts.stage != Stage::Ringing; };
  const bool others_up = std::ranges::any_of(desk_.calls, is_up);
  for (const auto& call : desk_.calls) out.calls.push_back(view_of(call, others_up, desk_.settings.dtmf));
  out.dnd = dnd::is_on(desk_);
  out.off_hook = desk_.off_hook;
  out.page = paging::view(desk_);
  if (desk_.sounding) (desk_.sounding->is_ringer ? out.ringer : out.tone) = desk_.sounding->name;
  const auto chosen = std::ranges::find(desk_.lines, desk_.settings.default_account, &Line::index);
  if (!desk_.lines.empty())
    out.forward = forward::describe(chosen == desk_.lines.end() ? desk_.lines.front() : *chosen);
  return out;
}

bool Phone::is_registered() const {
  return std::ranges::all_of(desk_.lines, [](const Line& line) { return line.registered || !line.registers; });
}

std::optional<std::uint64_t> Phone::leg_of(int id) const {
  const auto found = std::ranges::find(desk_.calls, id, &Call::id);
  if (found == desk_.calls.end() || found->leg == 0) return std::nullopt;
  return found->leg;
}

std::size_t Phone::waiting_calls() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(desk_.calls, [](const Call& c) { return !c.ua && c.facts.stage != Stage::Ended; }));
}

}  // namespace offhook::phone
