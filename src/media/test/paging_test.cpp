// Pages: what parties of one engine hear of what those of another one send to a multicast group.
#include <gmock/gmock.h>

#include <vector>

#include "media/engine.hpp"
#include "rtp/packet.hpp"

namespace offhook::media {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = SocketRequest::Kind;

constexpr double kAlice = 440, kCarol = 659;
const Endpoint kGroup{IpAddress::v4(224, 1, 2, 3), 5000}, kOther{IpAddress::v4(224, 1, 2, 3), 5002};
constexpr IpAddress kHere = IpAddress::v4(192, 0, 2, 9), kThere = IpAddress::v4(198, 51, 100, 9);
const sdp::Codec kG722{9, "G722", 8000, 1, {}};

// Two senders in one engine, listeners in another; what is sent to a group arrives at once.
struct Site {
  SeededRandom random_a{1}, random_b{2};
  EngineConfig config{.pilots = {kAlice, kCarol}, .jitter = {}};
  Engine senders{config, random_a}, listeners{config, random_b};
  Now now{TimePoint{} + seconds(100), WallTime{seconds(1'700'000'000)}};
  std::vector<std::string> news;  // "on", "off"
  std::size_t sent = 0, elsewhere = 0;
  bool cut = false;
  std::uint16_t port = 20'000;

  SessionId send(double hz, const sdp::Codec& codec, Endpoint group = kGroup) {
    const Endpoint local{IpAddress::v4(192, 0, 2, 1), port += 2};
    const SessionId session = *senders.open(senders.add_party(ToneIn{hz}), local);
    AudioPlan plan{local, group, codec, {}, sdp::Direction::SendOnly};
    plan.page = true;
    senders.update(session, plan);
    return session;
  }
  ListenerId listen(Endpoint group = kGroup, IpAddress interface = kHere) {
    return *listeners.listen(listeners.add_party(SilenceIn{}), group, interface);
  }
  void step() {
    now.mono += milliseconds(5);
    now.wall += milliseconds(5);
    senders.wake(now);
    listeners.wake(now);
    while (const auto packet = senders.poll_transmit()) {
      const std::vector<std::uint8_t> bytes(packet->bytes.begin(), packet->bytes.end());
      ++sent;
      if (!packet->remote.address.is_multicast() || rtp::looks_like_rtcp(bytes)) ++elsewhere;
      if (!cut) listeners.receive_page(now, packet->remote, kHere, packet->local, bytes);
    }
    while (listeners.poll_transmit()) ++elsewhere;
    while (const auto page = listeners.poll_page()) news.emplace_back(page->sounding ? "on" : "off");
  }
  void run(milliseconds span) {
    for (const TimePoint end = now.mono + span; now.mono < end;) step();
  }
  std::vector<double> heard(SessionId session) const {
    std::vector<double> out;
    for (const auto& tone : listeners.hearing(session).tones) out.push_back(tone.hz);
    return out;
  }
  std::vector<SocketRequest> requests() {
    std::vector<SocketRequest> out;
    while (const auto request = listeners.poll_socket_request()) out.push_back(*request);
    return out;
  }
};

TEST(Paging, PartiesAtOneGroupAndInterfaceShareASocket) {
  Site site;
  const ListenerId first = site.listen();
  EXPECT_THAT(site.requests(), ElementsAre(SocketRequest{Kind::Join, kGroup, {}, 0, kHere}));
  const ListenerId second = site.listen();
  EXPECT_THAT(site.requests(), IsEmpty());
  (void)site.listen(kOther);
  (void)site.listen(kGroup, kThere);
  EXPECT_THAT(site.requests(), ElementsAre(SocketRequest{Kind::Join, kOther, {}, 0, kHere},
                                           SocketRequest{Kind::Join, kGroup, {}, 0, kThere}));
  site.listeners.stop_listening(first);
  EXPECT_THAT(site.requests(), IsEmpty());
  site.listeners.stop_listening(second);
  EXPECT_THAT(site.requests(), ElementsAre(SocketRequest{Kind::Leave, kGroup, {}, 0, kHere}));
  site.listeners.stop_listening(second);  // long gone
  EXPECT_THAT(site.requests(), IsEmpty());
  EXPECT_FALSE(site.listeners.listen(PartyId{}, kGroup, kHere));
  EXPECT_FALSE(site.listeners.listen(site.listeners.add_party(SilenceIn{}), {kHere, 5000}, kHere)) << "no group";
}

TEST(Paging, APageIsToldOnceAndHeardByWhoPlaysIt) {
  for (const sdp::Codec& codec : {sdp::pcmu(), sdp::pcma(), kG722}) {
    Site site;
    const ListenerId listener = site.listen(), other = site.listen();
    const SessionId sent = site.send(kAlice, codec);
    site.run(milliseconds(100));
    EXPECT_THAT(site.news, ElementsAre("on", "on")) << "one a listener";
    EXPECT_EQ(site.listeners.sessions(), 0U);
    const SessionId player = site.listeners.hear_page(listener);
    EXPECT_EQ(site.listeners.hear_page(listener), player) << "it plays already";
    site.run(milliseconds(600));
    EXPECT_THAT(site.heard(player), ElementsAre(kAlice)) << codec.name;
    EXPECT_EQ(site.listeners.sessions(), 1U);
    EXPECT_EQ(site.listeners.quality(player)->received->codec, codec.name);
    site.news.clear();
    site.senders.close(sent, site.now);
    site.run(milliseconds(900));
    EXPECT_THAT(site.news, IsEmpty());
    site.run(milliseconds(200));
    EXPECT_THAT(site.news, ElementsAre("off", "off"));
    site.listeners.close(player, site.now);
    site.requests();
    EXPECT_EQ(site.listeners.sessions(), 0U);
    EXPECT_FALSE(site.listeners.deadline()) << "nothing is left to wait for";
    EXPECT_EQ(site.elsewhere, 0U) << "no RTCP, no answer";
    EXPECT_GE(site.sent, 30U);
    (void)other;
  }
}

TEST(Paging, ClosingAPlayerGivesBackNoPort) {
  Site site;
  const ListenerId listener = site.listen();
  site.send(kAlice, sdp::pcmu());
  site.run(milliseconds(100));
  const SessionId player = site.listeners.hear_page(listener);
  site.requests();
  site.listeners.close(player, site.now);
  EXPECT_THAT(site.requests(), IsEmpty());
  const SessionId again = site.listeners.hear_page(listener);
  EXPECT_NE(again, player);
  site.run(milliseconds(600));
  EXPECT_THAT(site.heard(again), ElementsAre(kAlice));
}

TEST(Paging, WhatIsNoPageIsNeverTold) {
  Site site;
  (void)site.listen();
  const Endpoint from{IpAddress::v4(192, 0, 2, 77), 9};
  const auto packet = [](std::uint8_t payload_type, std::uint16_t sequence) {
    std::vector<std::uint8_t> out;
    rtp::append_header(out, {false, payload_type, sequence, rtp::RtpTime(160U * sequence), 0xabcd});
    out.resize(out.size() + 160, 0xff);
    return out;
  };
  const auto give = [&](const std::vector<std::uint8_t>& bytes) {
    site.listeners.receive_page(site.now, kGroup, kHere, from, bytes);
  };
  give({});
  give({1, 2, 3});
  for (std::uint16_t i = 0; i < 20; ++i) give(packet(18, i));                 // G.729, which is not built in
  for (std::uint16_t i = 0; i < 20; ++i) give(packet(72, i));                 // RTCP
  give(packet(0, 7));                                                         // one alone is no page
  site.listeners.receive_page(site.now, kOther, kHere, from, packet(0, 8));   // nobody listens there
  site.listeners.receive_page(site.now, kGroup, kThere, from, packet(0, 8));  // nor there
  site.run(seconds(2));
  EXPECT_THAT(site.news, IsEmpty());
  EXPECT_FALSE(site.listeners.deadline());
  give(packet(0, 100));
  give(packet(0, 101));
  site.run(milliseconds(5));
  EXPECT_THAT(site.news, ElementsAre("on"));
}

TEST(Paging, WhoSpeaksFirstHasTheWord) {
  Site site;
  const ListenerId listener = site.listen();
  const SessionId first = site.send(kAlice, sdp::pcmu());
  site.run(milliseconds(100));
  const SessionId player = site.listeners.hear_page(listener);
  site.send(kCarol, sdp::pcma());
  site.run(milliseconds(800));
  EXPECT_THAT(site.heard(player), ElementsAre(kAlice));
  EXPECT_THAT(site.news, ElementsAre("on"));
  site.senders.close(first, site.now);
  site.run(seconds(1));
  EXPECT_THAT(site.heard(player), ElementsAre(kCarol));
  EXPECT_THAT(site.news, ElementsAre("on", "on")) << "another has the word; it never fell silent";
}

TEST(Paging, OfTwoWhoBeginAtOnceOneIsHeard) {
  Site site;
  const ListenerId listener = site.listen();
  site.send(kAlice, sdp::pcmu());
  site.send(kCarol, sdp::pcmu());
  site.run(milliseconds(100));
  ASSERT_THAT(site.news, ElementsAre("on"));
  const SessionId player = site.listeners.hear_page(listener);
  site.run(milliseconds(800));
  EXPECT_EQ(site.heard(player).size(), 1U);
  EXPECT_THAT(site.news, ElementsAre("on"));
}

TEST(Paging, AListenerWhoComesLateIsTold) {
  Site site;
  (void)site.listen();
  site.send(kAlice, sdp::pcmu());
  site.run(milliseconds(500));
  site.news.clear();
  (void)site.listen();
  site.run(milliseconds(5));
  EXPECT_THAT(site.news, ElementsAre("on"));
}

TEST(Paging, APartyThatGoesTakesItsEarsWithIt) {
  Site site;
  const PartyId party = site.listeners.add_party(SilenceIn{});
  const ListenerId listener = *site.listeners.listen(party, kGroup, kHere);
  site.send(kAlice, sdp::pcmu());
  site.run(milliseconds(100));
  ASSERT_TRUE(site.listeners.hear_page(listener));
  site.requests();
  site.listeners.remove_party(party);
  EXPECT_EQ(site.listeners.sessions(), 0U);
  EXPECT_THAT(site.requests(), ElementsAre(SocketRequest{Kind::Leave, kGroup, {}, 0, kHere}));
  EXPECT_FALSE(site.listeners.hear_page(listener));
  site.run(milliseconds(100));
}

// A page sender neither hears nor follows what comes back to its port.
TEST(Paging, ASenderIsNotLedAway) {
  Site site;
  (void)site.listen();
  const SessionId sent = site.send(kAlice, sdp::pcmu());
  const Endpoint local{IpAddress::v4(192, 0, 2, 1), site.port}, stranger{IpAddress::v4(192, 0, 2, 66), 4000};
  for (std::uint16_t i = 0; i < 10; ++i) {
    std::vector<std::uint8_t> bytes;
    rtp::append_header(bytes, {false, 0, i, rtp::RtpTime(160U * i), 0x1234});
    bytes.resize(bytes.size() + 160, 0xff);
    site.senders.receive(site.now, local, stranger, bytes);
    site.run(milliseconds(20));
  }
  EXPECT_EQ(site.elsewhere, 0U);
  EXPECT_EQ(site.senders.stats(sent)->packets_received, 0U);
}

}  // namespace
}  // namespace offhook::media
