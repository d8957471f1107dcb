#include "media_sockets.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include "sockaddr.hpp"

namespace offhook::io {
namespace {

constexpr std::size_t kLargest = 2048;  // what is longer is no packet of a call, and is dropped
constexpr std::size_t kBatch = 64;      // datagrams of a shared socket in one system call
constexpr std::size_t kOwnBatch = 4;    // of a session's: one is usual
constexpr int kMostRounds = 16;         // a flood of one socket does not hold up the others for ever
constexpr int kSharedReceiveBuffer = 16 << 20;
// What is sent to a group may cross the routers of a site, not more (the customary scope of 32).
constexpr int kGroupHops = 32;
constexpr std::size_t kControl = CMSG_SPACE(sizeof(timespec)) + CMSG_SPACE(sizeof(in6_pktinfo));

bool is_rtcp(const Endpoint& local) { return local.port % 2 != 0; }

WallTime wall_of(const timespec& t) {
  return WallTime(seconds(t.tv_sec) + std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(t.tv_nsec)));
}

// Kernel time is wall time: brought to ours by the age that the datagram has. A clock that was set meanwhile must not
// carry it away.
Now arrival(Now now, WallTime stamp) {
  const Duration age = std::clamp<Duration>(now.wall - stamp, Duration(0), seconds(1));
  return {now.mono - age, now.wall - age};
}

IpAddress address_of(const in_addr& in) {
  sockaddr_storage out{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(out);
  v4.sin_family = AF_INET;
  v4.sin_addr = in;
  return from_sockaddr(out).address;
}

IpAddress address_of(const in6_addr& in) {
  sockaddr_storage out{};
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in;
  return from_sockaddr(out).address;
}

template <class T>
T data_of(cmsghdr* c) {
  T out;
  std::memcpy(&out, CMSG_DATA(c), sizeof out);
  return out;
}

void ask(int fd, int level, int name, int value = 1) { ::setsockopt(fd, level, name, &value, sizeof value); }

Checked<int> open_socket(Endpoint local, int dscp) {
  const auto refuse = [&](std::string_view what) {
    return complain(std::string(what) + ": " + std::strerror(errno), "udp:" + local.text());
  };
  const bool v6 = local.address.is_v6();
  const int fd = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return refuse("cannot make a socket");
  if (v6) ask(fd, IPPROTO_IPV6, IPV6_V6ONLY);
  ask(fd, SOL_SOCKET, SO_TIMESTAMPNS);
  // Packets of a call fit everywhere: with "don't fragment" the kernel need not number them.
  if (!v6) ask(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
  if (dscp != 0) ask(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_TCLASS : IP_TOS, dscp << 2);
  if (local.address.is_multicast()) ask(fd, SOL_SOCKET, SO_REUSEADDR);
  sockaddr_storage name;
  const socklen_t size = to_sockaddr(local, name);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&name), size) == 0) return fd;
  auto complaint = refuse("cannot listen");
  ::close(fd);
  return complaint;
}

}  // namespace

// One system call's worth of datagrams, in and out.
struct MediaSockets::Batch {
  struct Control {
    alignas(cmsghdr) std::array<char, kControl> bytes;
  };
  std::vector<std::uint8_t> in = std::vector<std::uint8_t>(kBatch * kLargest);
  std::array<sockaddr_storage, kBatch> from{}, to{};
  std::array<iovec, kBatch> in_pieces{}, out_pieces{};
  std::array<Control, kBatch> in_controls{}, out_controls{};
  std::array<mmsghdr, kBatch> in_headers{}, out_headers{};
  int out_fd = -1;
  std::size_t queued = 0;

  Batch() {
    for (std::size_t i = 0; i < kBatch; ++i) {
      in_pieces[i] = {in.data() + i * kLargest, kLargest};
      msghdr& header = in_headers[i].msg_hdr;
      header.msg_name = &from[i];
      header.msg_iov = &in_pieces[i];
      header.msg_iovlen = 1;
      header.msg_control = in_controls[i].bytes.data();
      renew(header);
    }
  }
  // What the kernel has changed.
  static void renew(msghdr& header) {
    header.msg_namelen = sizeof(sockaddr_storage);
    header.msg_controllen = kControl;
    header.msg_flags = 0;
  }
};

MediaSockets::MediaSockets(Options options) : options_(options), batch_(std::make_unique<Batch>()) {}

MediaSockets::~MediaSockets() {
  for (auto& sockets : rtp_)
    for (const Socket& socket : sockets) ::close(socket.fd);
  for (const auto& [fd, socket] : watched_) ::close(fd);
  for (const auto& [fd, socket] : groups_) ::close(fd);
}

