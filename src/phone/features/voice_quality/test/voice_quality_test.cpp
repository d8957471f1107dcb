// Quality reports to a collector, as a stranger on the wire gets them; and their text against RFC 6035 §4.6.
#include <gmock/gmock.h>

#include <set>

#include "features/voice_quality/report.hpp"
#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

media::CallQuality quality(double mos_lq = 4.4, milliseconds one_way = milliseconds(120)) {
  media::CallQuality out;
  out.local_ssrc = 0x1a3b5c7d;
  out.remote_ssrc = 0x2468abcd;
  out.round_trip = milliseconds(80);
  out.one_way = one_way;
  auto& q = out.received.emplace();
  q.codec = "PCMU";
  q.packets.expected = 1000;
  q.packets.lost = 50;
  q.packets.discarded = 20;
  q.packets.bursts = 2;
  q.packets.burst_packets = 100;
  q.packets.burst_losses = 60;
  q.packets.gaps = 3;
  q.packets.gap_packets = 900;
  q.packets.gap_losses = 10;
  q.mean_jitter = milliseconds(2);
  q.greatest_jitter = milliseconds(10);
  q.buffer_delay = milliseconds(60);
  q.level_dbm0 = -18.2;
  q.noise_dbm0 = -50;
  q.estimate = {88, mos_lq, 4.0};
  return out;
}

struct Office : SimOffice {
  explicit Office(const std::function<void(config::VoiceReportConfig&)>& reports, bool silent = false) {
    add("A", [&](config::PhoneConfig& config) {
      config.voice_activity_detection = silent;
      config.mac = "001f5bcc210f";
      config.accounts[0].password = "secret";
      config.accounts[0].collector = {"collector", "127.0.0.1", 5999};
      reports(config.voice_reports);
    });
    add("B");
    connect("A", "B");
    leg = *rack().leg_of(id("A"), 1);
  }
  void report(const media::CallQuality& q, bool final = false) {
    rack().media_report(now(), {leg, id("A"), q, final});
    settle();
  }
  [[nodiscard]] std::vector<std::string> bodies() const {
    std::vector<std::string> out;
    // Nobody answers: each comes again and again.
    std::set<std::string> calls;
    for (const auto& m : stranger.got)
      if (m.method() == sip::Method::Publish && calls.emplace(*m.find(sip::HeaderId::CallId)).second)
        out.emplace_back(m.body());
    return out;
  }
  std::uint64_t leg = 0;
};

TEST(VoiceQuality, ASessionReportLeavesWhenTheCallIsOver) {
  Office office([](auto& reports) { reports.session = true; });
  office.report(quality());
  EXPECT_TRUE(office.bodies().empty());
  (void)office.tell("A", "hangup");
  office.settle();
  office.report(quality(), true);
  ASSERT_EQ(office.bodies().size(), 1U);
  const sip::Message& publish = office.stranger.got.front();
  EXPECT_EQ(publish.request_uri(), "sip:collector@127.0.0.1:5999");
  EXPECT_EQ(publish.find(sip::HeaderId::Event), "vq-rtcpxr");
  EXPECT_EQ(publish.find(sip::HeaderId::ContentType), "application/vq-rtcpxr");
  const std::string body = office.bodies()[0];
  EXPECT_THAT(body, StartsWith("VQSessionReport: CallTerm\r\nCallID: "));
  // The dialog's own names, by which the two ends' reports are brought together.
  const auto* invite = office.find_sent("A INVITE");
  ASSERT_NE(invite, nullptr);
  const std::string call_id(*invite->message.find(sip::HeaderId::CallId));
  EXPECT_THAT(body, HasSubstr("CallID: " + call_id + "\r\n"));
  EXPECT_THAT(body, HasSubstr("DialogID: " + call_id + ";to-tag="));
  EXPECT_THAT(body, HasSubstr(";from-tag=" + std::string(invite->message.from_tag()) + "\r\n"));
  EXPECT_THAT(body, HasSubstr("LocalID: \"Phone 1001\" <sip:1001@127.0.0.1>\r\n"));
  EXPECT_THAT(body, HasSubstr("LocalMAC: 00:1f:5b:cc:21:0f\r\n"));
  EXPECT_THAT(body, HasSubstr("LocalAddr: IP=127.0.0.1 PORT=11780 SSRC=1a3b5c7d\r\n"));
  EXPECT_THAT(body, HasSubstr("SSRC=2468abcd\r\nLocalMetrics:\r\nTimestamps: START="));
  EXPECT_THAT(body, HasSubstr("SessionDesc: PT=0 PD=PCMU SR=8000 FD=20 FPP=1 PPS=50 PLC=3 SSUP=off\r\n"));
  EXPECT_THAT(body, HasSubstr("JitterBuffer: JBA=3 JBR=0 JBN=60 JBM=240 JBX=240\r\n"));
  EXPECT_THAT(body, HasSubstr("PacketLoss: NLR=5.0 JDR=2.0\r\n"));
  EXPECT_THAT(body, HasSubstr("BurstGapLoss: BLD=60.0 BD=1000 GLD=1.1 GD=6000 GMIN=16\r\n"));
  EXPECT_THAT(body, HasSubstr("Delay: RTD=80 ESD=100 SOWD=120 IAJ=2 MAJ=10\r\n"));
  EXPECT_THAT(body, HasSubstr("Signal: SL=-18 NL=-50\r\n"));
  EXPECT_THAT(body, HasSubstr("QualityEst: RCQ=88 MOSLQ=4.4 MOSCQ=4.0 QoEEstAlg=G.107\r\n"));
  EXPECT_THAT(body, Not(HasSubstr("RemoteMetrics"))) << "nothing is known of it";
}

