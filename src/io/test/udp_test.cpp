#include <gtest/gtest.h>

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
