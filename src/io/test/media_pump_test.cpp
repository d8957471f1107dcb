#include "io/media_pump.hpp"

#include <gmock/gmock.h>

#include "io/clock.hpp"
#include "io/udp_socket.hpp"

namespace offhook::io {
namespace {

constexpr double kA = 440, kB = 660;

// An even port that is free, and the one above, on every address.
std::uint16_t free_port() {
  for (int tries = 0; tries < 100; ++tries) {
    const auto first = UdpSocket::open({IpAddress{}, 0});
    if (!first || first->local().port % 2 != 0) continue;
    if (UdpSocket::open({IpAddress{}, static_cast<std::uint16_t>(first->local().port + 1)})) return first->local().port;
  }
  return 0;
}

// One engine with its pump and a party in it for each address.
struct Side {
  Side(Loop& loop, MediaLayout layout, double pilot, std::vector<Endpoint> locals)
      : random(static_cast<std::uint64_t>(pilot)),
        engine({.pilots = {kA, kB}, .jitter = {}, .rtcp_interval = seconds(1)}, random),
        pump(
            loop, engine, {layout, 0}, [this](const MediaPump::Passed& p) { ++(p.sent ? sent : received); },
            [this](Complaint complaint) { troubles.push_back(complaint.text()); }) {
    for (const Endpoint& local : locals)
      sessions.push_back(*engine.open(engine.add_party(media::ToneIn{pilot}), local));
    pump.drain();
  }
  void talk(const std::vector<Endpoint>& peers) {
    for (std::size_t i = 0; i < sessions.size(); ++i) {
      media::AudioPlan plan;
      plan.remote = peers[i];
      plan.codec = sdp::pcmu();
      engine.update(sessions[i], plan);
    }
    pump.drain();
  }
  [[nodiscard]] bool all_hear(double hz) const {
    return std::all_of(sessions.begin(), sessions.end(),
                       [&](media::SessionId id) { return engine.hearing(id).hears(hz); });
  }
  SeededRandom random;
  media::Engine engine;
  int sent = 0, received = 0;
  std::vector<std::string> troubles;
  MediaPump pump;
  std::vector<media::SessionId> sessions;
};

std::vector<Endpoint> at(std::vector<IpAddress> addresses, std::uint16_t port) {
  std::vector<Endpoint> out;
  for (const IpAddress& address : addresses) out.push_back({address, port});
  return out;
}

class EachLayout : public testing::TestWithParam<MediaLayout> {
 protected:
  Loop loop;
  TimePoint patience = now().mono + seconds(30);
};
INSTANTIATE_TEST_SUITE_P(MediaPump, EachLayout, testing::Values(MediaLayout::Own, MediaLayout::Shared),
                         [](const auto& each) { return each.param == MediaLayout::Own ? "Own" : "Shared"; });

// Three phones an engine, each at its own address and all at the same port: each pair hears its own peer.
TEST_P(EachLayout, PhonesWithAnAddressEachHearTheirPeers) {
  const auto a =
      at({IpAddress::v4(127, 0, 7, 1), IpAddress::v4(127, 0, 7, 2), IpAddress::v4(127, 0, 7, 3)}, free_port());
  const auto b =
      at({IpAddress::v4(127, 0, 8, 1), IpAddress::v4(127, 0, 8, 2), IpAddress::v4(127, 0, 8, 3)}, free_port());
  Side alice(loop, GetParam(), kA, a), bob(loop, GetParam(), kB, b);
  alice.talk(b);
  bob.talk(a);
  const auto reported = [](const Side& side) {
    return std::all_of(side.sessions.begin(), side.sessions.end(),
                       [&](media::SessionId id) { return side.engine.stats(id)->rtcp_received > 0; });
  };
  ASSERT_TRUE(loop.run_until([&] { return alice.all_hear(kB) && bob.all_hear(kA) && reported(alice) && reported(bob); },
                             patience));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(alice.engine.stats(alice.sessions[i])->remote, b[i]) << "the source address is that of the session";
    EXPECT_EQ(bob.engine.stats(bob.sessions[i])->remote, a[i]);
  }
  EXPECT_GT(alice.sent, 0);
  EXPECT_GT(alice.received, 0);
  EXPECT_THAT(alice.troubles, testing::IsEmpty());
  EXPECT_EQ(alice.engine.stray_datagrams() + bob.engine.stray_datagrams(), 0U);
  EXPECT_EQ(alice.pump.send_failures() + bob.pump.send_failures(), 0U);
}

TEST_P(EachLayout, OverIpv6) {
  const std::array<std::uint8_t, 16> one{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  const auto a = at({IpAddress::v6(one)}, free_port());
  if (!UdpSocket::open({IpAddress::v6(one), 0})) GTEST_SKIP() << "no IPv6 on loopback";
  const auto b = at({IpAddress::v6(one)}, static_cast<std::uint16_t>(a[0].port + 2));
  Side alice(loop, GetParam(), kA, a), bob(loop, GetParam(), kB, b);
  alice.talk(b);
  bob.talk(a);
  EXPECT_TRUE(loop.run_until([&] { return alice.all_hear(kB) && bob.all_hear(kA); }, patience));
}

TEST_P(EachLayout, ThePortsComeBackAndTheLastWordsStillLeave) {
  const auto a = at({IpAddress::v4(127, 0, 7, 1)}, free_port());
  const auto b = at({IpAddress::v4(127, 0, 8, 1)}, free_port());
  Side alice(loop, GetParam(), kA, a), bob(loop, GetParam(), kB, b);
  alice.talk(b);
  bob.talk(a);
  ASSERT_TRUE(loop.run_until([&] { return alice.all_hear(kB); }, patience));
  alice.engine.close(alice.sessions[0], now());
  alice.pump.drain();
  EXPECT_TRUE(loop.run_until([&] { return bob.engine.stats(bob.sessions[0])->remote_said_bye; }, patience));
  EXPECT_TRUE(UdpSocket::open(a[0])) << "given back";
  alice.sessions = {*alice.engine.open(alice.engine.add_party(media::ToneIn{kA}), a[0])};
  alice.talk(b);
  bob.engine.close(bob.sessions[0], now());
  bob.pump.drain();
  bob.sessions = {*bob.engine.open(bob.engine.add_party(media::ToneIn{kB}), b[0])};
  bob.talk(a);
  EXPECT_TRUE(loop.run_until([&] { return alice.all_hear(kB) && bob.all_hear(kA); }, patience)) << "and taken again";
}

TEST_P(EachLayout, APortThatSomebodyHasIsTold) {
  const auto a = at({IpAddress::loopback()}, free_port());
  const auto taken = UdpSocket::open(a[0]);
  ASSERT_TRUE(taken);
  Side alice(loop, GetParam(), kA, a);
  ASSERT_EQ(alice.troubles.size(), 1U) << "RTCP has its port";
  EXPECT_THAT(alice.troubles[0], testing::HasSubstr("cannot listen"));
}

// What a socket cannot hold whole is no packet of a call; what is behind it still comes.
TEST_P(EachLayout, AGiantIsDropped) {
  const auto a = at({IpAddress::v4(127, 0, 7, 1)}, free_port());
  Side alice(loop, GetParam(), kA, a);
  auto stranger = *UdpSocket::open({IpAddress::loopback(), 0});
  UdpBatch batch;
  batch.queue(stranger, a[0], std::string(9000, 'x'));
  batch.queue(stranger, a[0], std::string("short"));
  batch.flush();
  ASSERT_TRUE(loop.run_until([&] { return alice.received > 0; }, patience));
  EXPECT_EQ(alice.received, 1);
  EXPECT_EQ(alice.engine.stats(alice.sessions[0])->packets_malformed, 1U);
}

}  // namespace
}  // namespace offhook::io