TEST(VoiceQuality, IntervalReportsKeepTheirPeriod) {
  Office office([](auto& reports) {
    reports.interval = true;
    reports.period = seconds(5);
  });
  for (int i = 0; i < 21; ++i) {
    office.report(quality());
    office.run(milliseconds(800));
  }
  const auto bodies = office.bodies();
  EXPECT_EQ(bodies.size(), 4U);
  for (const auto& body : bodies) EXPECT_THAT(body, StartsWith("VQIntervalReport\r\n"));
  office.report(quality(), true);
  EXPECT_EQ(office.bodies().size(), 4U) << "no session report was asked for";
}

TEST(VoiceQuality, AlertsTellOfEachThresholdThatIsPassedUpAndDown) {
  Office office([](auto& reports) {
    reports.mos_warning = 40;
    reports.mos_critical = 30;
    reports.delay_critical = milliseconds(500);
  });
  for (const double mos : {4.4, 3.9, 3.8, 2.9, 3.5, 4.2}) office.report(quality(mos));
  office.report(quality(4.2, milliseconds(600)));
  office.report(quality(4.2, milliseconds(100)));
  const std::vector<std::string> wanted{"Type=MOSLQ Severity=Warning", "Type=MOSLQ Severity=Critical",
                                        "Type=MOSLQ Severity=Warning", "Type=MOSLQ Severity=Clear",
                                        "Type=SOWD Severity=Critical", "Type=SOWD Severity=Clear"};
  const auto bodies = office.bodies();
  ASSERT_EQ(bodies.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i)
    EXPECT_THAT(bodies[i], StartsWith("VQAlertReport: " + wanted[i] + " Dir=local\r\n"));
}

TEST(VoiceQuality, WithoutACollectorNothingLeaves) {
  SimOffice office;
  office.add("A", [](config::PhoneConfig& config) { config.voice_reports.session = true; });
  office.add("B");
  office.connect("A", "B");
  const auto leg = *office.rack().leg_of(office.id("A"), 1);
  office.rack().media_report(office.now(), {leg, office.id("A"), quality(), true});
  office.settle();
  EXPECT_TRUE(office.stranger.got.empty());
  ASSERT_TRUE(office.call("A", 1).quality);
  EXPECT_EQ(office.call("A", 1).quality->received->packets.lost, 50U);
}

TEST(VoiceQuality, WhatThePeerSaysComesAsRemoteMetrics) {
  Office office([](auto& reports) { reports.session = true; });
  auto q = quality();
  q.sent.emplace();
  q.sent->metrics.emplace();
  q.sent->metrics->loss_rate = 26;
  q.sent->metrics->end_system_delay = 90;
  q.sent->jitter = milliseconds(3);
  q.sent->estimate = {80, 4.1, 3.9};
  office.report(q, true);
  ASSERT_EQ(office.bodies().size(), 1U);
  EXPECT_THAT(office.bodies()[0], HasSubstr("RemoteMetrics:\r\n"));
  EXPECT_THAT(office.bodies()[0], HasSubstr("PacketLoss: NLR=10.2 JDR=0.0\r\nDelay: RTD=80 ESD=90 IAJ=3\r\n"));
  EXPECT_THAT(office.bodies()[0], HasSubstr("QualityEst: MOSLQ=4.1 MOSCQ=3.9\r\n"));
}

// What is heard need not be what is said: both are in the answer.
TEST(VoiceQuality, TheStreamIsDescribedAsItIsHeard) {
  Office office([](auto& reports) { reports.session = true; }, true);
  auto q = quality();
  q.received->codec = "PCMA";
  q.received->packet_time = milliseconds(30);
  office.report(q, true);
  ASSERT_EQ(office.bodies().size(), 1U);
  EXPECT_THAT(office.bodies()[0], HasSubstr("SessionDesc: PT=8 PD=PCMA SR=8000 FD=30 FPP=1 PPS=33 PLC=3 SSUP=on\r\n"));
}

TEST(VoiceQuality, AChallengeOfTheCollectorIsAnswered) {
  Office office([](auto& reports) { reports.session = true; });
  office.report(quality(), true);
  ASSERT_EQ(office.stranger.got.size(), 1U);
  const sip::Message first = office.stranger.got[0];
  auto answer = sip::Builder::response(first, 401, "c");
  answer.add(sip::HeaderId::WwwAuthenticate, "Digest realm=\"vq\", nonce=\"n1\", algorithm=MD5");
  const sip::Message refusal = answer.build();
  office.stranger_sends("A", std::string(refusal.bytes()));
  office.settle();
  ASSERT_EQ(office.stranger.got.size(), 2U);
  const sip::Message& second = office.stranger.got[1];
  EXPECT_EQ(second.method(), sip::Method::Publish);
  EXPECT_EQ(second.body(), first.body());
  EXPECT_THAT(std::string(second.find(sip::HeaderId::Authorization).value_or("")), HasSubstr("realm=\"vq\""));
  const sip::Message accepted = sip::Builder::response(second, 200, "c").build();
  office.stranger_sends("A", std::string(accepted.bytes()));
  office.run(seconds(40));
  EXPECT_EQ(office.stranger.got.size(), 2U);
  EXPECT_EQ(office.rack().counts().transactions, 0U);
}

TEST(VoiceQualityText, TimesAreUniversal) {
  EXPECT_EQ(voice_quality::timestamp(WallTime{seconds(1'097'432'623)}), "2004-10-10T18:23:43Z");
  EXPECT_EQ(voice_quality::timestamp(WallTime{milliseconds(999)}), "1970-01-01T00:00:00Z");
}

}  // namespace
}  // namespace offhook::phone::test
