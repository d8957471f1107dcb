// An account's identity, servers, timers and codecs.
#include <algorithm>

#include "base/ascii.hpp"
#include "resolve.hpp"

namespace offhook::config {
namespace {

RegistrationConfig registration_of(const Settings& s, Index index) {
  return {in<seconds>(s.duration("account.X.reg_fail_retry_interval", index)),
          s.flag("account.X.unregister_on_reboot", index),
          s.flag("account.X.contact_take_line_param", index),
          s.flag("account.X.register_mac", index),
          s.flag("account.X.register_line", index),
          static_cast<int>(s.number("account.X.nat.udp_update_enable", index)),
          seconds(s.number("account.X.nat.udp_update_time", index)),
          in<seconds>(s.duration("sip.reg_surge_prevention"))};
}

// The account says which way; its own STUN server goes before the phone's. Without an account's word the phone's fixed
// address counts, where that is switched on.
NatConfig nat_of(const Settings& s, Index index) {
  enum Traversal { kOff = 0, kStun = 1, kStatic = 2, kIce = 3 };
  const auto traversal = s.number("account.X.nat.nat_traversal", index);
  NatConfig out;
  out.rport = static_cast<int>(s.number("account.X.nat.rport", index));
  out.ice = s.flag("ice.enable") || traversal == kIce;
  const std::string_view own = s.text("account.X.nat.stun_server", index);
  if (traversal == kStun || traversal == kIce) {
    if (!own.empty()) {
      out.stun_server = own;
      out.stun_port = s.is_set("account.X.nat.stun_port", index) ? port(s, "account.X.nat.stun_port", index) : 0;
    } else if (s.flag("sip.nat_stun.enable")) {
      out.stun_server = s.text("sip.nat_stun.server");
      out.stun_port = s.is_set("sip.nat_stun.port") ? port(s, "sip.nat_stun.port") : 0;
    }
    if (!out.stun_server.empty()) out.way = NatConfig::Way::Stun;
  }
  out.address = s.text("network.static_nat.addr");
  const bool fixed = traversal == kStatic || s.flag("network.static_nat.enable");
  if (out.way == NatConfig::Way::None && fixed && !out.address.empty()) out.way = NatConfig::Way::Static;
  return out;
}

// Below a minute counts as a minute.
seconds failback_timeout_of(const Settings& s, Index server) {
  const auto timeout = in<seconds>(s.duration("account.X.sip_server.Y.failback_timeout", server));
  return timeout > seconds(0) ? std::max(timeout, seconds(60)) : timeout;
}

DtmfConfig dtmf_of(const Settings& s, Index index) {
  return {static_cast<DtmfWay>(s.number("account.X.dtmf.type", index)),
          static_cast<DtmfInfoBody>(s.number("account.X.dtmf.info_type", index)),
          static_cast<std::uint8_t>(s.number("account.X.dtmf.dtmf_payload", index))};
}

// Compulsory for all calls of an account that has a server by TLS, where the file wants that.
SrtpConfig srtp_of(const Settings& s, const std::vector<ServerConfig>& servers, Index index) {
  SrtpConfig out{static_cast<SrtpUse>(s.number("account.X.srtp_encryption", index)),
                 static_cast<unsigned>(s.number("account.X.srtp_lifetime", index)),
                 s.flag("account.X.srtp.unencrypted_rtp.enable", index),
                 s.flag("account.X.srtp.unencrypted_rtcp.enable", index),
                 static_cast<SrtpOffer>(s.number("account.X.srtp.offer", index)),
                 static_cast<DtlsUse>(s.number("account.X.srtp.dtls", index)),
                 s.flag("account.X.srtp.renew_after_fork", index)};
  const bool tls = !servers.empty() && servers.front().transport == Transport::Tls;
  if (tls && s.flag("account.X.tls.srtp_encryption_compulsorily", index)) out.use = SrtpUse::Compulsory;
  return out;
}

// The account's own timer if a file sets it, else the phone's, whose default is the same.
Duration timer(const Settings& s, std::string_view own, std::string_view common, Index index) {
  return s.is_set(own, index) ? s.duration(own, index) : s.duration(common);
}

// "PCMU" is codec.pcmu, "G726-16" codec.g726_16 in later firmware.
std::string late_codec_name(std::string_view codec, std::string_view field) {
  std::string out = "account.X.codec." + to_lower(codec) + "." + std::string(field);
  std::ranges::replace(out, '-', '_');
  return out;
}

// A slot's value, unless a line of the later form speaks of the same codec.
std::int64_t codec_number(const Settings& s, std::string_view codec, std::string_view field, Index slot) {
  const std::string late = late_codec_name(codec, field);
  const Index account{slot.x};
  if (locate(late) && s.is_set(late, account)) return s.number(late, account);
  return s.number("account.X.codec.Y." + std::string(field), slot);
}

}  // namespace

std::vector<ServerConfig> servers_of(const Settings& s, Index index) {
  std::vector<ServerConfig> out;
  for (std::uint8_t y = 1; y <= 2; ++y) {
    const Index server{index.x, y};
    const auto address = s.text("account.X.sip_server.Y.address", server);
    if (address.empty()) continue;
    out.push_back({std::string(address), port(s, "account.X.sip_server.Y.port", server),
                   static_cast<Transport>(s.number("account.X.sip_server.Y.transport_type", server)),
                   in<seconds>(s.duration("account.X.sip_server.Y.expires", server)),
                   static_cast<int>(s.number("account.X.sip_server.Y.retry_counts", server)),
                   static_cast<Failback>(s.number("account.X.sip_server.Y.failback_mode", server)),
                   failback_timeout_of(s, server)});
  }
  // Files for older firmware name one server only, without a number.
  const auto legacy = s.text("account.X.sip_server_host", index);
  if (out.empty() && !legacy.empty())
    out.push_back({std::string(legacy), port(s, "account.X.sip_server_port", index),
                   static_cast<Transport>(s.number("account.X.transport", index)),
                   in<seconds>(s.duration("account.X.expires", index)), ServerConfig{}.retry_counts,
                   Failback::NewRequests, ServerConfig{}.failback_timeout});
  return out;
}

std::vector<OutboundProxyConfig> outbound_proxies_of(const Settings& s, Index index) {
  std::vector<OutboundProxyConfig> out;
  if (!s.flag("account.X.outbound_proxy_enable", index)) return out;
  for (std::uint8_t y = 1; y <= 2; ++y) {
    const Index proxy{index.x, y};
    const auto address = s.text("account.X.outbound_proxy.Y.address", proxy);
    if (!address.empty()) out.push_back({std::string(address), port(s, "account.X.outbound_proxy.Y.port", proxy)});
  }
  const auto legacy = s.text("account.X.outbound_host", index);
  if (out.empty() && !legacy.empty()) out.push_back({std::string(legacy), port(s, "account.X.outbound_port", index)});
  return out;
}

SipTimers timers_of(const Settings& s, Index index) {
  return {timer(s, "account.X.advanced.timer_t1", "sip.timer_t1", index),
          timer(s, "account.X.advanced.timer_t2", "sip.timer_t2", index),
          timer(s, "account.X.advanced.timer_t4", "sip.timer_t4", index)};
}

std::vector<CodecConfig> codecs_of(const Settings& s, const Model& model, Index index) {
  struct Ranked {
    std::int64_t priority;
    CodecConfig codec;
  };
  std::vector<Ranked> ranked;
  for (std::uint8_t y = 1; y <= model.codecs.size(); ++y) {
    const Index slot{index.x, y};
    const std::string name(s.text("account.X.codec.Y.payload_type", slot));
    if (codec_number(s, name, "enable", slot) == 0) continue;
    const auto priority = codec_number(s, name, "priority", slot);
    const auto number = static_cast<std::uint8_t>(s.number("account.X.codec.Y.rtpmap", slot));
    // Priority 0 is no priority: behind all the others, in slot order.
    std::string parameters;
    if (iequals(name, "opus")) parameters = s.text("account.X.codec.opus.para", Index{index.x});
    ranked.push_back({priority == 0 ? INT64_MAX : priority, {name, number, std::move(parameters)}});
  }
  std::ranges::stable_sort(ranked, {}, &Ranked::priority);
  std::vector<CodecConfig> out;
  for (Ranked& entry : ranked) out.push_back(std::move(entry.codec));
  return out;
}

AccountConfig account_of(const Settings& s, const Model& model, Index index) {
  AccountConfig out;
  out.index = index.x;
  out.label = s.text("account.X.label", index);
  out.display_name = s.text("account.X.display_name", index);
  out.user_name = s.text("account.X.user_name", index);
  out.auth_name = s.text("account.X.auth_name", index);
  if (out.auth_name.empty()) out.auth_name = out.user_name;
  out.password = s.text("account.X.password", index);
  out.servers = servers_of(s, index);
  out.outbound_proxies = outbound_proxies_of(s, index);
  out.dns = dns_of(s, index);
  out.registration = registration_of(s, index);
  out.nat = nat_of(s, index);
  out.timers = timers_of(s, index);
  out.codecs = codecs_of(s, model, index);
  out.ptime = in<milliseconds>(s.duration("account.X.ptime", index));
  out.dtmf = dtmf_of(s, index);
  out.ring_type = s.text("account.X.ringtone.ring_type", index);
  out.alert_info_url = s.flag("account.X.alert_info_url_enable", index);
  out.srtp = srtp_of(s, out.servers, index);
  out.hold = hold_of(s, index);
  out.forward = forward_of(s, index);
  out.dnd = dnd_of(s, index);
  out.shows_messages = s.flag("account.X.display_mwi.enable", index);
  out.auto_answer = {s.flag("account.X.auto_answer", index), s.flag("account.X.auto_answer_mute_enable", index)};
  out.collector = {std::string(s.text("account.X.vq_rtcpxr.collector_name", index)),
                   std::string(s.text("account.X.vq_rtcpxr.collector_server_host", index)),
                   static_cast<std::uint16_t>(s.number("account.X.vq_rtcpxr.collector_server_port", index))};
  out.missed_call_log = s.flag("account.X.missed_calllog", index);
  out.network_conference = s.number("account.X.conf_type", index) == 2;
  return out;
}

}  // namespace offhook::config
