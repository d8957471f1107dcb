#include "load/wire.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>

namespace offhook::load {
namespace {

constexpr std::size_t kBatch = 64, kLargest = 4096;
constexpr int kSocketBuffer = 4 << 20;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

}  // namespace

Wire::Wire(std::uint16_t port, std::uint16_t peer)
    : store_(kBatch * kLargest), in_parts_(kBatch), out_parts_(kBatch), in_heads_(kBatch), out_heads_(kBatch) {
  fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const sockaddr_in here = loopback(port), there = loopback(peer);
  setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &kSocketBuffer, sizeof kSocketBuffer);
  setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof kSocketBuffer);
  const bool bound = bind(fd_, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0 &&
                     connect(fd_, reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0;
  if (!bound) {
    close(fd_);
    fd_ = -1;
  }
  for (std::size_t i = 0; i < kBatch; ++i) {
    in_parts_[i] = {store_.data() + i * kLargest, kLargest};
    in_heads_[i].msg_hdr.msg_iov = &in_parts_[i];
    in_heads_[i].msg_hdr.msg_iovlen = 1;
    out_heads_[i].msg_hdr.msg_iov = &out_parts_[i];
    out_heads_[i].msg_hdr.msg_iovlen = 1;
  }
}

Wire::~Wire() {
  if (fd_ >= 0) close(fd_);
}

const std::vector<std::string_view>& Wire::receive() {
  arrived_.clear();
  const int count = recvmmsg(fd_, in_heads_.data(), kBatch, MSG_DONTWAIT, nullptr);
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    arrived_.emplace_back(store_.data() + at * kLargest, in_heads_[at].msg_len);
  }
  return arrived_;
}

// A datagram that the kernel refuses is lost, as one on the wire may be: the retransmission counters tell.
void Wire::flush() {
  for (std::size_t done = 0; done < out_.size();) {
    const std::size_t count = std::min(kBatch, out_.size() - done);
    for (std::size_t i = 0; i < count; ++i) out_parts_[i] = {out_[done + i].data(), out_[done + i].size()};
    const int sent = sendmmsg(fd_, out_heads_.data(), static_cast<unsigned>(count), 0);
    done += sent > 0 ? static_cast<std::size_t>(sent) : 1;
  }
  out_.clear();
}

}  // namespace offhook::load
