#include "config/phone_config.hpp"

#include <gmock/gmock.h>

#include "support.hpp"

namespace offhook::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

PhoneConfig phone(const std::string& body, ModelId id = ModelId::T46G) {
  return make_phone_config(settings_of(body, id), model(id), "001565a1b2c3");
}
AccountConfig account(const std::string& body) { return phone("account.1.enable = 1\n" + body).accounts.at(0); }
std::vector<std::string> names(const std::vector<CodecConfig>& codecs) {
  std::vector<std::string> out;
  for (const CodecConfig& codec : codecs) out.push_back(codec.name);
  return out;
}

TEST(PhoneConfig, WhatIsMadeOfAMicrophone) {
  const MicrophoneConfig usual = phone("").microphone;
  EXPECT_TRUE(usual.echo_cancellation);
  EXPECT_TRUE(usual.noise_suppression);
  EXPECT_FALSE(usual.transient_suppression);
  EXPECT_EQ(usual.gain_db, 0);
  const MicrophoneConfig other = phone(
                                     "voice.echo_cancellation = 0\nfeatures.noise_filtering_rev.enable = 0\n"
                                     "voice.tns.enable = 1\nvoice.handfree_send = -50\n")
                                     .microphone;
  EXPECT_FALSE(other.echo_cancellation);
  EXPECT_FALSE(other.noise_suppression);
  EXPECT_TRUE(other.transient_suppression);
  EXPECT_EQ(other.gain_db, -50);
}

TEST(PhoneConfig, MessagesThatWaitAreShownAndHeard) {
  EXPECT_TRUE(phone("").tones.voice_mail);
  EXPECT_FALSE(phone("features.voice_mail_tone_enable = 0\n").tones.voice_mail);
  EXPECT_TRUE(account("").shows_messages);
  EXPECT_FALSE(account("account.1.display_mwi.enable = 0\n").shows_messages);
}

TEST(PhoneConfig, StructDefaultsAreTheFactorysDefaults) {
  const PhoneConfig made = phone("");
  const PhoneConfig plain;
  EXPECT_EQ(made.listen_port, plain.listen_port);
  EXPECT_EQ(made.rtp_ports.min, plain.rtp_ports.min);
  EXPECT_EQ(made.rtp_ports.max, plain.rtp_ports.max);
  EXPECT_EQ(made.call_waiting.enabled, plain.call_waiting.enabled);
  EXPECT_EQ(made.refuse.normal_code, plain.refuse.normal_code);
  EXPECT_EQ(made.refuse.dnd_code, plain.refuse.dnd_code);
  EXPECT_EQ(made.transfer.blind_on_hook, plain.transfer.blind_on_hook);
  EXPECT_EQ(made.ringing.ringing_timeout, plain.ringing.ringing_timeout);
  EXPECT_EQ(made.ringing.ringback_timeout, plain.ringing.ringback_timeout);
  EXPECT_EQ(made.jitter.min, plain.jitter.min);
  EXPECT_EQ(made.jitter.normal, plain.jitter.normal);
  EXPECT_EQ(made.jitter.max, plain.jitter.max);
  EXPECT_EQ(made.jitter.adaptive, plain.jitter.adaptive);
  EXPECT_EQ(made.calls_per_line_key, plain.calls_per_line_key);
  EXPECT_THAT(made.accounts, IsEmpty());
}

