// Octets that a binding holds in the proxy once its REGISTER is forgotten (Timer J): table, index and expiry. Counted
// in operator new, rounded as the allocator does.
#include <gtest/gtest.h>

#include <iostream>
#include <string>

#include "base/random.hpp"
#include "counted_new.hpp"
#include "proxy/core.hpp"

namespace offhook::test {
namespace {

constexpr std::size_t kBindings = 20'000;
constexpr std::size_t kBudget = 450;
const Endpoint kProxy{IpAddress::v4(10, 0, 0, 1), 5060};

class BindingMemory : public testing::Test {
 protected:
  BindingMemory() {
    proxy::Config config;
    config.listen = {{transport::Protocol::Udp, kProxy}, {transport::Protocol::Tcp, kProxy}};
    config.domains = {"example.test"};
    config.authenticate = false;
    core_ = std::make_unique<proxy::Core>(std::move(config), random_, locator_);
  }

  [[nodiscard]] Now now() const { return {TimePoint(clock_), WallTime(clock_)}; }

  void register_phone(std::size_t number, std::string_view more, transport::Protocol protocol, const Endpoint& source,
                      std::string_view user) {
    const std::string digits = std::to_string(number), here = "10.0.0.5:5060";
    const std::string name = protocol == transport::Protocol::Udp ? "UDP" : "TCP";
    core_->receive(now(), {protocol, kProxy, source, protocol == transport::Protocol::Udp ? 0 : number + 1, {}},
                   "REGISTER sip:example.test SIP/2.0\r\nVia: SIP/2.0/" + name + " " + here + ";branch=z9hG4bK" +
                       digits + ";rport\r\nMax-Forwards: 70\r\nFrom: <sip:" + std::string(user) +
                       "@example.test>;tag=" + digits + "\r\nTo: <sip:" + std::string(user) +
                       "@example.test>\r\nCall-ID: 0_" + std::to_string(2'283'000'000 + number) +
                       "@10.0.0.5\r\nCSeq: 1 REGISTER\r\nContact: <sip:" + std::string(user) + "@" + here +
                       ";line=" + digits + ">" + std::string(more) +
                       "\r\nUser-Agent: Yealink SIP-T46G 28.80.0.95\r\nExpires: 3600\r\nContent-Length: 0\r\n\r\n");
    while (auto write = core_->poll_store()) core_->stored(now(), write->id, true);
    while (core_->poll_transmit()) {
    }
    clock_ += milliseconds(1);
  }

  // Octets a binding of kBindings users, `each` of them each.
  std::size_t measure(std::string_view more, transport::Protocol protocol, std::size_t each = 1) {
    for (std::size_t i = 0; i < kBindings; ++i) register_phone(i, more, protocol, source(i), "warm");
    settle();
    EXPECT_EQ(core_->transaction_count(), 0U);
    const std::size_t held = core_->binding_count(), before = octets_in_use();
    for (std::size_t i = 0; i < kBindings; ++i)
      register_phone(kBindings + i, more, protocol, source(i), std::to_string(100'000 + i / each));
    settle();
    EXPECT_EQ(core_->binding_count() - held, kBindings);
    return (octets_in_use() - before) / kBindings;
  }
  static Endpoint source(std::size_t number) {
    return {IpAddress::v4(203, 0, 113, static_cast<std::uint8_t>(number % 250)),
            static_cast<std::uint16_t>(1024 + number % 60'000)};
  }
  void settle() {
    const Duration until = clock_ + minutes(2);
    while (core_->deadline() && core_->deadline()->time_since_epoch() <= until) {
      clock_ = std::max(clock_, core_->deadline()->time_since_epoch());
      core_->wake(now());
      while (core_->poll_transmit()) {  // pings
      }
    }
    clock_ = until;
  }

  Duration clock_{seconds(1)};
  SeededRandom random_{1};
  transport::Locator locator_;
  std::unique_ptr<proxy::Core> core_;
};

TEST_F(BindingMemory, OfAPhoneBehindANat) {
  const auto octets = measure("", transport::Protocol::Udp);
  std::cout << octets << " octets a binding\n";
  EXPECT_LE(octets, kBudget);
}

TEST_F(BindingMemory, OfAPhoneWithTenLines) {
  const auto octets = measure("", transport::Protocol::Udp, 10);
  std::cout << octets << " octets a binding, ten of each user\n";
  EXPECT_LE(octets, kBudget);
}

}  // namespace
}  // namespace offhook::test
