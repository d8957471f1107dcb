#include "calls/calls.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "sip/header/option_tags.hpp"
#include "sip/header/session_expires.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;
using sip::Method;

constexpr std::size_t kMostText = 1024;   // of one value; longer ones are not kept
constexpr std::size_t kMostLegs = 64;     // of one call
constexpr Duration kSlack = seconds(32);  // after a session timer (RFC 4028 §10)
constexpr std::uint32_t kLongest = UINT32_MAX;

std::string_view bounded(std::string_view value) { return value.size() > kMostText ? std::string_view{} : value; }

std::string_view field(const sip::Message& message, HeaderId id) {
  return bounded(message.find(id).value_or(std::string_view{}));
}

// Of From or To: without its tag. A display name that is too long goes.
std::string_view address(const sip::Message& message, HeaderId id) {
  std::string_view value = message.find(id).value_or(std::string_view{});
  const auto end = value.rfind('>');
  value = value.substr(0, end == std::string_view::npos ? value.find(';') : end + 1);
  if (value.size() <= kMostText) return value;
  const auto begin = value.rfind('<');
  return begin == std::string_view::npos ? std::string_view{} : bounded(value.substr(begin));
}

std::uint32_t since(Duration age) {
  const auto count = std::chrono::duration_cast<milliseconds>(age).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 1, kLongest));
}

// "sip:1002@example.test" → "1002"
std::string user_of(std::string_view aor) {
  const auto uri = sip::Uri::parse(aor);
  return uri ? sip::unescape(uri->user) : std::string{};
}

std::uint32_t session_of(const sip::Message& response) {
  const auto value = response.find(HeaderId::SessionExpires);
  const auto session = value ? sip::SessionExpires::parse(*value) : tl::unexpected(Error{});
  return session ? session->seconds : 0;
}

}  // namespace

CallRef Calls::take(Now now, const sip::Message& request, const Facts& facts) {
  if (facts.to_tag.empty())
    return settings_.on && request.method() == Method::Invite ? begin(now, request, facts) : CallRef{};
  if (table_.empty()) return {};
  CallRef ref;
  ref.call = find(request.call_id(), facts.from_tag, facts.to_tag);
  if (!ref.call) {
    ref.call = find(request.call_id(), facts.to_tag, facts.from_tag);
    ref.is_callers = false;
  }
  if (!ref.call) return {};
  Call& call = *table_.find(ref.call);
  call.heard = since(call.age(now.mono));
  ref.part = request.method() == Method::Bye ? CallRef::Part::End : CallRef::Part::Change;
  return ref;
}

std::optional<Calls::Call> Calls::make(Now now, const sip::Message& request, const Facts& facts) const {
  const auto call_id = bounded(request.call_id());
  const auto tag = bounded(facts.from_tag);
  if (call_id.empty() || tag.empty()) return std::nullopt;
  const std::string callee = facts.to_us ? sip::unescape(facts.uri.user) : std::string{};
  Call call;
  call.started = now;
  call.is_told = !facts.by_node;
  call.knows_replaces = notes_replaces_ && sip::has_option_tag(request, HeaderId::Supported, "replaces");
  call.text.assign({call_id, tag, address(request, HeaderId::From), field(request, HeaderId::Contact),
                    facts.by_node ? std::string_view{} : bounded(facts.from_user), bounded(request.request_uri()),
                    bounded(callee), std::string_view{}, address(request, HeaderId::To), std::string_view{}});
  return call;
}

CallRef Calls::begin(Now now, const sip::Message& request, const Facts& facts) {
  // One that comes by again is the same call on a spiral: who relayed it first hears of everything.
  if (find_setup(request.call_id(), facts.from_tag)) return {};
  auto call = table_.size() < settings_.most ? make(now, request, facts) : std::nullopt;
  if (!call) {
    ++not_kept_;
    return {};
  }
  const CallId id = table_.insert(*std::move(call));
  const Call& kept = *table_.find(id);
  by_dialog_.insert(hash(kept), id);
  add_user(id, kept.text[Text::CallerUser]);
  if (kept.is_told)
    for (CallObserver* observer : observers_) observer->started(record(id.number(), kept));
  tell_callers(now.mono, kept);
  return {id, CallRef::Part::Setup, true};
}

void Calls::refused(Now now, const sip::Message& request, const Facts& facts, int status) {
  if (!settings_.on || observers_.empty() || !facts.to_tag.empty() || request.method() != Method::Invite) return;
  failed(now.mono, begin(now, request, facts), status);
}