TEST(PhoneConfig, ReadsTheExampleOfAlice) {
  Settings s(model(ModelId::T46G));
  std::vector<Finding> findings;
  const auto file = load_cfg("a.cfg", project_file("examples/a.cfg"));
  ASSERT_TRUE(file.has_value());
  s.add(Layer::make(LayerKind::Mac, *file, findings));
  EXPECT_THAT(findings, IsEmpty());
  const auto config = make_phone_config(s, model(ModelId::T46G), "001565000001");
  EXPECT_EQ(config.listen_port, 5061);
  EXPECT_EQ(config.rtp_ports.min, 11780);
  EXPECT_EQ(config.rtp_ports.max, 11879);
  EXPECT_EQ(config.user_agent, "Yealink SIP-T46G 28.80.0.95");
  ASSERT_EQ(config.accounts.size(), 1);
  const AccountConfig& alice = config.accounts[0];
  EXPECT_EQ(alice.user_name, "1001");
  EXPECT_EQ(alice.display_name, "Alice");
  EXPECT_EQ(alice.password, "alice-demo-1001");
  ASSERT_EQ(alice.servers.size(), 1);
  EXPECT_EQ(alice.servers[0].address, "127.0.0.1");
  EXPECT_EQ(alice.servers[0].port, 5060);
  EXPECT_EQ(alice.servers[0].expires, seconds(3600));
  EXPECT_TRUE(alice.registration.unregister_on_reboot);
}

TEST(PhoneConfig, HoldsTheEnabledAccountsOfTheModel) {
  const std::string body = "account.1.enable = 0\naccount.2.enable = 1\naccount.3.enable = 1\naccount.4.enable = 1\n";
  const auto config = phone(body, ModelId::T23G);
  ASSERT_EQ(config.accounts.size(), 2) << "account.4 is beyond the model";
  EXPECT_EQ(config.accounts[0].index, 2);
  EXPECT_EQ(config.account(3)->index, 3);
  EXPECT_EQ(config.account(1), nullptr);
}

TEST(PhoneConfig, MacGoesIntoUserAgentOnRequest) {
  EXPECT_EQ(phone("sip.mac_in_ua = 1\n").user_agent, "Yealink SIP-T46G 28.80.0.95 001565a1b2c3");
}

TEST(PhoneConfig, AuthNameFallsBackToUserName) {
  EXPECT_EQ(account("account.1.user_name = 1001\n").auth_name, "1001");
  EXPECT_EQ(account("account.1.user_name = 1001\naccount.1.auth_name = alice\n").auth_name, "alice");
}

TEST(PhoneConfig, ServersWithoutAddressAreLeftOut) {
  const auto servers =
      account("account.1.sip_server.2.address = b.example\naccount.1.sip_server.2.transport_type = 2\n").servers;
  ASSERT_EQ(servers.size(), 1);
  EXPECT_EQ(servers[0].address, "b.example");
  EXPECT_EQ(servers[0].transport, Transport::Tls);
}

TEST(PhoneConfig, EncryptionIsOffUntilAFileWantsItAndTlsMayMakeItCompulsory) {
  EXPECT_EQ(account("").srtp.use, SrtpUse::Disabled);
  const auto some = account(
      "account.1.srtp_encryption = 1\naccount.1.srtp_lifetime = 20\naccount.1.srtp.offer = 2\n"
      "account.1.srtp.unencrypted_rtcp.enable = 1\n");
  EXPECT_EQ(some.srtp.use, SrtpUse::Optional);
  EXPECT_EQ(some.srtp.lifetime, 20U);
  EXPECT_EQ(some.srtp.offer, SrtpOffer::All);
  EXPECT_FALSE(some.srtp.unencrypted_rtp);
  EXPECT_TRUE(some.srtp.unencrypted_rtcp);
  EXPECT_EQ(account("account.1.srtp_encryption = 2\n").srtp.use, SrtpUse::Compulsory);
  EXPECT_EQ(some.srtp.dtls, DtlsUse::Off);
  EXPECT_FALSE(some.srtp.may_use_dtls());
  EXPECT_FALSE(some.srtp.renew_after_fork);
  EXPECT_TRUE(account("account.1.srtp.renew_after_fork = 1\n").srtp.renew_after_fork);
  EXPECT_FALSE(account("account.1.srtp.dtls = 2\n").srtp.may_use_dtls()) << "nothing is encrypted";
  const auto taken = account("account.1.srtp_encryption = 1\naccount.1.srtp.dtls = 1\n").srtp;
  EXPECT_EQ(taken.dtls, DtlsUse::Taken);
  EXPECT_TRUE(taken.may_use_dtls());
  const std::string tls = "account.1.sip_server.1.address = a\naccount.1.tls.srtp_encryption_compulsorily = 1\n";
  EXPECT_EQ(account(tls).srtp.use, SrtpUse::Disabled) << "its server is reached by UDP";
  EXPECT_EQ(account(tls + "account.1.sip_server.1.transport_type = 2\n").srtp.use, SrtpUse::Compulsory);
}

