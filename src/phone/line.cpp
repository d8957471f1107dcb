#include "line.hpp"

#include "base/ascii.hpp"

namespace offhook::phone {
namespace {

std::string with_port(const std::string& host, std::uint16_t port) {
  const auto address = IpAddress::parse(host);
  const std::string text = address ? address->uri_host() : host;
  return port == 5060 ? text : text + ':' + std::to_string(port);
}

std::vector<sdp::Codec> codecs_of(const config::AccountConfig& config) {
  std::vector<sdp::Codec> out;
  for (const auto& codec : config.codecs) {
    // The media engine speaks G.711; what it cannot play must not be offered.
    if (iequals(codec.name, "PCMU"))
      out.push_back(sdp::pcmu());
    else if (iequals(codec.name, "PCMA"))
      out.push_back(sdp::pcma());
  }
  if (out.empty()) out = {sdp::pcmu(), sdp::pcma()};
  const bool events = config.dtmf.way == config::DtmfWay::Rfc2833 || config.dtmf.way == config::DtmfWay::Rfc2833AndInfo;
  if (events) out.push_back(sdp::telephone_event(config.dtmf.payload_type));
  return out;
}

ua::HoldStyle hold_style(config::HoldStyle style) {
  switch (style) {
    case config::HoldStyle::SendOnly: return ua::HoldStyle::SendOnly;
    case config::HoldStyle::Inactive: return ua::HoldStyle::Inactive;
    case config::HoldStyle::ZeroAddress: return ua::HoldStyle::ZeroAddress;
  }
  return ua::HoldStyle::SendOnly;
}

// DNS NAPTR falls back to UDP, as the phone does when the domain has no such records.
std::string_view unsupported(config::Transport transport) {
  switch (transport) {
    case config::Transport::Udp:
    case config::Transport::DnsNaptr: return {};
    case config::Transport::Tcp: return "TCP";
    case config::Transport::Tls: return "TLS";
  }
  return {};
}

void no_server(Line& line, std::string status) {
  line.reachable = false;
  line.status = std::move(status);
}

void find_server(const config::AccountConfig& config, const transport::Locator& locator, LinePlan& plan) {
  const auto& server = config.servers.front();
  const auto& host = config.outbound_proxies.empty() ? server.address : config.outbound_proxies.front().address;
  const auto port = config.outbound_proxies.empty() ? server.port : config.outbound_proxies.front().port;
  plan.line.domain = with_port(server.address, server.port);
  plan.line.status = "not registered";
  const auto transport = unsupported(server.transport);
  if (!transport.empty()) return no_server(plan.line, "transport " + std::string(transport) + " is not available");
  const auto address = locator.host(host);
  if (!address) return no_server(plan.line, "cannot find host " + host);
  plan.account.next_hop = {transport::Protocol::Udp, {*address, port}};
  if (!config.outbound_proxies.empty()) plan.account.outbound_route = "<sip:" + with_port(host, port) + ";lr>";
}

}  // namespace

LinePlan plan_line(const config::AccountConfig& config, const std::string& user_agent, const Endpoint& local,
                   const transport::Locator& locator) {
  LinePlan plan;
  auto& line = plan.line;
  line.index = config.index;
  line.label = config.label.empty() ? config.user_name : config.label;
  line.user = config.user_name;
  line.unregister_on_stop = config.registration.unregister_on_reboot;
  line.forward = config.forward;
  line.dnd = config.dnd;
  line.registers = !config.servers.empty();
  if (config.servers.empty()) {
    line.domain = with_port(local.address.text(), local.port);
    no_server(line, "no server");
  } else {
    find_server(config, locator, plan);
  }
  auto& account = plan.account;
  account.user = config.user_name;
  account.domain = line.domain;
  account.display_name = config.display_name;
  account.auth_user = config.auth_name;
  account.password = config.password;
  if (!config.servers.empty()) account.expires = config.servers.front().expires;
  account.retry_interval = config.registration.retry_interval;
  account.contact_line_param = config.registration.contact_line_param;
  account.user_agent = user_agent;
  account.timers.t1 = config.timers.t1;
  account.timers.t2 = config.timers.t2;
  account.timers.t4 = config.timers.t4;
  account.codecs = codecs_of(config);
  account.ptime = config.ptime;
  account.hold_style = hold_style(config.hold.style);
  return plan;
}

}  // namespace offhook::phone
