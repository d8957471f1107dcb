#include "sip/header/via.hpp"

#include "scan.hpp"

namespace offhook::sip {

std::string_view Via::branch() const { return params.find("branch").value_or(std::string_view{}); }

std::optional<IpAddress> Via::received() const {
  const auto value = params.find("received");
  return value ? IpAddress::parse(*value) : std::nullopt;
}

std::optional<std::uint16_t> Via::rport() const {
  const auto value = params.find("rport");
  return value ? parse_number<std::uint16_t>(*value) : std::nullopt;
}

std::string Via::sent_by() const {
  std::string out = to_lower(host);
  if (port) out += ':' + std::to_string(*port);
  return out;
}

// Parameters that are not well formed do not make it fail: a response to a broken request must still find its way
// (check_request is who refuses them). The protocol's version is not looked at either: a 505 has to be sent back.
Result<Via> Via::parse(std::string_view value) {
  Cursor cursor(value);
  const auto step = [&cursor] {  // token LWS "/" LWS
    cursor.skip_space();
    const bool token = !cursor.take_token().empty();
    cursor.skip_space();
    return token && cursor.take('/');
  };
  if (!step() || !step()) return fail(Module::Sip, "bad Via protocol", cursor.offset());
  cursor.skip_space();
  Via via;
  via.transport = cursor.take_token();
  if (via.transport.empty() || cursor.done() || !is_space(cursor.rest.front()))
    return fail(Module::Sip, "bad Via transport", cursor.offset());
  cursor.skip_space();
  via.host = take_host(cursor);
  if (via.host.empty()) return fail(Module::Sip, "bad Via host", cursor.offset());
  cursor.skip_space();
  if (cursor.take(':')) {
    cursor.skip_space();
    via.port = parse_number<std::uint16_t>(cursor.take_while(is_digit));
    if (!via.port) return fail(Module::Sip, "bad Via port", cursor.offset());
    cursor.skip_space();
  }
  if (!cursor.done() && !cursor.at(';')) return fail(Module::Sip, "text behind the Via host", cursor.offset());
  via.params = Params(cursor.rest);
  return via;
}

}  // namespace offhook::sip