TEST(PhoneConfig, OlderServerNamesCountWhenTheNewOnesAreSilent) {
  const std::string legacy =
      "account.1.sip_server_host = old.example\naccount.1.sip_server_port = 5099\naccount.1.expires = 60\n";
  ASSERT_EQ(account(legacy).servers.size(), 1);
  EXPECT_EQ(account(legacy).servers[0].address, "old.example");
  EXPECT_EQ(account(legacy).servers[0].port, 5099);
  EXPECT_EQ(account(legacy).servers[0].expires, seconds(60));
  EXPECT_EQ(account(legacy + "account.1.sip_server.1.address = new.example\n").servers[0].address, "new.example");
}

TEST(PhoneConfig, ThePortOfTheStunServerIsItsDnsRecordsUnlessItIsSet) {
  const std::string phone = "account.1.nat.nat_traversal = 1\nsip.nat_stun.enable = 1\nsip.nat_stun.server = a.test\n";
  EXPECT_EQ(account(phone).nat.stun_port, 0);
  EXPECT_EQ(account(phone + "sip.nat_stun.port = 3478\n").nat.stun_port, 3478);
  const std::string own = phone + "account.1.nat.stun_server = b.test\n";
  EXPECT_EQ(account(own + "sip.nat_stun.port = 4000\n").nat.stun_port, 0) << "that of another server";
  EXPECT_EQ(account(own + "account.1.nat.stun_port = 5000\n").nat.stun_port, 5000);
}

TEST(PhoneConfig, ARelayIsThatOfThePhoneWhereItIsSwitchedOn) {
  const std::string server =
      "static.sip.nat_turn.server = turn.test\nsip.nat_turn.username = u\nstatic.sip.nat_turn.password = p\n";
  EXPECT_EQ(phone(server).turn.server, "");
  const TurnConfig turn = phone(server + "static.sip.nat_turn.enable = 1\n").turn;
  EXPECT_EQ(turn.server, "turn.test");
  EXPECT_EQ(turn.port, 0) << "that of its DNS records";
  EXPECT_EQ(turn.username, "u");
  EXPECT_EQ(turn.password, "p");
  EXPECT_EQ(phone(server + "sip.nat_turn.enable = 1\nsip.nat_turn.port = 5000\n").turn.port, 5000);
}

TEST(PhoneConfig, DnsAsTheGuideSaysWithoutALine) {
  const DnsConfig dns = account("").dns;
  EXPECT_FALSE(dns.naptr);
  EXPECT_EQ(dns.query_timeout, seconds(8));
  EXPECT_EQ(dns.cache, DnsCacheUse::Use);
  EXPECT_FALSE(dns.static_first);
  EXPECT_THAT(dns.addresses, IsEmpty());
}

