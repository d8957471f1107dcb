// A loopback UDP socket that receives and sends in batches (recvmmsg, sendmmsg). One thread.
#pragma once
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::load {

class Wire {
 public:
  // Bound to 127.0.0.1:port, sends to 127.0.0.1:peer. False in ok() when the port is taken.
  Wire(std::uint16_t port, std::uint16_t peer);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool ok() const { return fd_ >= 0; }
  // Whatever has arrived, at most a batch; the views are good until the next call. Never waits.
  [[nodiscard]] const std::vector<std::string_view>& receive();
  void send(std::string text) { out_.push_back(std::move(text)); }
  // Hands all of send() to the kernel.
  void flush();

 private:
  int fd_ = -1;
  std::vector<char> store_;
  std::vector<iovec> in_parts_, out_parts_;
  std::vector<mmsghdr> in_heads_, out_heads_;
  std::vector<std::string_view> arrived_;
  std::vector<std::string> out_;
};

// At `count` ports, from `port` on.
class Wires {
 public:
  Wires(std::uint16_t port, std::size_t count, std::uint16_t peer) {
    for (std::size_t i = 0; i < count; ++i)
      wires_.push_back(std::make_unique<Wire>(static_cast<std::uint16_t>(port + i), peer));
  }
  [[nodiscard]] bool ok() const {
    return std::ranges::all_of(wires_, [](const auto& wire) { return wire->ok(); });
  }
  [[nodiscard]] Wire& operator[](std::uint64_t number) { return *wires_[number % wires_.size()]; }
  [[nodiscard]] const std::vector<std::unique_ptr<Wire>>& all() const { return wires_; }
  void flush() {
    for (const auto& wire : wires_) wire->flush();
  }

 private:
  std::vector<std::unique_ptr<Wire>> wires_;
};

}  // namespace offhook::load
