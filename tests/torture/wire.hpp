// One engine (a rack of phones, a proxy) on a wire in virtual time: datagrams go in, and all that it sends is kept.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "transport/dns.hpp"
#include "transport/engine.hpp"

namespace offhook::torture {

class Wire {
 public:
  // `after` is called after each input, before the engine's datagrams are taken (a store is served there).
  Wire(transport::Engine& engine, Endpoint local, std::function<void()> after = {})
      : engine_(&engine), local_(local), after_(std::move(after)) {}

  void receive(const Endpoint& from, std::string bytes) {
    engine_->receive(now, {transport::Protocol::Udp, local_, from, 0}, std::move(bytes));
    drain();
  }
  void advance(Duration by) {
    const TimePoint end = now.mono + by;
    for (auto next = engine_->deadline(); next && *next <= end; next = engine_->deadline()) {
      move_to(std::max(*next, now.mono));
      engine_->wake(now);
      drain();
    }
    move_to(end);
  }
  void drain() {
    if (after_) after_();
    // Nobody knows the names in these messages.
    while (const auto question = engine_->poll_question())
      engine_->answer(now, question->id, {transport::dns::Outcome::NxDomain, {}, {}, {}});
    while (auto transmit = engine_->poll_transmit()) sent.push_back(std::move(*transmit));
  }
  // All that went to that address since the last take.
  std::vector<std::string> take(const IpAddress& address) {
    std::vector<std::string> out;
    for (const auto& transmit : sent)
      if (transmit.flow.remote.address == address) out.push_back(transmit.bytes);
    std::erase_if(sent, [&](const auto& t) { return t.flow.remote.address == address; });
    return out;
  }

  Now now{TimePoint{} + seconds(1000), WallTime{} + seconds(1289690940)};  // Sat, 13 Nov 2010 23:29:00 GMT
  std::vector<transport::Transmit> sent;

 private:
  void move_to(TimePoint at) {
    now.wall += at - now.mono;
    now.mono = at;
  }
  transport::Engine* engine_;
  Endpoint local_;
  std::function<void()> after_;
};

// Addresses of the stage: documentation blocks that no message names.
struct Stage {
  explicit Stage(bool is_ipv6) : v6(is_ipv6) {}
  [[nodiscard]] IpAddress host(std::uint8_t last) const {
    return v6 ? IpAddress::v6({0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, last})
              : IpAddress::v4(203, 0, 113, last);
  }
  [[nodiscard]] Endpoint engine() const { return {host(1), 5060}; }
  [[nodiscard]] Endpoint device() const { return {host(12), 5060}; }  // what the proxy has bound
  [[nodiscard]] Endpoint onward() const { return {host(13), 5060}; }  // where a Route or a foreign name leads
  [[nodiscard]] Endpoint sender() const { return {host(66), 5060}; }
  [[nodiscard]] Endpoint server() const { return {host(100), 5060}; }  // the phone's registrar
  bool v6;
};

}  // namespace offhook::torture
