#include "via.hpp"

#include <string>

#include "base/ascii.hpp"
#include "sip/edit.hpp"
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

// Gives `param` the value, whether it stands there as a flag or with another value.
void set_value(sip::Edit& edit, const sip::Param& param, const std::string& value) {
  if (!param.value)
    edit.insert_after(param.name, "=" + value);
  else if (param.value->empty())
    edit.insert_after(*param.value, value);
  else
    edit.replace(*param.value, value);
}

}  // namespace

void stamp_source(sip::Message& message, const Endpoint& source) {
  const auto top = message.top(sip::HeaderId::Via);
  if (!top) return;
  const auto via = sip::Via::parse(*top);
  if (!via) return;
  sip::Edit edit(message);

  const auto rport = raw_param(via->params, "rport");
  if (rport && via->rport() != source.port) set_value(edit, *rport, std::to_string(source.port));

  // RFC 3581 §4: with rport goes received, even when it is the same as sent-by.
  const auto received = raw_param(via->params, "received");
  if (received) {
    if (via->received() != source.address) set_value(edit, *received, source.address.text());
  } else if (rport || IpAddress::parse(via->host) != source.address) {
    edit.insert_after(*top, ";received=" + source.address.text());
  }
  if (!edit.empty()) message = edit.apply();
}

std::string via_value(const Flow& flow, std::string_view branch, bool rport) {
  std::string out = "SIP/2.0/";
  out.append(protocol_name(flow.protocol)).append(" ").append(flow.local.address.uri_host());
  out.append(":").append(std::to_string(flow.local.port));
  if (rport) out.append(";rport");
  out.append(";branch=").append(branch);
  return out;
}

}  // namespace offhook::transport
