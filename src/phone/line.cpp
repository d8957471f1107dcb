#include "line.hpp"

#include "base/ascii.hpp"
#include "media/codec.hpp"
#include "media/opus_parameters.hpp"

namespace offhook::phone {
namespace {

std::string with_port(const std::string& host, std::uint16_t port) {
  const auto address = IpAddress::parse(host);
  const std::string text = address ? address->uri_host() : host;
  return port == 5060 || port == 0 ? text : text + ':' + std::to_string(port);
}

// The guide's bandwidths, from opus-nb to opus-fb. We ask for copies against loss: they cost the sender a little.
std::string opus_fmtp(const std::string& bandwidth) {
  media::OpusParameters out;
  out.in_band_fec = true;
  if (bandwidth == "opus-nb") out.max_playback_rate = 8000;
  if (bandwidth == "opus-mb") out.max_playback_rate = 12'000;
  if (bandwidth == "opus-wb") out.max_playback_rate = 16'000;
  if (bandwidth == "opus-swb") out.max_playback_rate = 24'000;
  return media::to_fmtp(out);
}

std::vector<sdp::Codec> codecs_of(const config::AccountConfig& config) {
  std::vector<sdp::Codec> out;
  for (const auto& codec : config.codecs) {
    // What the media engine cannot play must not be offered.
    const media::Codec* known = media::find_codec(codec.name);
    if (known == nullptr) continue;
    sdp::Codec offered{codec.payload_type, std::string(known->name), known->rtp_clock, known->sdp_channels, {}};
    if (iequals(known->name, "opus")) offered.fmtp = opus_fmtp(codec.parameters);
    out.push_back(std::move(offered));
  }
  if (out.empty()) out = {sdp::pcmu(), sdp::pcma()};
  const bool events = config.dtmf.way == config::DtmfWay::Rfc2833 || config.dtmf.way == config::DtmfWay::Rfc2833AndInfo;
  if (events) out.push_back(sdp::telephone_event(config.dtmf.payload_type));
  return out;
}

ua::SrtpSettings srtp_of(const config::SrtpConfig& config) {
  using sdp::CryptoSuite;
  std::vector<CryptoSuite> offered{CryptoSuite::AES_CM_128_HMAC_SHA1_80, CryptoSuite::AES_CM_128_HMAC_SHA1_32};
  if (config.offer == config::SrtpOffer::Gcm128AndAes128)
    offered.insert(offered.begin(), CryptoSuite::AEAD_AES_128_GCM);
  if (config.offer == config::SrtpOffer::All)
    offered.insert(offered.begin(), {CryptoSuite::AEAD_AES_256_GCM, CryptoSuite::AEAD_AES_128_GCM,
                                     CryptoSuite::AES_256_CM_HMAC_SHA1_80, CryptoSuite::AES_256_CM_HMAC_SHA1_32});
  return {static_cast<sdp::Srtp>(config.use),
          std::move(offered),
          config.lifetime,
          config.unencrypted_rtp,
          config.unencrypted_rtcp,
          {},
          config.dtls == config::DtlsUse::Offered,
          config.renew_after_fork};
}

ua::HoldStyle hold_style(config::HoldStyle style) {
  switch (style) {
    case config::HoldStyle::SendOnly: return ua::HoldStyle::SendOnly;
    case config::HoldStyle::Inactive: return ua::HoldStyle::Inactive;
    case config::HoldStyle::ZeroAddress: return ua::HoldStyle::ZeroAddress;
  }
  return ua::HoldStyle::SendOnly;
}

// DNS-NAPTR: whatever DNS says.
std::optional<transport::Protocol> protocol_of(config::Transport transport) {
  switch (transport) {
    case config::Transport::Udp: return transport::Protocol::Udp;
    case config::Transport::Tcp: return transport::Protocol::Tcp;
    case config::Transport::Tls: return transport::Protocol::Tls;
    case config::Transport::DnsNaptr: break;
  }
  return std::nullopt;
}

// Port 0 leaves the port to SRV.
transport::Destination destination_of(const std::string& host, std::uint16_t port, config::Transport transport) {
  return {host, port == 0 ? std::nullopt : std::optional(port), protocol_of(transport), false};
}

std::string route_to(const transport::Destination& proxy) {
  std::string out = "<sip:" + with_port(proxy.host, proxy.port.value_or(0));
  if (proxy.transport && *proxy.transport != transport::Protocol::Udp)
    out += ";transport=" + to_lower(transport::protocol_name(*proxy.transport));
  return out + ";lr>";
}

// Outbound proxies where there are any, by the transport of the account's server.
std::vector<ua::Server> servers_of(const config::AccountConfig& config) {
  std::vector<ua::Server> out;
  const auto& first = config.servers.front();
  for (const auto& proxy : config.outbound_proxies) {
    auto destination = destination_of(proxy.address, proxy.port, first.transport);
    auto route = route_to(destination);
    out.push_back({std::move(destination), std::move(route), first.retry_counts});
  }
  if (!out.empty()) return out;
  for (const auto& server : config.servers)
    out.push_back({destination_of(server.address, server.port, server.transport), {}, server.retry_counts});
  return out;
}

void add_records(const config::DnsConfig& config, transport::Policy& policy) {
  for (const auto& record : config.addresses)
    if (const auto address = IpAddress::parse(record.address))
      policy.table.push_back({record.name, *address, record.ttl});
  for (const auto& record : config.services)
    policy.table.push_back(
        {record.name, transport::dns::Srv{record.priority, record.weight, record.port, record.target}, record.ttl});
  for (const auto& record : config.pointers)
    policy.table.push_back(
        {record.name,
         transport::dns::Naptr{record.order, record.preference, record.flags, record.service, {}, record.replacement},
         record.ttl});
}

// Phones are many, and most of them ask in the same way.
bool is_usual(const config::DnsConfig& config) {
  const config::DnsConfig usual;
  return config.naptr == usual.naptr && config.query_timeout == usual.query_timeout && config.cache == usual.cache &&
         config.addresses.empty() && config.services.empty() && config.pointers.empty();
}

std::shared_ptr<const transport::Policy> make_policy(const config::DnsConfig& config, bool v6) {
  auto policy = std::make_shared<transport::Policy>();
  policy->ipv6 = v6;
  policy->ipv4 = !v6;
  policy->naptr = config.naptr;
  policy->query_timeout = config.query_timeout;
  policy->cache = static_cast<transport::CacheUse>(config.cache);
  policy->static_first = config.static_first;
  add_records(config, *policy);
  return policy;
}

std::shared_ptr<const transport::Policy> policy_of(const config::DnsConfig& config, bool v6) {
  static const std::shared_ptr<const transport::Policy> usual[] = {make_policy({}, false), make_policy({}, true)};
  return is_usual(config) ? usual[v6 ? 1 : 0] : make_policy(config, v6);
}

}  // namespace

LinePlan plan_line(const config::AccountConfig& config, const std::string& user_agent, const Endpoint& local) {
  LinePlan plan;
  auto& line = plan.line;
  line.index = config.index;
  line.label = config.label.empty() ? config.user_name : config.label;
  line.user = config.user_name;
  line.unregister_on_stop = config.registration.unregister_on_reboot;
  line.forward = config.forward;
  line.dnd = config.dnd;
  line.dtmf = config.dtmf;
  line.ring_type = config.ring_type;
  line.alert_info_url = config.alert_info_url;
  line.network_conference = config.network_conference;
  line.auto_answer = config.auto_answer.enabled;
  line.shows_messages = config.shows_messages;
  line.display_name = config.display_name;
  line.ice = config.nat.ice;
  line.collector = config.collector;
  line.registers = !config.servers.empty();
  if (config.servers.empty()) {
    line.domain = with_port(local.address.text(), local.port);
    line.reachable = false;
    line.status = "no server";
  } else {
    const auto& server = config.servers.front();
    line.domain = with_port(server.address, server.port);
    line.status = "not registered";
    plan.account.servers = servers_of(config);
    plan.account.failback = static_cast<ua::Failback>(server.failback);
    plan.account.failback_timeout = server.failback_timeout;
  }
  auto& account = plan.account;
  account.dns = policy_of(config.dns, local.address.is_v6());
  account.user = config.user_name;
  account.domain = line.domain;
  account.display_name = config.display_name;
  account.auth_user = config.auth_name;
  account.password = config.password;
  if (!config.servers.empty()) account.expires = config.servers.front().expires;
  account.retry_interval = config.registration.retry_interval;
  account.rport = config.nat.rport != 0;
  account.learns_address = config.nat.rport == 2;
  account.keep_alive = static_cast<ua::KeepAlive>(config.registration.keep_alive);
  account.keep_alive_interval = config.registration.keep_alive_interval;
  account.contact_line_param = config.registration.contact_line_param;
  account.user_agent = user_agent;
  account.timers.t1 = config.timers.t1;
  account.timers.t2 = config.timers.t2;
  account.timers.t4 = config.timers.t4;
  account.codecs = codecs_of(config);
  account.ptime = config.ptime;
  account.srtp = srtp_of(config.srtp);
  account.hold_style = hold_style(config.hold.style);
  return plan;
}

}  // namespace offhook::phone
