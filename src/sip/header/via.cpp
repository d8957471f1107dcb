#include "sip/header/via.hpp"

#include "scan.hpp"

namespace offhook::sip {
namespace {

std::string_view bare(std::string_view value) {
  const bool quoted = value.size() >= 2 && *value.data() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

// sent-protocol up to the transport's name. Nearly every one is "SIP/2.0/", without white space.
bool take_protocol(Cursor& cursor) {
  if (cursor.rest.starts_with("SIP/2.0/")) {
    cursor.rest.remove_prefix(8);
    cursor.skip_space();
    return true;
  }
  const auto step = [&cursor] {  // token LWS "/" LWS
    cursor.skip_space();
    const bool token = !cursor.take_token().empty();
    cursor.skip_space();
    return token && cursor.take('/');
  };
  if (!step() || !step()) return false;
  cursor.skip_space();
  return true;
}

}  // namespace

std::optional<IpAddress> Via::received() const { return has_received_ ? IpAddress::parse(received_) : std::nullopt; }

std::optional<std::uint16_t> Via::rport() const { return parse_number<std::uint16_t>(rport_); }

std::string Via::sent_by() const {
  std::string out = to_lower(host);
  if (port) out += ':' + std::to_string(*port);
  return out;
}

// One walk: the parameters that everybody asks for, and whether all are well formed.
void Via::read_params(std::string_view text) {
  ParamReader reader{Params(text)};
  params = reader.params();
  Param param;
  bool has_branch = false;
  while (reader.next(param)) {
    const std::string_view value = param.value ? bare(*param.value) : std::string_view{};
    if (param.name.size() == 6 && !has_branch && iequals(param.name, "branch")) {
      has_branch = true;
      branch_ = value;
    } else if (param.name.size() == 5 && !wants_rport_ && iequals(param.name, "rport")) {
      wants_rport_ = true;
      rport_ = param.value ? value : param.name.substr(param.name.size());
    } else if (param.name.size() == 8 && !has_received_ && iequals(param.name, "received")) {
      has_received_ = true;
      received_ = value;
    }
  }
  well_formed_ = reader.well_formed();
}

void Via::stamped(const char* from, const char* to, std::size_t rport, std::size_t received) {
  const auto at = static_cast<std::size_t>(rport_.data() - from);
  const auto moved = [&](std::string_view text) {
    const auto offset = static_cast<std::size_t>(text.data() - from);
    return std::string_view(to + offset + (offset < at ? 0 : rport), text.size());
  };
  const std::size_t behind = static_cast<std::size_t>(params.text().data() + params.text().size() - from) + rport;
  transport = moved(transport);
  host = moved(host);
  if (!branch_.empty()) branch_ = moved(branch_);
  params = Params(std::string_view(moved(params.text()).data(), params.text().size() + rport + received));
  rport_ = {to + at + 1, rport - 1};
  constexpr std::string_view kReceived = ";received=";
  has_received_ = true;
  received_ = {to + behind + kReceived.size(), received - kReceived.size()};
}

// What is wrong; "" when nothing is. Parameters that are not well formed do not make it fail: a response to a broken
// request must still find its way (check_request is who refuses them). The protocol's version is not looked at either:
// a 505 has to be sent back.
std::string_view Via::read(Cursor& cursor) {
  if (!take_protocol(cursor)) return "bad Via protocol";
  transport = cursor.take_token();
  if (transport.empty() || cursor.done() || !is_space(cursor.rest.front())) return "bad Via transport";
  cursor.skip_space();
  host = take_host(cursor);
  if (host.empty()) return "bad Via host";
  cursor.skip_space();
  if (cursor.take(':')) {
    cursor.skip_space();
    port = cursor.take_number<std::uint16_t>();
    if (!port) return "bad Via port";
    cursor.skip_space();
  }
  if (!cursor.done() && !cursor.at(';')) return "text behind the Via host";
  read_params(cursor.rest);
  return {};
}

Result<Via> Via::parse(std::string_view value) {
  Result<Via> result;
  Cursor cursor(value);
  if (const auto wrong = result->read(cursor); !wrong.empty()) result = fail(Module::Sip, wrong, cursor.offset());
  return result;
}

}  // namespace offhook::sip