void Calls::restore(Now now, const CallRecord& record) {
  const bool is_known = static_cast<bool>(find_setup(record.call_id, record.caller_tag));
  if (!settings_.on || !record.answered || is_known || table_.size() >= settings_.most) return;
  const auto name_addr = [](std::string_view uri) { return '<' + std::string(uri) + '>'; };
  const std::string from = name_addr(record.caller), to = name_addr(record.callee);
  Call call;
  call.started = record.started;
  call.text.assign({record.call_id, record.caller_tag, from, std::string_view{}, record.caller_user, record.dialled,
                    record.callee_user, record.callee_tag, to, std::string_view{}});
  if (record.rang) call.rang = since(record.rang->wall - record.started.wall);
  call.answered = since(record.answered->wall - record.started.wall);
  call.heard = since(call.age(now.mono));
  call.state = CallState::Answered;
  const CallId id = table_.insert(std::move(call));
  Call& kept = *table_.find(id);
  by_dialog_.insert(hash(kept), id);
  add_user(id, kept.text[Text::CallerUser]);
  add_user(id, kept.text[Text::CalleeUser]);
  arm(now.mono, id, kept);
}

CallId Calls::find_setup(std::string_view call_id, std::string_view caller_tag) const {
  CallId found;
  by_dialog_.find(hash(call_id, caller_tag), [&](CallId id) {
    const auto& text = table_.find(id)->text;
    if (text[Text::Id] != call_id || text[Text::CallerTag] != caller_tag) return false;
    found = id;
    return true;
  });
  return found;
}

CallId Calls::find(std::string_view call_id, std::string_view caller_tag, std::string_view callee_tag) const {
  const CallId id = find_setup(call_id, caller_tag);
  const Call* const call = table_.find(id);
  // The dialog with a phone that answered too late is not this call.
  if (call == nullptr || (call->state == CallState::Answered && call->text[Text::CalleeTag] != callee_tag)) return {};
  return id;
}

void Calls::add_user(CallId id, std::string_view user) {
  if (user.empty()) return;
  bool is_there = false;
  by_user_.find(hash(user), [&](CallId other) { return is_there = other == id; });
  if (!is_there) by_user_.insert(hash(user), id);
}

void Calls::drop_user(CallId id, std::string_view user) {
  if (!user.empty()) by_user_.erase(hash(user), id);
}

std::size_t Calls::find_leg(const Call& call, std::string_view tag) {
  const auto found =
      std::find_if(call.legs.begin(), call.legs.end(), [&](const Leg& leg) { return leg.text[LegText::Tag] == tag; });
  return static_cast<std::size_t>(found - call.legs.begin());
}

void Calls::provisional(TimePoint now, CallRef ref, std::uint64_t branch, const sip::Message& response,
                        std::string_view aor) {
  Call* const call = table_.find(ref.call);
  if (call == nullptr || ref.part != CallRef::Part::Setup || call->state == CallState::Answered) return;
  const auto tag = bounded(response.to_tag());
  const bool is_new = !tag.empty() && find_leg(*call, tag) == call->legs.size() && call->legs.size() < kMostLegs;
  if (is_new) {
    const std::string other = aor.empty() ? std::string{} : user_of(aor);
    const std::string_view user = aor.empty() ? call->text[Text::CalleeUser] : other;
    Leg& leg = call->legs.add();
    leg.branch = branch;
    leg.text.assign({user, tag, address(response, HeaderId::To), field(response, HeaderId::Contact)});
    add_user(ref.call, user);
  }
  const bool is_first = call->state == CallState::Trying;
  if (is_first) {
    call->state = CallState::Ringing;
    call->rang = since(call->age(now));
    if (call->is_told)
      for (CallObserver* observer : observers_) observer->ringing(record(ref.call.number(), *call));
  }
  if (is_first || (is_new && call->legs.size() == 1)) tell_callers(now, *call);
  if (is_new) tell_leg(now, *call, call->legs.back());
}

void Calls::success(TimePoint now, CallRef ref, const sip::Message& response, std::string_view aor) {
  Call* const call = table_.find(ref.call);
  if (call == nullptr) return;
  switch (ref.part) {
    case CallRef::Part::Setup:
      if (call->state != CallState::Answered) answer(now, ref.call, *call, response, aor);
      return;
    case CallRef::Part::Change: return change(now, ref.call, *call, response);
    case CallRef::Part::End:
      return end(now, ref.call, {CallEnd::Hangup, ref.is_callers ? CallSide::Caller : CallSide::Callee, 200});
  }
}

