#include "journal/journal.hpp"

#include "sip/header/name_addr.hpp"

namespace offhook::proxy {
namespace {

constexpr std::size_t kMost = 10'000;  // that wait for the world

std::string text_of(std::optional<std::string_view> value) { return std::string(value.value_or(std::string_view{})); }

// The user of From, unescaped; "" where there is none.
std::string sender(const sip::Message& request) {
  const auto from = sip::NameAddr::parse(request.find(sip::HeaderId::From).value_or(std::string_view{}));
  const auto uri = from ? from->parse_uri() : tl::unexpected(from.error());
  return uri ? sip::unescape(uri->user) : std::string{};
}

// Without what else a URI may hold: a password.
std::string address(std::string_view text) {
  const auto uri = sip::Uri::parse(text);
  if (!uri) return {};
  return uri->user.empty() ? std::string(uri->host) : sip::unescape(uri->user) + '@' + std::string(uri->host);
}

std::string host_of(std::string_view contact) {
  const auto uri = sip::Uri::parse(contact);
  if (!uri) return {};
  return std::string(uri->host) + (uri->port ? ':' + std::to_string(*uri->port) : "");
}

std::string user_of(std::string_view aor) {
  const auto uri = sip::Uri::parse(aor);
  return uri ? sip::unescape(uri->user) : std::string(aor);
}

std::string_view words(body::ContactEvent event) {
  switch (event) {
    case body::ContactEvent::Registered:
    case body::ContactEvent::Created: return "registered";
    case body::ContactEvent::Refreshed:
    case body::ContactEvent::Shortened: return "refreshed";
    case body::ContactEvent::Expired: return "expired";
    case body::ContactEvent::Unregistered: return "unregistered";
    case body::ContactEvent::Deactivated: return "gone: nothing gets there";
    case body::ContactEvent::Probation:
    case body::ContactEvent::Rejected: return "taken out";
  }
  return {};
}

}  // namespace

// The world takes them after each input; who does not has no log.
void Journal::add(LogEvent event) {
  if (events_.size() < kMost) events_.push(std::move(event));
}

void Journal::note_request(const sip::Message& request, const transport::Flow& flow) {
  add({LogLevel::Info,
       "request",
       std::string(request.method_text()) + " for " + address(request.request_uri()),
       {{"call_id", text_of(request.find(sip::HeaderId::CallId))},
        {"user", sender(request)},
        {"source", flow.remote.text()}}});
}

void Journal::note_answer(const sip::Message& request, const transport::Flow& flow, int status) {
  add({LogLevel::Info,
       "request",
       std::string(request.method_text()) + " for " + address(request.request_uri()) + " is answered here",
       {{"status", std::to_string(status)},
        {"call_id", text_of(request.find(sip::HeaderId::CallId))},
        {"user", sender(request)},
        {"source", flow.remote.text()}}});
}

void Journal::note_credentials(const sip::Message& request, const transport::Flow& flow,
                               Authenticator::Verdict verdict) {
  add({LogLevel::Info,
       "auth",
       verdict == Authenticator::Verdict::Rejected ? "wrong credentials" : "credentials that are none",
       {{"method", std::string(request.method_text())},
        {"call_id", text_of(request.find(sip::HeaderId::CallId))},
        {"user", sender(request)},
        {"source", flow.remote.text()}}});
}

void Journal::trunk_registered(std::string_view trunk, seconds granted) {
  if (!settings_.trunks) return;
  add({LogLevel::Info,
       "trunk",
       "registered",
       {{"trunk", std::string(trunk)}, {"seconds", std::to_string(granted.count())}}});
}

void Journal::trunk_refused(std::string_view trunk, int status, seconds pause) {
  if (!settings_.trunks) return;
  add({LogLevel::Warning,
       "trunk",
       "the registration is refused, or nobody answers",
       {{"trunk", std::string(trunk)},
        {"status", std::to_string(status)},
        {"again_in", std::to_string(pause.count())}}});
}

void Journal::trunk_unregistered(std::string_view trunk) {
  if (settings_.trunks) add({LogLevel::Info, "trunk", "unregistered", {{"trunk", std::string(trunk)}}});
}

void Journal::trunk_kept(std::string_view trunk, int status) {
  if (!settings_.trunks) return;
  add({LogLevel::Warning,
       "trunk",
       "the end of the registration is refused, or nobody answers; it expires by itself",
       {{"trunk", std::string(trunk)}, {"status", std::to_string(status)}}});
}

void Journal::note_call(const CallRecord& call, std::string message) {
  LogEvent event{LogLevel::Info, "call", std::move(message), {}};
  event.fields = {{"call_id", call.call_id},
                  {"user", call.caller_user},
                  {"callee_user", call.callee_user},
                  {"caller", address(call.caller)},
                  {"callee", address(call.callee)}};
  if (call.ended) {
    event.fields.emplace_back("reason", proxy::text_of(call.end));
    event.fields.emplace_back("ended_by", proxy::text_of(call.ended_by));
    if (call.status != 0) event.fields.emplace_back("status", std::to_string(call.status));
    const Duration spoken = call.answered ? call.ended->wall - call.answered->wall : Duration(0);
    event.fields.emplace_back("seconds", std::to_string(std::chrono::round<seconds>(spoken).count()));
  }
  add(std::move(event));
}

void Journal::started(const CallRecord& call) {
  if (settings_.calls) note_call(call, "started");
}
void Journal::ringing(const CallRecord& call) {
  if (settings_.calls) note_call(call, "ringing");
}
void Journal::answered(const CallRecord& call) {
  if (settings_.calls) note_call(call, "answered");
}
void Journal::ended(const CallRecord& call) {
  if (settings_.calls) note_call(call, "ended");
}

void Journal::changed(Now now, const PackedBinding& binding, body::ContactEvent event) {
  const BindingFlow flow = binding.connection();
  const auto received = binding.received();
  add({LogLevel::Info,
       "registration",
       std::string(words(event)),
       {{"call_id", std::string(binding.call_id())},
        {"user", user_of(binding.aor())},
        {"source", flow.number != 0 ? flow.remote.text()
                   : received       ? received->text()
                                    : ""},
        {"contact", host_of(binding.contact())},
        {"expires", std::to_string(binding.remaining(now.mono))},
        {"user_agent", std::string(binding.user_agent())}}});
}

}  // namespace offhook::proxy
