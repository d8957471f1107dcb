#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "io/clock.hpp"
#include "io/loop.hpp"
#include "io/udp_socket.hpp"

namespace offhook::io {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(UdpSocket, DatagramsCrossInBatches) {
  for (const auto* address : {"127.0.0.1:0", "[::1]:0"}) {
    auto a = UdpSocket::open(*Endpoint::parse(address));
    auto b = UdpSocket::open(*Endpoint::parse(address));
    ASSERT_TRUE(a && b);
    EXPECT_NE(a->local().port, 0);
    Loop loop;
    UdpBatch out, in;
    std::vector<std::string> got;
    loop.watch(b->fd(), [&] {
      for (const auto& datagram : in.receive(*b)) {
        EXPECT_EQ(datagram.from, a->local());
        got.emplace_back(datagram.bytes.begin(), datagram.bytes.end());
      }
    });
    for (int i = 0; i < 100; ++i) out.queue(*a, b->local(), bytes_of("datagram " + std::to_string(i)));
    out.flush();
    EXPECT_TRUE(loop.run_until([&] { return got.size() == 100; }, now().mono + seconds(10)));
    EXPECT_EQ(got.front(), "datagram 0");
    EXPECT_EQ(got.back(), "datagram 99");
    EXPECT_EQ(a->send_failures(), 0);
    loop.unwatch(b->fd());
  }
}

TEST(UdpSocket, APortThatNobodyListensOnIsToldByIcmp) {
  for (const auto* address : {"127.0.0.1:0", "[::1]:0"}) {
    auto ours = UdpSocket::open(*Endpoint::parse(address));
    auto heard = UdpSocket::open(*Endpoint::parse(address));
    std::optional<Endpoint> nobody;
    {
      const auto closed = UdpSocket::open(*Endpoint::parse(address));
      nobody = closed->local();
    }
    Loop loop;
    UdpBatch batch, in;
    std::vector<Endpoint> told;
    std::size_t got = 0;
    loop.watch(ours->fd(), [&] {
      EXPECT_TRUE(batch.receive(*ours).empty());
      for (const Endpoint& peer : batch.unreachable(*ours)) told.push_back(peer);
    });
    loop.watch(heard->fd(), [&] { got += in.receive(*heard).size(); });
    // The error of the first does not cost the next one.
    batch.queue(*ours, *nobody, bytes_of("anybody?"));
    batch.flush();
    batch.queue(*ours, heard->local(), bytes_of("somebody"));
    batch.flush();
    EXPECT_TRUE(loop.run_until([&] { return !told.empty() && got == 1; }, now().mono + seconds(10)));
    EXPECT_EQ(told, std::vector<Endpoint>{*nobody});
    loop.unwatch(ours->fd());
    loop.unwatch(heard->fd());
  }
}

TEST(UdpSocket, SeveralShareOneAddressWhenAsked) {
  UdpOptions options;
  options.reuse_port = true;
  const auto first = UdpSocket::open({IpAddress::loopback(), 0}, options);
  ASSERT_TRUE(first);
  EXPECT_TRUE(UdpSocket::open(first->local(), options));
  EXPECT_FALSE(UdpSocket::open(first->local())) << "both must ask";
}

TEST(UdpSocket, PacketsAreMarked) {
  UdpOptions options;
  options.dscp = 26;
  const auto v4 = UdpSocket::open({IpAddress::loopback(), 0}, options);
  const auto v6 = UdpSocket::open(*Endpoint::parse("[::1]:0"), options);
  int tos = 0;
  socklen_t size = sizeof tos;
  ASSERT_EQ(::getsockopt(v4->fd(), IPPROTO_IP, IP_TOS, &tos, &size), 0);
  EXPECT_EQ(tos, 26 << 2);
  ASSERT_EQ(::getsockopt(v6->fd(), IPPROTO_IPV6, IPV6_TCLASS, &tos, &size), 0);
  EXPECT_EQ(tos, 26 << 2);
}

TEST(UdpSocket, PortInUseIsAClearError) {
  const auto first = UdpSocket::open({IpAddress::loopback(), 0});
  ASSERT_TRUE(first);
  const auto second = UdpSocket::open(first->local());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().text(), "cannot listen: Address already in use (udp:" + first->local().text() + ")");
}

TEST(Loop, TimersFireOnceAndCanBeMoved) {
  Loop loop;
  int fired = 0;
  Loop::Timer timer(loop, [&] { ++fired; });
  timer.set(now().mono + seconds(3600));
  timer.set(now().mono);
  EXPECT_TRUE(loop.run_until([&] { return fired == 1; }, now().mono + seconds(10)));
  timer.set(now().mono + seconds(3600));
  timer.set(std::nullopt);
  bool posted = false;
  loop.post([&] { posted = true; });
  EXPECT_TRUE(loop.run_until([&] { return posted; }, now().mono + seconds(10)));
  EXPECT_EQ(fired, 1);
}

}  // namespace
}  // namespace offhook::io
