#include "io/udp_socket.hpp"

#include <arpa/inet.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "sockaddr.hpp"
#include "udp_runs.hpp"

namespace offhook::io {
namespace {

constexpr std::size_t kLargest = 65536;
// Between the places of two reads: were it a power of two, all of them would compete for the same lines of the cache.
constexpr std::size_t kStride = kLargest + 1024;
constexpr std::size_t kControl = CMSG_SPACE(sizeof(int));
constexpr std::size_t kSegmentControl = CMSG_SPACE(sizeof(std::uint16_t));
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

// The size of the pieces that the kernel has joined into one read; nothing when it is one datagram.
std::size_t piece_size(msghdr& header, std::size_t size) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level != IPPROTO_UDP || c->cmsg_type != UDP_GRO) continue;
    int piece = 0;
    std::memcpy(&piece, CMSG_DATA(c), sizeof piece);
    if (piece > 0) return static_cast<std::size_t>(piece);
  }
  return size;
}

// The peer that an entry of the error queue is about, when ICMP says that it cannot be reached.
std::optional<Endpoint> unreachable_peer(msghdr& header, const sockaddr_storage& name) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    const bool v4 = c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR;
    const bool v6 = c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR;
    if (!v4 && !v6) continue;
    sock_extended_err error{};
    std::memcpy(&error, CMSG_DATA(c), sizeof error);
    const bool icmp = error.ee_origin == SO_EE_ORIGIN_ICMP || error.ee_origin == SO_EE_ORIGIN_ICMP6;
    if (icmp && error.ee_errno != EMSGSIZE) return from_sockaddr(name);
  }
  return std::nullopt;
}

// The kernel is to cut what the message holds into datagrams of that size.
void set_segment_size(msghdr& header, std::array<char, kSegmentControl>& control, std::size_t size) {
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  cmsghdr* const c = CMSG_FIRSTHDR(&header);
  c->cmsg_level = IPPROTO_UDP;
  c->cmsg_type = UDP_SEGMENT;
  c->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
  const auto segment = static_cast<std::uint16_t>(size);
  std::memcpy(CMSG_DATA(c), &segment, sizeof segment);
}

// How many of the messages the kernel has taken; errno says why it will not have the next one.
std::size_t send_all(int fd, std::span<mmsghdr> messages) {
  std::size_t sent = 0;
  for (int told = 0; sent < messages.size();) {
    const int n =
        ::sendmmsg(fd, &messages[sent], static_cast<unsigned>(messages.size() - sent), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) {
      sent += static_cast<std::size_t>(n);
      told = 0;
    } else if (errno != EINTR && (errno == EAGAIN || ++told > 1)) {
      break;  // the first error may be about an earlier datagram: this one has had another try
    }
  }
  return sent;
}

// The pieces of a message as one datagram each. Returns how many were lost.
std::size_t send_singly(int fd, const msghdr& message) {
  std::size_t lost = 0;
  for (std::size_t i = 0; i < message.msg_iovlen; ++i) {
    mmsghdr single{};
    single.msg_hdr.msg_name = message.msg_name;
    single.msg_hdr.msg_namelen = message.msg_namelen;
    single.msg_hdr.msg_iov = message.msg_iov + i;
    single.msg_hdr.msg_iovlen = 1;
    if (send_all(fd, {&single, 1}) == 0) ++lost;
  }
  return lost;
}

}  // namespace

struct UdpBatch::Buffers {
  // Not initialised: the system gives only what is used of it.
  std::unique_ptr<std::uint8_t[]> in = std::make_unique_for_overwrite<std::uint8_t[]>(kSize * kStride);
  std::array<sockaddr_storage, kSize> names{};
  std::array<iovec, kSize> pieces{};
  std::array<mmsghdr, kSize> headers{};
  std::array<std::array<char, kControl>, kSize> controls{};
  std::vector<Datagram> datagrams;
  std::vector<Endpoint> unreachable;
  std::size_t reads = 0;
  std::array<OutgoingDatagram, kSize> out{};
  UdpRuns runs;

