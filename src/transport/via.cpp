#include "via.hpp"

#include <array>
#include <string>
#include <utility>

#include "base/ascii.hpp"
#include "sip/header/via.hpp"
#include "transport/layer.hpp"

namespace offhook::transport {
namespace {

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

void stamp_source(sip::Message& message, const Endpoint& source) {
  const auto top = message.top(sip::HeaderId::Via);
  if (!top) return;
  const auto via = sip::Via::parse(*top);
  if (!via) return;
  std::array<std::optional<Change>, 2> changes;

  const auto rport = raw_param(via->params, "rport");
  if (rport && via->rport() != source.port) changes[0] = set_value(*rport, std::to_string(source.port));

  // RFC 3581 §4: with rport goes received, even when it is the same as sent-by.
  if (via->has_received()) {
    const auto received = raw_param(via->params, "received");
    // One in brackets is understood, but never sent (RFC 5118 §4.5).
    if (received && received->value != source.address.text()) changes[1] = set_value(*received, source.address.text());
  } else if (rport || IpAddress::parse(via->host) != source.address) {
    changes[1] = Change{top->substr(top->size()), ";received=" + source.address.text()};
  }

  // From behind, so that what is still to be changed stays where it is.
  if (changes[0] && changes[1] && changes[0]->part.data() > changes[1]->part.data()) std::swap(changes[0], changes[1]);
  const char* const begin = message.bytes().data();
  const std::size_t first = changes[0] ? static_cast<std::size_t>(changes[0]->part.data() - begin) : 0;
  if (changes[1]) message.splice(changes[1]->part, changes[1]->text);
  if (changes[0]) message.splice(message.bytes().substr(first, changes[0]->part.size()), changes[0]->text);
}

std::string via_value(const Flow& flow, std::string_view branch, bool rport) {
  std::string out = "SIP/2.0/";
  out.append(protocol_name(flow.protocol)).append(" ").append(flow.local.address.uri_host());
  out.append(":").append(std::to_string(flow.local.port));
  if (rport) out.append(";rport");
  if (flow.protocol == Protocol::Tls && flow.connection == 0) out.append(";alias");
  out.append(";branch=").append(branch);
  return out;
}

}  // namespace offhook::transport