TEST(PhoneConfig, StaticDnsRecordsThatSayEnough) {
  const DnsConfig dns = account(
                            "account.1.naptr_build = 1\naccount.1.dns_query_timeout = 3\naccount.1.dns_cache_type = 2\n"
                            "account.1.static_cache_pri = 1\n"
                            "account.1.dns_cache_a.1.name = one.test\naccount.1.dns_cache_a.1.ip = 192.0.2.1\n"
                            "account.1.dns_cache_a.1.ttl = 60\naccount.1.dns_cache_a.2.name = lonely.test\n"
                            "account.1.dns_cache_srv.12.name = _sip._udp.pbx.test\n"
                            "account.1.dns_cache_srv.12.target = one.test\naccount.1.dns_cache_srv.12.port = 5080\n"
                            "account.1.dns_cache_srv.12.priority = 7\naccount.1.dns_cache_srv.12.weight = 9\n"
                            "account.1.dns_cache_naptr.3.name = pbx.test\naccount.1.dns_cache_naptr.3.flags = S\n"
                            "account.1.dns_cache_naptr.3.order = 1\naccount.1.dns_cache_naptr.3.preference = 2\n"
                            "account.1.dns_cache_naptr.3.service = SIP+D2U\n"
                            "account.1.dns_cache_naptr.3.replace = _sip._udp.pbx.test\n")
                            .dns;
  EXPECT_TRUE(dns.naptr);
  EXPECT_TRUE(dns.static_first);
  EXPECT_EQ(dns.query_timeout, seconds(3));
  EXPECT_EQ(dns.cache, DnsCacheUse::UseAndGather);
  ASSERT_EQ(dns.addresses.size(), 1U);
  EXPECT_EQ(dns.addresses[0].address, "192.0.2.1");
  EXPECT_EQ(dns.addresses[0].ttl, seconds(60));
  ASSERT_EQ(dns.services.size(), 1U);
  EXPECT_EQ(dns.services[0].port, 5080);
  EXPECT_EQ(dns.services[0].priority, 7);
  EXPECT_EQ(dns.services[0].weight, 9);
  EXPECT_EQ(dns.services[0].ttl, seconds(300));
  ASSERT_EQ(dns.pointers.size(), 1U);
  EXPECT_EQ(dns.pointers[0].flags, "S");
  EXPECT_EQ(dns.pointers[0].replacement, "_sip._udp.pbx.test");
}

TEST(PhoneConfig, FailbackBelowAMinuteCountsAsOne) {
  const auto server = account(
                          "account.1.sip_server.1.address = a\naccount.1.sip_server.1.failback_mode = 3\n"
                          "account.1.sip_server.1.failback_timeout = 5\n")
                          .servers.at(0);
  EXPECT_EQ(server.failback, Failback::Duration);
  EXPECT_EQ(server.failback_timeout, seconds(60));
}

TEST(PhoneConfig, OutboundProxyOnlyWhenSwitchedOn) {
  const std::string body = "account.1.outbound_proxy.1.address = 192.0.2.1\naccount.1.outbound_proxy.1.port = 5070\n";
  EXPECT_THAT(account(body).outbound_proxies, IsEmpty());
  const auto on = account(body + "account.1.outbound_proxy_enable = 1\n").outbound_proxies;
  ASSERT_EQ(on.size(), 1);
  EXPECT_EQ(on[0].address, "192.0.2.1");
  EXPECT_EQ(on[0].port, 5070);
}

TEST(PhoneConfig, AccountTimersWinOverPhoneTimers) {
  const auto timers = account("sip.timer_t1 = 1\nsip.timer_t2 = 8\naccount.1.advanced.timer_t1 = 0.75\n").timers;
  EXPECT_EQ(timers.t1, milliseconds(750));
  EXPECT_EQ(timers.t2, seconds(8));
  EXPECT_EQ(timers.t4, seconds(5));
}

TEST(PhoneConfig, CodecsStandInPriorityOrder) {
  EXPECT_THAT(names(account("").codecs), ElementsAre("G722", "PCMU", "PCMA", "G729"));
  // T46G: slot 2 is PCMA, slot 6 G722, slot 5 G729.
  const auto codecs =
      account(
          "account.1.codec.6.enable = 0\naccount.1.codec.2.priority = 1\naccount.1.codec.5.priority = 0\n"
          "account.1.codec.7.enable = 1\n")
          .codecs;
  EXPECT_THAT(names(codecs), ElementsAre("PCMA", "PCMU", "G729", "iLBC")) << "priority 0 comes last, in slot order";
  EXPECT_EQ(codecs[0].payload_type, 8);
  EXPECT_EQ(codecs[1].payload_type, 0);
  EXPECT_EQ(codecs[3].payload_type, 106);
}