  Buffers() {
    for (std::size_t i = 0; i < kSize; ++i) prepare(i);
  }
  // The place of a read, which the kernel writes into along with the sizes.
  void prepare(std::size_t i) {
    pieces[i] = {in.get() + i * kStride, kLargest};
    headers[i] = {};
    headers[i].msg_hdr.msg_name = &names[i];
    headers[i].msg_hdr.msg_namelen = sizeof names[i];
    headers[i].msg_hdr.msg_iov = &pieces[i];
    headers[i].msg_hdr.msg_iovlen = 1;
    headers[i].msg_hdr.msg_control = controls[i].data();
    headers[i].msg_hdr.msg_controllen = kControl;
  }

  // One a run.
  std::array<sockaddr_storage, kSize> peers{};
  std::array<std::array<char, kSegmentControl>, kSize> segments{};
};
static_assert(UdpBatch::kSize == UdpRuns::kBatch);

UdpSocket::~UdpSocket() {
  if (fd_ >= 0) ::close(fd_);
}

UdpSocket::UdpSocket(UdpSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      local_(other.local_),
      segmentation_(other.segmentation_),
      send_failures_(other.send_failures_) {}

UdpSocket& UdpSocket::operator=(UdpSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(local_, other.local_);
  std::swap(segmentation_, other.segmentation_);
  std::swap(send_failures_, other.send_failures_);
  return *this;
}

Checked<UdpSocket> UdpSocket::open(Endpoint local, const UdpOptions& options) {
  const auto refuse = [&](std::string_view what) {
    return complain(std::string(what) + ": " + std::strerror(errno), "udp:" + local.text());
  };
  const int fd = ::socket(local.address.is_v6() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return refuse("cannot make a socket");
  UdpSocket socket(fd, local);
  const int one = 1;
  if (local.address.is_v6()) {
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &one, sizeof one);
  } else {
    ::setsockopt(fd, IPPROTO_IP, IP_RECVERR, &one, sizeof one);
  }
  ::setsockopt(fd, IPPROTO_UDP, UDP_GRO, &one, sizeof one);  // where the kernel has it
  const int no_size = 0;
  if (::setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &no_size, sizeof no_size) == 0)  // likewise
    socket.segmentation_ = options.segmentation;
  if (options.reuse_port) ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
  // Beyond the system's limit (net.core.rmem_max) where we may.
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &options.receive_buffer, sizeof options.receive_buffer) != 0)
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof options.receive_buffer);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &options.send_buffer, sizeof options.send_buffer);
  if (options.dscp != 0) {
    const int tos = options.dscp << 2;
    if (local.address.is_v6())
      ::setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof tos);
    else
      ::setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof tos);
  }
  sockaddr_storage name;
  const socklen_t size = to_sockaddr(local, name);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&name), size) != 0) return refuse("cannot listen");
  socklen_t bound_size = sizeof name;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &bound_size) != 0)
    return refuse("cannot read the bound address");
  socket.local_ = from_sockaddr(name);
  return socket;
}

UdpBatch::UdpBatch() : buffers_(std::make_unique<Buffers>()) {}
UdpBatch::~UdpBatch() = default;

std::span<const UdpBatch::Datagram> UdpBatch::receive(UdpSocket& socket) {
  Buffers& b = *buffers_;
  for (std::size_t i = 0; i < b.reads; ++i) b.prepare(i);  // the others are as they were
  int got = ::recvmmsg(socket.fd_, b.headers.data(), kSize, MSG_DONTWAIT, nullptr);
  // An error that is pending at the socket is told once in place of the data; unreachable() has the details.
  for (int tries = 0; got < 0 && errno != EAGAIN && tries < 8; ++tries)
    got = ::recvmmsg(socket.fd_, b.headers.data(), kSize, MSG_DONTWAIT, nullptr);
  b.reads = got > 0 ? static_cast<std::size_t>(got) : 0;
  b.datagrams.clear();
  for (std::size_t i = 0; i < b.reads; ++i) {
    const Endpoint from = from_sockaddr(b.names[i]);
    std::span<const std::uint8_t> bytes(b.in.get() + i * kStride, b.headers[i].msg_len);
    const std::size_t piece = std::max<std::size_t>(1, piece_size(b.headers[i].msg_hdr, bytes.size()));
    do {  // an empty datagram is one too
      const std::size_t size = std::min(piece, bytes.size());
      b.datagrams.push_back({from, bytes.first(size)});
      bytes = bytes.subspan(size);
    } while (!bytes.empty());
  }
  return b.datagrams;
}

