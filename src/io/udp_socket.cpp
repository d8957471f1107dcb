#include "io/udp_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace offhook::io {
namespace {

constexpr std::size_t kLargest = 65536;

socklen_t to_sockaddr(const Endpoint& endpoint, sockaddr_storage& out) {
  std::memset(&out, 0, sizeof out);
  if (endpoint.address.is_v6()) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    std::memcpy(&v6.sin6_addr, endpoint.address.bytes().data(), 16);
    return sizeof v6;
  }
  auto& v4 = reinterpret_cast<sockaddr_in&>(out);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(endpoint.port);
  std::memcpy(&v4.sin_addr, endpoint.address.bytes().data(), 4);
  return sizeof v4;
}

Endpoint from_sockaddr(const sockaddr_storage& in) {
  if (in.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(in);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, 16);
    return {IpAddress::v6(bytes), ntohs(v6.sin6_port)};
  }
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(in);
  std::array<std::uint8_t, 4> b{};
  std::memcpy(b.data(), &v4.sin_addr, 4);
  return {IpAddress::v4(b[0], b[1], b[2], b[3]), ntohs(v4.sin_port)};
}

}  // namespace

struct UdpBatch::Buffers {
  struct Out {
    sockaddr_storage to;
    socklen_t to_size = 0;
    std::vector<std::uint8_t> bytes;
  };
  std::vector<std::uint8_t> in = std::vector<std::uint8_t>(kSize * kLargest);
  std::array<sockaddr_storage, kSize> names{};
  std::array<iovec, kSize> pieces{};
  std::array<mmsghdr, kSize> headers{};
  std::array<Datagram, kSize> datagrams{};
  std::array<Out, kSize> out{};
};

UdpSocket::~UdpSocket() {
  if (fd_ >= 0) ::close(fd_);
}

UdpSocket::UdpSocket(UdpSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), local_(other.local_), send_failures_(other.send_failures_) {}

UdpSocket& UdpSocket::operator=(UdpSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(local_, other.local_);
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
  if (local.address.is_v6()) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
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
  for (std::size_t i = 0; i < kSize; ++i) {
    b.pieces[i] = {b.in.data() + i * kLargest, kLargest};
    b.headers[i] = {};
    b.headers[i].msg_hdr.msg_name = &b.names[i];
    b.headers[i].msg_hdr.msg_namelen = sizeof b.names[i];
    b.headers[i].msg_hdr.msg_iov = &b.pieces[i];
    b.headers[i].msg_hdr.msg_iovlen = 1;
  }
  const int got = ::recvmmsg(socket.fd_, b.headers.data(), kSize, MSG_DONTWAIT, nullptr);
  const std::size_t count = got > 0 ? static_cast<std::size_t>(got) : 0;
  for (std::size_t i = 0; i < count; ++i)
    b.datagrams[i] = {from_sockaddr(b.names[i]), {b.in.data() + i * kLargest, b.headers[i].msg_len}};
  return {b.datagrams.data(), count};
}

void UdpBatch::queue(UdpSocket& socket, Endpoint to, std::span<const std::uint8_t> bytes) {
  if (queued_ == kSize || (queued_for_ != &socket && queued_ > 0)) flush();
  queued_for_ = &socket;
  Buffers::Out& out = buffers_->out[queued_++];
  out.to_size = to_sockaddr(to, out.to);
  out.bytes.assign(bytes.begin(), bytes.end());
}

void UdpBatch::forget(const UdpSocket& socket) {
  if (queued_for_ == &socket) flush();
}

void UdpBatch::flush() {
  Buffers& b = *buffers_;
  const std::size_t count = std::exchange(queued_, 0);
  if (count == 0) return;
  UdpSocket& socket = *std::exchange(queued_for_, nullptr);
  std::array<iovec, kSize> pieces{};
  std::array<mmsghdr, kSize> headers{};
  for (std::size_t i = 0; i < count; ++i) {
    pieces[i] = {b.out[i].bytes.data(), b.out[i].bytes.size()};
    headers[i].msg_hdr.msg_name = &b.out[i].to;
    headers[i].msg_hdr.msg_namelen = b.out[i].to_size;
    headers[i].msg_hdr.msg_iov = &pieces[i];
    headers[i].msg_hdr.msg_iovlen = 1;
  }
  for (std::size_t sent = 0; sent < count;) {
    const auto left = static_cast<unsigned>(count - sent);
    const int n = ::sendmmsg(socket.fd_, headers.data() + sent, left, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) {
      sent += static_cast<std::size_t>(n);
    } else if (errno != EINTR) {
      ++socket.send_failures_;  // this one is lost; the next may pass
      ++sent;
    }
  }
}

}  // namespace offhook::io
