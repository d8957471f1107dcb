#include "via.hpp"

#include <array>
#include <string>
#include <utility>

#include "base/ascii.hpp"
#include "base/short_text.hpp"
#include "sip/header/via.hpp"
#include "transport/layer.hpp"

namespace offhook::transport {
namespace {

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

// The first parameter of that name with views into the message (Params::find takes quotes away, an edit needs the raw
// text).
std::optional<sip::Param> raw_param(const sip::Params& params, std::string_view name) {
  auto rest = params.text();
  while (const auto param = sip::Params::next(rest))
    if (iequals(param->name, name)) return param;
  return std::nullopt;
}

// What goes where in the message: `part` is a view into it.
struct Change {
  std::string_view part;
  std::string text;
};

// Gives `param` the value, whether it stands there as a flag or with another value.
Change set_value(const sip::Param& param, std::string value) {
  if (param.value) return {*param.value, std::move(value)};
  return {param.name.substr(param.name.size()), "=" + value};
}

}  // namespace

namespace {

// A flag, not an empty value.
bool is_flag(std::string_view rport) { return rport.empty() && (rport.data()[-1] == 't' || rport.data()[-1] == 'T'); }

// Nearly every request: an rport that is to be filled in, and no received. One insertion, and nothing is read again.
void fill_in(sip::Message& message, sip::Via& top, const Endpoint& source) {
  constexpr std::string_view kReceived = ";received=";
  const std::string_view rport = top.rport_text(), params = top.params.text();
  const std::string port = '=' + std::to_string(source.port), address = source.address.text();
  const std::string_view behind = between(rport.data(), params.data() + params.size());
  ShortText<256> text;
  text.append(port).append(behind).append(kReceived).append(address);
  const char* const from = message.bytes().data();
  message.splice(behind, text.view());
  top.stamped(from, message.bytes().data(), port.size(), kReceived.size() + address.size());
}

}  // namespace

void stamp_source(sip::Message& message, sip::Via& top, const Endpoint& source) {
  if (top.wants_rport() && !top.has_received() && is_flag(top.rport_text())) return fill_in(message, top, source);
  std::array<std::optional<Change>, 2> changes;
  const auto rport = top.wants_rport() ? raw_param(top.params, "rport") : std::nullopt;
  if (rport && top.rport() != source.port) changes[0] = set_value(*rport, std::to_string(source.port));

  // RFC 3581 §4: with rport goes received, even when it is the same as sent-by.
  if (top.has_received()) {
    const auto received = raw_param(top.params, "received");
    // One in brackets is understood, but never sent (RFC 5118 §4.5).
    if (received && received->value != source.address.text()) changes[1] = set_value(*received, source.address.text());
  } else if (rport || IpAddress::parse(top.host) != source.address) {
    const auto element = message.top(sip::HeaderId::Via).value_or(std::string_view{});
    changes[1] = Change{element.substr(element.size()), ";received=" + source.address.text()};
  }

  if (!changes[0]) std::swap(changes[0], changes[1]);
  if (!changes[0]) return;
  if (changes[1]) {  // both, and what is between them, at once
    if (changes[0]->part.data() > changes[1]->part.data()) std::swap(changes[0], changes[1]);
    const char* const between = changes[0]->part.data() + changes[0]->part.size();
    const char* const last = changes[1]->part.data();
    changes[0]->text.append(between, last).append(changes[1]->text);
    const char* const end = last + changes[1]->part.size();
    changes[0]->part = {changes[0]->part.data(), static_cast<std::size_t>(end - changes[0]->part.data())};
  }
  message.splice(changes[0]->part, changes[0]->text);
  if (auto stamped = sip::Via::parse(message.top(sip::HeaderId::Via).value_or(std::string_view{}))) top = *stamped;
}

std::string via_value(const Flow& flow, std::string_view branch, bool rport) {
  std::string out;
  out.reserve(96);
  out = "SIP/2.0/";
  out.append(protocol_name(flow.protocol)).append(" ").append(flow.local.address.uri_host());
  out.append(":").append(std::to_string(flow.local.port));
  if (rport) out.append(";rport");
  if (flow.protocol == Protocol::Tls && flow.connection == 0) out.append(";alias");
  out.append(";branch=").append(branch);
  return out;
}

}  // namespace offhook::transport