bool UdpBatch::is_empty() const { return buffers_->reads < kSize; }

std::span<const Endpoint> UdpBatch::unreachable(UdpSocket& socket) {
  Buffers& b = *buffers_;
  b.unreachable.clear();
  for (std::size_t i = 0; i < kSize; ++i) {
    sockaddr_storage name{};
    std::array<char, 512> control;
    msghdr header{};
    header.msg_name = &name;
    header.msg_namelen = sizeof name;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    if (::recvmsg(socket.fd_, &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) break;
    if (const auto peer = unreachable_peer(header, name)) b.unreachable.push_back(*peer);
  }
  return b.unreachable;
}

void UdpBatch::queue(UdpSocket& socket, Endpoint to, std::span<const std::uint8_t> bytes) {
  place(socket, to).assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void UdpBatch::queue(UdpSocket& socket, Endpoint to, std::string&& bytes) { place(socket, to) = std::move(bytes); }

std::string& UdpBatch::place(UdpSocket& socket, Endpoint to) {
  if (queued_ == kSize) {
    send_queued();
    overflowed_ = true;
  } else if (queued_for_ != &socket && queued_ > 0) {
    flush();
  }
  queued_for_ = &socket;
  OutgoingDatagram& out = buffers_->out[queued_++];
  out.to = to;
  return out.bytes;
}

void UdpBatch::forget(const UdpSocket& socket) {
  if (queued_for_ == &socket) flush();
}

void UdpBatch::flush() {
  send_queued();
  overflowed_ = false;
}

void UdpBatch::send_queued() {
  Buffers& b = *buffers_;
  const std::size_t count = std::exchange(queued_, 0);
  if (count == 0) return;
  UdpSocket& socket = *std::exchange(queued_for_, nullptr);
  const bool is_busy = overflowed_ || count >= kBusy;
  const bool may_join =
      socket.segmentation_ == Segmentation::Always || (socket.segmentation_ == Segmentation::Busy && is_busy);
  const auto runs = b.runs.make({b.out.data(), count}, may_join);
  std::array<iovec, kSize> pieces;
  std::array<mmsghdr, kSize> headers;
  std::size_t used = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const UdpRuns::Run& run = runs[i];
    headers[i] = {};
    msghdr& header = headers[i].msg_hdr;
    header.msg_name = &b.peers[i];
    header.msg_namelen = to_sockaddr(b.out[run.first].to, b.peers[i]);
    header.msg_iov = &pieces[used];
    header.msg_iovlen = run.count;
    for (std::size_t left = run.count, at = run.first; left > 0; --left) {
      pieces[used++] = {b.out[at].bytes.data(), b.out[at].bytes.size()};
      if (left > 1) at = b.runs.next(at);
    }
    if (run.count > 1) set_segment_size(header, b.segments[i], run.size);
  }
  for (std::size_t sent = 0; sent < runs.size();) {
    sent += send_all(socket.fd_, {headers.data() + sent, runs.size() - sent});
    if (sent == runs.size()) return;
    // What the kernel will not take as one it may take one by one: the path is narrow, or the device can do no sums.
    const bool is_refused = errno != EAGAIN && runs[sent].count > 1;
    socket.send_failures_ += is_refused ? send_singly(socket.fd_, headers[sent].msg_hdr) : runs[sent].count;
    ++sent;  // what is lost is lost; the next may pass
  }
}

}  // namespace offhook::io