Checked<void> MediaSockets::open(const media::SocketRequest& request) {
  const auto fd = options_.layout == MediaLayout::Own ? open_own(request) : open_shared(request);
  if (!fd) return tl::unexpected(fd.error());
  const std::size_t index = request.session.index;
  if (index >= places_.size()) places_.resize(index + 1);
  Place& place = places_[index];
  if (place.generation != request.session.generation) place = {request.session.generation, {-1, -1}};
  place.fds[is_rtcp(request.local) ? 1 : 0] = *fd;
  return {};
}

Checked<int> MediaSockets::open_own(const media::SocketRequest& request) {
  const auto fd = open_socket(request.local, options_.dscp);
  if (!fd) return fd;
  const Socket socket{*fd, request.local, request.session};
  if (is_rtcp(request.local)) {
    watched_[*fd] = socket;
    (void)ready_.add(*fd, static_cast<std::uint64_t>(*fd), false);
  } else {
    rtp_[request.phase % media::kPhases].push_back(socket);
  }
  return fd;
}

Checked<int> MediaSockets::open_shared(const media::SocketRequest& request) {
  const bool v6 = request.local.address.is_v6();
  const Endpoint everywhere{v6 ? IpAddress::v6({}) : IpAddress{}, request.local.port};
  for (auto& [fd, socket] : watched_) {
    if (socket.local != everywhere) continue;
    ++socket.users;
    return fd;
  }
  const auto fd = open_socket(everywhere, options_.dscp);
  if (!fd) return fd;
  ask(*fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVPKTINFO : IP_PKTINFO);
  // Many streams wait in one queue: beyond the system's limit (net.core.rmem_max) where we may.
  ask(*fd, SOL_SOCKET, SO_RCVBUF, kSharedReceiveBuffer);
  ask(*fd, SOL_SOCKET, SO_RCVBUFFORCE, kSharedReceiveBuffer);
  watched_[*fd] = {*fd, everywhere, std::nullopt};
  (void)ready_.add(*fd, static_cast<std::uint64_t>(*fd), false);
  return fd;
}

void MediaSockets::close(const media::SocketRequest& request) {
  const std::size_t index = request.session.index;
  if (index >= places_.size() || places_[index].generation != request.session.generation) return;
  const int fd = std::exchange(places_[index].fds[is_rtcp(request.local) ? 1 : 0], -1);
  if (fd < 0) return;
  flush();
  const auto watched = watched_.find(fd);
  if (watched != watched_.end() && --watched->second.users > 0) return;
  if (watched != watched_.end()) {
    ready_.remove(fd);
    watched_.erase(watched);
  } else {
    for (auto& sockets : rtp_) std::erase_if(sockets, [fd](const Socket& socket) { return socket.fd == fd; });
  }
  ::close(fd);
}

Checked<void> MediaSockets::join(const media::SocketRequest& request) {
  const auto fd = open_socket(request.local, 0);
  if (!fd) return tl::unexpected(fd.error());
  ip_mreqn at{};
  std::memcpy(&at.imr_multiaddr, request.local.address.bytes().data(), 4);
  // A phone with an IPv6 address listens where the system would.
  if (!request.interface.is_v6()) std::memcpy(&at.imr_address, request.interface.bytes().data(), 4);
  ask(*fd, IPPROTO_IP, IP_MULTICAST_ALL, 0);  // not what others on this machine have joined elsewhere
  if (::setsockopt(*fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &at, sizeof at) != 0) {
    auto complaint = complain(std::string("cannot join the group: ") + std::strerror(errno),
                              "udp:" + request.local.text() + " at " + request.interface.text());
    ::close(*fd);
    return complaint;
  }
  groups_[*fd] = {*fd, request.local, std::nullopt, 1, request.interface};
  (void)groups_ready_.add(*fd, static_cast<std::uint64_t>(*fd), false);
  return {};
}

void MediaSockets::leave(const media::SocketRequest& request) {
  for (const auto& [fd, socket] : groups_) {
    if (socket.local != request.local || socket.interface != request.interface) continue;
    groups_ready_.remove(fd);
    ::close(fd);
    groups_.erase(fd);
    return;
  }
}

void MediaSockets::receive_pages(Now now, const Take& take) {
  for (const Poller::Event& event : groups_ready_.take())
    if (const auto found = groups_.find(static_cast<int>(event.token)); found != groups_.end())
      read(now, found->second, take);
}

