#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>

#include "io/clock.hpp"
#include "io/loop.hpp"
#include "io/udp_socket.hpp"
#include "udp_runs.hpp"

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

// Each datagram of `batch` by its text, the runs one after the other.
std::string runs_of(const std::vector<OutgoingDatagram>& batch, bool may_join = true) {
  UdpRuns runs;
  std::string out;
  for (const auto& run : runs.make(batch, may_join)) {
    std::size_t at = run.first;
    out += batch[at].bytes;
    for (std::size_t left = run.count; left > 1; --left) out += "+" + batch[at = runs.next(at)].bytes;
    EXPECT_EQ(at, run.last);
    out += " ";
  }
  return out;
}

TEST(UdpRuns, OneSizeForOnePeerIsOneRun) {
  const Endpoint a{IpAddress::v4(192, 0, 2, 1), 5060}, b{IpAddress::v4(192, 0, 2, 2), 5060};
  const Endpoint other_port{a.address, 5061};
  EXPECT_EQ(runs_of({{a, "a1"}, {b, "b1"}, {a, "a2"}, {other_port, "p1"}, {b, "b2"}, {a, "a3"}}), "a1+a2+a3 b1+b2 p1 ");
  EXPECT_EQ(runs_of({{a, "a1"}, {a, "a2"}}, false), "a1 a2 ");
  // A shorter one ends the run, a longer one begins another; nobody's datagrams change places.
  EXPECT_EQ(runs_of({{a, "a11"}, {a, "a22"}, {a, "a3"}, {a, "a4"}, {a, "a55"}, {b, "b"}}), "a11+a22+a3 a4 a55 b ");
  EXPECT_EQ(runs_of({{a, "a11"}, {a, ""}, {a, "a22"}}), "a11  a22 ") << "an empty one stands alone";
  EXPECT_EQ(runs_of({}), "");
}

TEST(UdpRuns, AreNoLongerThanAPacketNorOfWhatIsFragmented) {
  const Endpoint a{IpAddress::v4(192, 0, 2, 1), 5060};
  UdpRuns runs;
  const std::vector<OutgoingDatagram> most(UdpRuns::kBatch, {a, std::string(UdpRuns::kLargest, 'x')});
  const auto made = runs.make(most, true);
  ASSERT_EQ(made.size(), 2);
  EXPECT_LE(made[0].octets, UdpRuns::kMostOctets);
  EXPECT_EQ(made[0].count + made[1].count, UdpRuns::kBatch);
  const std::vector<OutgoingDatagram> large(3, {a, std::string(UdpRuns::kLargest + 1, 'x')});
  EXPECT_EQ(runs.make(large, true).size(), 3);
}

// What comes of 200 datagrams of several sizes for two peers, in turns; `prepare` sees the sending socket first.
void cross(const UdpOptions& options, const std::function<void(int fd)>& prepare) {
  for (const auto* address : {"127.0.0.1:0", "[::1]:0"}) {
    auto from = UdpSocket::open(*Endpoint::parse(address), options);
    auto b = UdpSocket::open(*Endpoint::parse(address)), c = UdpSocket::open(*Endpoint::parse(address));
    ASSERT_TRUE(from && b && c);
    prepare(from->fd());
    Loop loop;
    UdpBatch out, in;
    std::vector<std::string> for_b, for_c, got_b, got_c;
    const auto hear = [&](UdpSocket& socket, std::vector<std::string>& got) {
      loop.watch(socket.fd(), [&] {
        for (const auto& datagram : in.receive(socket)) got.emplace_back(datagram.bytes.begin(), datagram.bytes.end());
      });
    };
    hear(*b, got_b);
    hear(*c, got_c);
    for (std::size_t i = 0; i < 200; ++i) {
      const bool is_first = i % 3 == 0;
      std::string text = std::to_string(i);
      text.resize(i % 50 == 0 ? 2000 : i % 7 == 0 ? 300 : 400, 'x');
      (is_first ? for_b : for_c).push_back(text);
      out.queue(*from, is_first ? b->local() : c->local(), std::move(text));
    }
    out.flush();
    EXPECT_TRUE(loop.run_until([&] { return got_b.size() + got_c.size() == 200; }, now().mono + seconds(10)));
    EXPECT_EQ(got_b, for_b);
    EXPECT_EQ(got_c, for_c);
    EXPECT_EQ(from->send_failures(), 0);
    loop.unwatch(b->fd());
    loop.unwatch(c->fd());
  }
}

TEST(UdpSocket, WhatLeavesInSegmentsArrivesAsItWas) {
  cross({.segmentation = Segmentation::Always}, [](int) {});
  cross({}, [](int) {});
}

// The sizes of the reads at the other end, which takes what was joined as it came (UDP_GRO).
std::vector<ssize_t> reads_of(Segmentation segmentation, std::size_t datagrams) {
  auto from = UdpSocket::open({IpAddress::loopback(), 0}, {.segmentation = segmentation});
  auto to = UdpSocket::open({IpAddress::loopback(), 0});
  UdpBatch batch;
  for (std::size_t i = 0; i < datagrams; ++i) batch.queue(*from, to->local(), std::string(100, 'x'));
  batch.flush();
  std::vector<ssize_t> out;
  std::vector<char> buffer(65536);
  for (ssize_t got; (got = ::recv(to->fd(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0;) out.push_back(got);
  return out;
}

TEST(UdpSocket, OnlyManyAtOnceLeaveInSegmentsWhenThatIsForBusyTimes) {
  constexpr auto kFew = UdpBatch::kBusy - 1;
  if (reads_of(Segmentation::Always, 2) != std::vector<ssize_t>{200}) GTEST_SKIP() << "this kernel joins none";
  EXPECT_EQ(reads_of(Segmentation::Busy, kFew), std::vector<ssize_t>(kFew, 100));
  EXPECT_EQ(reads_of(Segmentation::Busy, UdpBatch::kBusy), std::vector<ssize_t>{100 * UdpBatch::kBusy});
  EXPECT_EQ(reads_of(Segmentation::Busy, UdpBatch::kSize + 3), (std::vector<ssize_t>{100 * UdpBatch::kSize, 300}));
  EXPECT_EQ(reads_of(Segmentation::Never, UdpBatch::kBusy), std::vector<ssize_t>(UdpBatch::kBusy, 100));
}

TEST(UdpSocket, WhatTheKernelWillNotCutLeavesPieceByPiece) {
  // Without checksums it cuts nothing.
  cross({.segmentation = Segmentation::Always}, [](int fd) {
    const int one = 1;
    ASSERT_EQ(::setsockopt(fd, SOL_SOCKET, SO_NO_CHECK, &one, sizeof one), 0);
  });
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