TEST(PhoneConfig, CodecNamesOfLaterFirmwareWinOverSlots) {
  EXPECT_THAT(
      names(account(
                "account.1.codec.g722.enable = 0\naccount.1.codec.g729.enable = 0\naccount.1.codec.pcma.priority = 1\n")
                .codecs),
      ElementsAre("PCMA", "PCMU"));
}

TEST(PhoneConfig, PtimeMayBeSwitchedOff) {
  EXPECT_EQ(account("account.1.ptime = 30\n").ptime, milliseconds(30));
  EXPECT_EQ(account("account.1.ptime = 0\n").ptime, milliseconds(0));
}

TEST(PhoneConfig, HoldStyle) {
  EXPECT_EQ(account("").hold.style, HoldStyle::SendOnly);
  EXPECT_EQ(account("account.1.hold_use_inactive = 1\n").hold.style, HoldStyle::Inactive);
  EXPECT_EQ(account("account.1.hold_use_inactive = 1\nsip.rfc2543_hold = 1\n").hold.style, HoldStyle::ZeroAddress);
}

TEST(PhoneConfig, ForwardOfThePhoneCountsForEveryAccount) {
  const auto config = phone(
      "account.1.enable = 1\naccount.2.enable = 1\nforward.no_answer.enable = 1\nforward.no_answer.target = 1003\n"
      "forward.no_answer.timeout = 5\naccount.2.always_fwd.enable = 1\naccount.2.always_fwd.target = 999\n");
  for (const AccountConfig& a : config.accounts) {
    EXPECT_EQ(a.forward.mode, FeatureMode::Phone);
    EXPECT_FALSE(a.forward.always.enabled) << "the account's own rule sleeps in phone mode";
    EXPECT_TRUE(a.forward.no_answer.enabled);
    EXPECT_EQ(a.forward.no_answer.target, "1003");
    EXPECT_EQ(a.forward.no_answer_rings, 5);
    EXPECT_EQ(a.forward.no_answer_after, seconds(30));
    EXPECT_TRUE(a.forward.diversion_header);
  }
}

TEST(PhoneConfig, ForwardOfEachAccountInCustomMode) {
  const auto config = phone(
      "features.fwd_mode = 1\naccount.1.enable = 1\naccount.2.enable = 1\nforward.always.enable = "
      "1\nforward.always.target = 1\n"
      "account.2.busy_fwd.enable = 1\naccount.2.busy_fwd.target = 1003\naccount.2.busy_fwd.on_code = *90\n"
      "account.2.timeout_fwd.timeout = 0\n");
  EXPECT_FALSE(config.accounts[0].forward.always.enabled);
  EXPECT_FALSE(config.accounts[0].forward.busy.enabled);
  EXPECT_EQ(config.accounts[0].forward.no_answer_after, seconds(12));
  EXPECT_TRUE(config.accounts[1].forward.busy.enabled);
  EXPECT_EQ(config.accounts[1].forward.busy.target, "1003");
  EXPECT_EQ(config.accounts[1].forward.busy.on_code, "*90");
  EXPECT_EQ(config.accounts[1].forward.no_answer_after, seconds(0));
}

TEST(PhoneConfig, DndByPhoneOrByAccount) {
  EXPECT_TRUE(account("features.dnd.enable = 1\n").dnd.enabled);
  EXPECT_FALSE(account("account.1.dnd.enable = 1\n").dnd.enabled);
  const std::string custom = "features.dnd_mode = 1\n";
  EXPECT_FALSE(account(custom + "features.dnd.enable = 1\n").dnd.enabled);
  EXPECT_TRUE(account(custom + "account.1.dnd.enable = 1\naccount.1.dnd.on_code = *78\n").dnd.enabled);
  EXPECT_EQ(account(custom + "account.1.dnd.on_code = *78\nfeatures.dnd.on_code = *1\n").dnd.on_code, "*78");
  EXPECT_THAT(account("features.dnd.emergency_authorized_number = 112, 911 ,,\n").dnd.emergency_callers,
              ElementsAre("112", "911"));
}

