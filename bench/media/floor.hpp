// The floor: RTP of 20 ms with nothing behind it, by the two socket layouts of the product and no more code than that
// takes. What a media engine costs above this is its own.
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "base/endpoint.hpp"
#include "io/clock.hpp"

namespace offhook::bench {

class Floor {
 public:
  explicit Floor(bool shared) : shared_(shared) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      pieces_[i] = {in_[i].data(), in_[i].size()};
      headers_[i].msg_hdr.msg_iov = &pieces_[i];
      headers_[i].msg_hdr.msg_iovlen = 1;
    }
  }
  ~Floor() {
    for (const End& end : ends_)
      if (!shared_ || &end == &ends_.front()) ::close(end.fd);
  }
  Floor(const Floor&) = delete;
  Floor& operator=(const Floor&) = delete;

  void add(Endpoint local, Endpoint remote) {
    End end{shared_ && !ends_.empty() ? ends_.front().fd : open(shared_ ? Endpoint{{}, local.port} : local),
            name(local), name(remote), 0, 0};
    ends_.push_back(end);
  }

  void run(TimePoint until) {
    const int timer = ::timerfd_create(CLOCK_MONOTONIC, 0);
    const itimerspec each{{0, 1'000'000}, {0, 1'000'000}};
    ::timerfd_settime(timer, 0, &each, nullptr);
    TimePoint next = io::now().mono;
    for (std::size_t phase = 0; next < until; next += milliseconds(1), phase = (phase + 1) % kPhases) {
      std::uint64_t ticks = 0;
      while (io::now().mono < next) (void)!::read(timer, &ticks, sizeof ticks);
      most_late_ = std::max(most_late_, io::now().mono - next);
      const std::size_t begin = ends_.size() * phase / kPhases, end = ends_.size() * (phase + 1) / kPhases;
      if (shared_)
        exchange_shared(begin, end);
      else
        exchange_own(begin, end);
    }
    ::close(timer);
  }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t received() const { return received_; }
  // Gaps in the sequences; layout shared does not look who it was.
  [[nodiscard]] std::int64_t lost() const { return lost_; }
  [[nodiscard]] Duration take_most_late() { return std::exchange(most_late_, Duration(0)); }

 private:
  static constexpr std::size_t kPhases = 20, kBatch = 64, kPacket = 172;
  struct End {
    int fd;
    sockaddr_in local, remote;
    std::uint16_t sequence, expected;
  };
  using Packet = std::array<std::uint8_t, kPacket>;

  static sockaddr_in name(Endpoint e) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(e.port);
    std::memcpy(&out.sin_addr, e.address.bytes().data(), 4);
    return out;
  }
  static int open(Endpoint local) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    const sockaddr_in at = name(local);
    const int room = 16 << 20;
    const int whole = IP_PMTUDISC_PROBE;
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    ::setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &whole, sizeof whole);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) std::exit(1);
    return fd;
  }
  static void fill(Packet& packet, End& end) {
    packet[0] = 0x80;
    packet[2] = static_cast<std::uint8_t>(end.sequence >> 8);
    packet[3] = static_cast<std::uint8_t>(end.sequence++);
  }

  void exchange_own(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const int n = ::recvmmsg(ends_[i].fd, headers_.data(), 4, MSG_DONTWAIT, nullptr);
      for (int k = 0; k < n; ++k) {
        const Packet& packet = in_[static_cast<std::size_t>(k)];
        const auto sequence = static_cast<std::uint16_t>(packet[2] << 8 | packet[3]);
        if (ends_[i].expected != 0) lost_ += static_cast<std::int16_t>(sequence - ends_[i].expected);
        ends_[i].expected = static_cast<std::uint16_t>(sequence + 1);
        ++received_;
      }
    }
    for (std::size_t i = begin; i < end; ++i) {
      fill(out_[0], ends_[i]);
      const auto* to = reinterpret_cast<const sockaddr*>(&ends_[i].remote);
      if (::sendto(ends_[i].fd, out_[0].data(), kPacket, 0, to, sizeof ends_[i].remote) == kPacket) ++sent_;
    }
  }

  void exchange_shared(std::size_t begin, std::size_t end) {
    for (int n = kBatch; n == static_cast<int>(kBatch); received_ += static_cast<std::uint64_t>(std::max(n, 0)))
      n = ::recvmmsg(ends_[0].fd, headers_.data(), kBatch, MSG_DONTWAIT, nullptr);
    std::array<mmsghdr, kBatch> headers{};
    std::array<iovec, kBatch> pieces{};
    for (std::size_t i = begin; i < end;) {
      std::size_t n = 0;
      for (; n < kBatch && i < end; ++n, ++i) {
        fill(out_[n], ends_[i]);
        pieces[n] = {out_[n].data(), kPacket};
        msghdr& header = headers[n].msg_hdr;
        header.msg_name = &ends_[i].remote;
        header.msg_namelen = sizeof ends_[i].remote;
        header.msg_iov = &pieces[n];
        header.msg_iovlen = 1;
        header.msg_control = controls_[n].data();
        header.msg_controllen = controls_[n].size();
        cmsghdr* c = CMSG_FIRSTHDR(&header);
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
        in_pktinfo info{};
        info.ipi_spec_dst = ends_[i].local.sin_addr;
        std::memcpy(CMSG_DATA(c), &info, sizeof info);
      }
      const int gone = ::sendmmsg(ends_[0].fd, headers.data(), static_cast<unsigned>(n), 0);
      sent_ += static_cast<std::uint64_t>(std::max(gone, 0));
    }
  }

  bool shared_;
  std::vector<End> ends_;
  std::array<Packet, kBatch> in_{}, out_{};
  std::array<iovec, kBatch> pieces_{};
  std::array<mmsghdr, kBatch> headers_{};
  alignas(cmsghdr) std::array<std::array<char, CMSG_SPACE(sizeof(in_pktinfo))>, kBatch> controls_{};
  std::uint64_t sent_ = 0, received_ = 0;
  std::int64_t lost_ = 0;
  Duration most_late_{0};
};

}  // namespace offhook::bench
