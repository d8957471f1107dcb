// The table of calls as others see it: dialogs for lamps, records for lists.
#include "base/ascii.hpp"
#include "calls/calls.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::proxy {
namespace {

// The URI of a Contact, From or To value; "" when it does not parse.
std::string uri_of(std::string_view value) {
  const auto parsed = sip::NameAddr::parse(sip::CommaSplitter(value).next().value_or(std::string_view{}));
  return parsed ? std::string(parsed->uri) : std::string{};
}
std::string display_of(std::string_view value) {
  const auto parsed = sip::NameAddr::parse(value);
  return parsed ? parsed->display_name() : std::string{};
}

}  // namespace

std::string_view text_of(CallState state) {
  switch (state) {
    case CallState::Trying: return "trying";
    case CallState::Ringing: return "ringing";
    case CallState::Answered: return "answered";
    case CallState::Ended: return "ended";
  }
  return {};
}

std::string_view text_of(CallEnd end) {
  switch (end) {
    case CallEnd::None: return "";
    case CallEnd::Hangup: return "hangup";
    case CallEnd::Cancelled: return "cancelled";
    case CallEnd::Failed: return "failed";
    case CallEnd::Silent: return "silent";
    case CallEnd::Expired: return "expired";
  }
  return {};
}

std::string_view text_of(CallSide side) {
  switch (side) {
    case CallSide::Nobody: return "";
    case CallSide::Caller: return "caller";
    case CallSide::Callee: return "callee";
  }
  return {};
}

// While it rings its other side is the first phone that does.
CallDialog Calls::callers(TimePoint now, const Call& call) const {
  CallDialog out;
  out.id = hash(call);
  out.user = call.text[Text::CallerUser];
  out.is_caller = true;
  out.state = call.state;
  out.call_id = call.text[Text::Id];
  out.local_tag = call.text[Text::CallerTag];
  out.local = call.text[Text::From];
  out.local_target = call.text[Text::CallerContact];
  out.remote_tag = call.text[Text::CalleeTag];
  out.remote = call.text[Text::To];
  out.remote_target = call.text[Text::CalleeContact];
  if (!call.legs.empty()) {
    const auto& leg = call.legs.front().text;
    out.remote_tag = leg[LegText::Tag];
    out.remote = leg[LegText::To];
    out.remote_target = leg[LegText::Contact];
  }
  out.age = call.age(now);
  return out;
}

CallDialog Calls::callees(TimePoint now, const Call& call) const {
  CallDialog out = callers(now, call);
  out.user = call.text[Text::CalleeUser];
  out.is_caller = false;
  out.peer_is_ours = !call.text[Text::CallerUser].empty();
  out.peer_replaces = call.knows_replaces;
  out.id = fnv1a(out.remote_tag, out.id);
  std::swap(out.local_tag, out.remote_tag);
  std::swap(out.local, out.remote);
  std::swap(out.local_target, out.remote_target);
  return out;
}

CallDialog Calls::of_leg(TimePoint now, const Call& call, const Leg& leg) const {
  CallDialog out = callees(now, call);
  out.user = leg.text[LegText::User];
  out.id = fnv1a(leg.text[LegText::Tag], hash(call));
  out.state = CallState::Ringing;
  out.local_tag = leg.text[LegText::Tag];
  out.local = leg.text[LegText::To];
  out.local_target = leg.text[LegText::Contact];
  return out;
}

void Calls::tell_callers(TimePoint now, const Call& call) const {
  if (is_watched(call.text[Text::CallerUser])) watcher_->changed(now, callers(now, call));
}

void Calls::tell_leg(TimePoint now, const Call& call, const Leg& leg) const {
  if (is_watched(leg.text[LegText::User])) watcher_->changed(now, of_leg(now, call, leg));
}

void Calls::tell_end_of_leg(TimePoint now, const Call& call, const Leg& leg, const Ending& ending) const {
  if (is_watched(leg.text[LegText::User])) watcher_->changed(now, ended(of_leg(now, call, leg), ending));
}

void Calls::tell_all(TimePoint now, const Call& call) const {
  each_dialog(
      now, call, [&](std::string_view user) { return is_watched(user); },
      [&](const CallDialog& dialog) { watcher_->changed(now, dialog); });
}

void Calls::tell_end(TimePoint now, const Call& call, const Ending& ending) const {
  each_dialog(
      now, call, [&](std::string_view user) { return is_watched(user); },
      [&](const CallDialog& dialog) { watcher_->changed(now, ended(dialog, ending)); });
}

CallDialog Calls::ended(CallDialog dialog, const Ending& ending) {
  dialog.state = CallState::Ended;
  dialog.end = ending.end;
  dialog.status = ending.status;
  dialog.ended_here = ending.by == (dialog.is_caller ? CallSide::Caller : CallSide::Callee);
  return dialog;
}

CallRecord Calls::record(std::uint64_t number, const Call& call) const {
  const auto moment = [&](std::uint32_t after) -> std::optional<Now> {
    if (after == 0) return std::nullopt;
    return Now{call.started.mono + milliseconds(after), call.started.wall + milliseconds(after)};
  };
  CallRecord out;
  const auto& text = call.text;
  out.number = number;
  out.call_id = text[Text::Id];
  out.caller_tag = text[Text::CallerTag];
  out.callee_tag = call.legs.empty() ? text[Text::CalleeTag] : call.legs.front().text[LegText::Tag];
  out.caller = uri_of(text[Text::From]);
  out.caller_display = display_of(text[Text::From]);
  out.caller_user = text[Text::CallerUser];
  out.dialled = text[Text::Dialled];
  out.callee = uri_of(text[Text::To]);
  out.callee_display = display_of(text[Text::To]);
  out.callee_user = text[Text::CalleeUser];
  out.caller_contact = uri_of(text[Text::CallerContact]);
  out.callee_contact = uri_of(call.legs.empty() ? text[Text::CalleeContact] : call.legs.front().text[LegText::Contact]);
  out.state = call.state;
  out.started = call.started;
  out.rang = moment(call.rang);
  out.answered = moment(call.answered);
  out.status = call.state == CallState::Answered ? 200 : 0;
  return out;
}

std::vector<CallRecord> Calls::records() const {
  std::vector<CallRecord> out;
  out.reserve(table_.size());
  table_.for_each([&](CallId id, const Call& call) { out.push_back(record(id.number(), call)); });
  return out;
}

std::size_t Calls::octets() const {
  std::size_t out = 0;
  table_.for_each([&](CallId, const Call& call) {
    out += sizeof(Call) + 16 + call.text.octets();
    for (const Leg& leg : call.legs) out += sizeof(Leg) + leg.text.octets();
  });
  return out + 24 * (by_dialog_.size() + by_user_.size()) + 40 * wheel_.size();
}

}  // namespace offhook::proxy