void Calls::answer(TimePoint now, CallId id, Call& call, const sip::Message& response, std::string_view aor) {
  const auto tag = bounded(response.to_tag());
  const std::string other = aor.empty() ? std::string{} : user_of(aor);
  const Legs legs = std::exchange(call.legs, {});
  for (const Leg& leg : legs) drop_user(id, leg.text[LegText::User]);
  auto texts = call.text.texts();
  if (!aor.empty()) texts[static_cast<std::size_t>(Text::CalleeUser)] = other;
  texts[static_cast<std::size_t>(Text::CalleeTag)] = tag;
  texts[static_cast<std::size_t>(Text::To)] = address(response, HeaderId::To);
  texts[static_cast<std::size_t>(Text::CalleeContact)] = field(response, HeaderId::Contact);
  call.text.assign(texts);
  add_user(id, call.text[Text::CallerUser]);
  add_user(id, call.text[Text::CalleeUser]);
  call.state = CallState::Answered;
  call.answered = call.heard = since(call.age(now));
  call.session = session_of(response);
  arm(now, id, call);
  if (call.is_told)
    for (CallObserver* observer : observers_) observer->answered(record(id.number(), call));
  for (const Leg& leg : legs)
    if (leg.text[LegText::Tag] != tag) tell_end_of_leg(now, call, leg, {CallEnd::Cancelled, CallSide::Nobody, 0});
  tell_all(now, call);
}

// RFC 4028 §7.2: each 2xx to a refresh sets the timer anew, or ends it.
void Calls::change(TimePoint now, CallId id, Call& call, const sip::Message& response) {
  if (response.method() != Method::Invite && response.method() != Method::Update) return;
  if (call.state != CallState::Answered || call.session == session_of(response)) return;
  call.session = session_of(response);
  arm(now, id, call);
}

void Calls::branch_failed(TimePoint now, CallRef ref, std::uint64_t branch, int status) {
  Call* const call = table_.find(ref.call);
  if (call == nullptr || ref.part != CallRef::Part::Setup || call->state == CallState::Answered) return;
  const CallEnd how = call->is_cancelled ? CallEnd::Cancelled : CallEnd::Failed;
  call->legs.erase_if([&](const Leg& leg) {
    if (leg.branch != branch) return false;
    tell_end_of_leg(now, *call, leg, {how, how == CallEnd::Failed ? CallSide::Callee : CallSide::Caller, status});
    return true;
  });
}

void Calls::failed(TimePoint now, CallRef ref, int status) {
  const Call* const call = table_.find(ref.call);
  if (call == nullptr) return;
  // RFC 3261 §15.1.1: whoever said BYE has hung up, whatever the answer; unless he is asked for credentials.
  if (ref.part == CallRef::Part::End && status != 401 && status != 407)
    end(now, ref.call, {CallEnd::Hangup, ref.is_callers ? CallSide::Caller : CallSide::Callee, status});
  if (ref.part != CallRef::Part::Setup || call->state == CallState::Answered) return;
  if (call->is_cancelled)
    end(now, ref.call, {CallEnd::Cancelled, CallSide::Caller, status});
  else
    end(now, ref.call, {CallEnd::Failed, CallSide::Callee, status});
}

void Calls::cancelled(CallRef ref) {
  if (Call* const call = table_.find(ref.call); call != nullptr && ref.part == CallRef::Part::Setup)
    call->is_cancelled = true;
}

Duration Calls::patience(const Call& call) const {
  return call.session == 0 ? Duration(settings_.silence) : seconds(call.session) + kSlack;
}

void Calls::arm(TimePoint now, CallId id, Call& call) {
  wheel_.cancel(call.timer);
  call.timer = wheel_.arm(now + patience(call), id.number());
}

void Calls::wake(TimePoint now) {
  wheel_.advance(now, [&](std::uint64_t payload) { silent(now, CallId::from_number(payload)); });
}

// What was heard since the timer was armed only counts here: to arm it anew each time would cost more.
void Calls::silent(TimePoint now, CallId id) {
  Call& call = *table_.find(id);
  const TimePoint until = call.started.mono + milliseconds(call.heard) + patience(call);
  call.timer = {};
  if (now < until)
    call.timer = wheel_.arm(until, id.number());
  else
    end(now, id, {call.session == 0 ? CallEnd::Silent : CallEnd::Expired, CallSide::Nobody, 200});
}

void Calls::end(TimePoint now, CallId id, const Ending& ending) {
  Call& call = *table_.find(id);
  tell_end(now, call, ending);
  if (!observers_.empty() && call.is_told) {
    CallRecord out = record(id.number(), call);
    out.state = CallState::Ended;
    out.end = ending.end;
    out.ended_by = ending.by;
    if (call.state != CallState::Answered) out.status = ending.status;
    // Moments are kept in milliseconds, rounded up: none of them comes after the end.
    const Duration age = std::max<Duration>(call.age(now), milliseconds(std::max(call.rang, call.answered)));
    out.ended = Now{call.started.mono + age, call.started.wall + age};
    for (CallObserver* observer : observers_) observer->ended(out);
  }
  wheel_.cancel(call.timer);
  by_dialog_.erase(hash(call), id);
  drop_user(id, call.text[Text::CallerUser]);
  drop_user(id, call.text[Text::CalleeUser]);
  for (const Leg& leg : call.legs) drop_user(id, leg.text[LegText::User]);
  table_.erase(id);
}

}  // namespace offhook::proxy