void MediaSockets::receive(Now now, std::uint32_t phases, const Take& take) {
  for (std::uint32_t phase = 0; phase < media::kPhases; ++phase)
    if ((phases >> phase & 1U) != 0)
      for (const Socket& socket : rtp_[phase]) read(now, socket, take);
  for (const Poller::Event& event : ready_.take())
    if (const auto found = watched_.find(static_cast<int>(event.token)); found != watched_.end())
      read(now, found->second, take);
}

void MediaSockets::read(Now now, const Socket& socket, const Take& take) {
  Batch& b = *batch_;
  const auto size = static_cast<unsigned>(socket.session ? kOwnBatch : kBatch);
  int got = 0;
  for (int round = 0; round < kMostRounds; ++round) {
    got = ::recvmmsg(socket.fd, b.in_headers.data(), size, MSG_DONTWAIT, nullptr);
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(got, 0)); ++i) {
      msghdr& header = b.in_headers[i].msg_hdr;
      Received received{now, socket.local, from_sockaddr(b.from[i]), socket.session, {}, socket.interface};
      for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS)
          received.at = arrival(now, wall_of(data_of<timespec>(c)));
        else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
          received.local.address = address_of(data_of<in_pktinfo>(c).ipi_addr);
        else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
          received.local.address = address_of(data_of<in6_pktinfo>(c).ipi6_addr);
      }
      received.bytes = std::span(b.in).subspan(i * kLargest, b.in_headers[i].msg_len);
      const bool whole = (header.msg_flags & MSG_TRUNC) == 0;
      Batch::renew(header);
      if (whole) take(received);
    }
    if (got < static_cast<int>(size)) return;
  }
}

void MediaSockets::send(const media::Transmit& packet) {
  const std::size_t index = packet.session.index;
  if (index >= places_.size() || places_[index].generation != packet.session.generation) return;
  const int fd = places_[index].fds[is_rtcp(packet.local) ? 1 : 0];
  if (fd < 0) return;
  if (options_.layout == MediaLayout::Shared) return queue(fd, packet);
  sockaddr_storage to;
  const socklen_t size = to_sockaddr(packet.remote, to);
  if (packet.remote.address.is_multicast()) ask(fd, IPPROTO_IP, IP_MULTICAST_TTL, kGroupHops);
  if (::sendto(fd, packet.bytes.data(), packet.bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&to), size) < 0)
    ++send_failures_;
}

void MediaSockets::queue(int fd, const media::Transmit& packet) {
  Batch& b = *batch_;
  if (b.queued == kBatch || (b.queued > 0 && b.out_fd != fd)) flush();
  b.out_fd = fd;
  if (packet.remote.address.is_multicast()) ask(fd, IPPROTO_IP, IP_MULTICAST_TTL, kGroupHops);
  const std::size_t i = b.queued++;
  // The kernel only reads it.
  b.out_pieces[i] = {const_cast<std::uint8_t*>(packet.bytes.data()), packet.bytes.size()};
  msghdr& header = b.out_headers[i].msg_hdr;
  header = {};
  header.msg_name = &b.to[i];
  header.msg_namelen = to_sockaddr(packet.remote, b.to[i]);
  header.msg_iov = &b.out_pieces[i];
  header.msg_iovlen = 1;
  header.msg_control = b.out_controls[i].bytes.data();
  const bool v6 = packet.local.address.is_v6();
  header.msg_controllen = v6 ? CMSG_SPACE(sizeof(in6_pktinfo)) : CMSG_SPACE(sizeof(in_pktinfo));
  cmsghdr* c = CMSG_FIRSTHDR(&header);
  c->cmsg_level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
  c->cmsg_type = v6 ? IPV6_PKTINFO : IP_PKTINFO;
  if (v6) {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, packet.local.address.bytes().data(), 16);
    c->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(c), &info, sizeof info);
  } else {
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, packet.local.address.bytes().data(), 4);
    c->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(c), &info, sizeof info);
  }
}

void MediaSockets::flush() {
  Batch& b = *batch_;
  for (std::size_t sent = 0; sent < b.queued;) {
    const int n = ::sendmmsg(b.out_fd, b.out_headers.data() + sent, static_cast<unsigned>(b.queued - sent),
                             MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) {
      sent += static_cast<std::size_t>(n);
    } else if (errno != EINTR) {
      ++send_failures_;  // this one is lost; the next may pass
      ++sent;
    }
  }
  b.queued = 0;
}

}  // namespace offhook::io