TEST(PhoneConfig, FeaturesOfThePhone) {
  const auto config = phone(
      "call_waiting.enable = 0\ncall_waiting.tone = 0\nfeatures.normal_refuse_code = 603\nfeatures.dnd_refuse_code = "
      "404\n"
      "transfer.blind_tran_on_hook_enable = 0\nfeatures.hold_trans_delay = 250\nphone_setting.ringing_timeout = 20\n"
      "phone_setting.ringback_timeout = 25\nvoice.jib.adaptive = 0\nvoice.jib.normal = 40\nfeatures.busy_tone_delay = "
      "3\n"
      "features.play_held_tone.enable = 1\nsip.reg_surge_prevention = 7\naccount.1.enable = 1\n");
  EXPECT_FALSE(config.call_waiting.enabled);
  EXPECT_FALSE(config.call_waiting.tone);
  EXPECT_EQ(config.refuse.normal_code, 603);
  EXPECT_EQ(config.refuse.dnd_code, 404);
  EXPECT_TRUE(config.transfer.semi_attended);
  EXPECT_FALSE(config.transfer.blind_on_hook);
  EXPECT_EQ(config.transfer.hold_to_refer_delay, milliseconds(250));
  EXPECT_EQ(config.ringing.ringing_timeout, seconds(20));
  EXPECT_EQ(config.ringing.ringback_timeout, seconds(25));
  EXPECT_FALSE(config.jitter.adaptive);
  EXPECT_EQ(config.jitter.normal, milliseconds(40));
  EXPECT_EQ(config.busy_tone_delay, seconds(3));
  EXPECT_TRUE(config.held_tone.enabled);
  EXPECT_EQ(config.held_tone.interval, seconds(60));
  EXPECT_EQ(config.accounts[0].registration.surge_prevention, seconds(7));
}

TEST(PhoneConfig, Paging) {
  const auto usual = phone("account.1.enable = 1\n").paging;
  EXPECT_EQ(usual.codec, "G722");
  EXPECT_TRUE(usual.send.empty());
  EXPECT_TRUE(usual.listen.empty());
  EXPECT_TRUE(usual.ranked);
  EXPECT_EQ(usual.interrupts_calls, 10);
  EXPECT_EQ(usual.ignores_dnd, 0);
  EXPECT_TRUE(usual.resumes_calls);
  const auto own = phone(
                       "multicast.codec = PCMA\nmulticast.paging_address.31.ip_address = 239.255.255.255:65535\n"
                       "multicast.paging_address.31.label = All\nmulticast.listen_address.2.ip_address = 224.0.0.1:1\n"
                       "multicast.listen_address.10.ip_address = 224.5.6.7:10000\nmulticast.listen_address.10.label = "
                       "Fire\nmulticast.receive_priority.enable = 0\nmulticast.receive_priority.priority = 0\n"
                       "multicast.receive.ignore_dnd.priority = 3\nfeatures.paging_auto_resume.enable = 0\n")
                       .paging;
  EXPECT_EQ(own.codec, "PCMA");
  ASSERT_EQ(own.send.size(), 1U);
  EXPECT_EQ(own.send[0].number, 31);
  EXPECT_EQ(own.send[0].group.text(), "239.255.255.255:65535");
  EXPECT_EQ(own.send[0].label, "All");
  ASSERT_EQ(own.listen.size(), 2U);
  EXPECT_EQ(own.listen[1].number, 10);
  EXPECT_EQ(own.listen[1].group.text(), "224.5.6.7:10000");
  EXPECT_FALSE(own.ranked);
  EXPECT_EQ(own.interrupts_calls, 0);
  EXPECT_EQ(own.ignores_dnd, 3);
  EXPECT_FALSE(own.resumes_calls);
}

}  // namespace
}  // namespace offhook::config
