// A world that keeps nothing takes the numbers of writes alone.
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "proxy/core.hpp"

namespace offhook::proxy {
namespace {

constexpr Endpoint kProxy{IpAddress::v4(192, 0, 2, 1), 5060}, kPhone{IpAddress::v4(192, 0, 2, 11), 5060};

class Storeless : public testing::Test {
 protected:
  Storeless() {
    Config config;
    config.listen = {{transport::Protocol::Udp, kProxy}};
    config.domains = {"example.test"};
    config.authenticate = false;
    core_ = std::make_unique<Core>(std::move(config), random_, locator_);
  }
  void send_register(int cseq, std::string_view contact) {
    const std::string number = std::to_string(cseq);
    core_->receive(now_, {transport::Protocol::Udp, kProxy, kPhone, 0, {}},
                   "REGISTER sip:example.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.11:5060;branch=z9hG4bK" + number +
                       "\r\nFrom: <sip:1001@example.test>;tag=a\r\nTo: <sip:1001@example.test>\r\nCall-ID: c\r\n" +
                       "CSeq: " + number + " REGISTER\r\nContact: " + std::string(contact) + "\r\n\r\n");
  }
  // The statuses of what has left.
  std::vector<int> answers() {
    std::vector<int> out;
    while (const auto transmit = core_->poll_transmit()) out.push_back(sip::Message::parse(transmit->bytes)->status());
    return out;
  }

  Now now_{TimePoint(seconds(1)), WallTime(seconds(1'000'000'000))};
  SeededRandom random_{1};
  transport::Locator locator_;
  std::unique_ptr<Core> core_;
};

TEST_F(Storeless, EachIsAnsweredWhenItsNumberIsSaid) {
  send_register(1, "<sip:a@192.0.2.11>");
  send_register(2, "<sip:b@192.0.2.11>");  // waits for the first
  EXPECT_EQ(answers(), std::vector<int>{});
  const auto first = core_->poll_store_id();
  ASSERT_TRUE(first);
  EXPECT_EQ(core_->poll_store_id(), std::nullopt);
  EXPECT_EQ(core_->binding_count(), 0U);
  core_->stored(now_, *first, true);
  EXPECT_EQ(answers(), std::vector<int>{200});
  const auto second = core_->poll_store_id();
  ASSERT_TRUE(second);
  EXPECT_NE(*second, *first);
  core_->stored(now_, *second, true);
  EXPECT_EQ(answers(), std::vector<int>{200});
  EXPECT_EQ(core_->binding_count(), 2U);
}

TEST_F(Storeless, WhatHasExpiredIsNoWrite) {
  send_register(1, "<sip:a@192.0.2.11>;expires=60");
  core_->stored(now_, *core_->poll_store_id(), true);
  EXPECT_EQ(core_->binding_count(), 1U);
  now_.mono += seconds(61);
  now_.wall += seconds(61);
  core_->wake(now_);
  EXPECT_EQ(core_->binding_count(), 0U);
  EXPECT_EQ(core_->poll_store_id(), std::nullopt);
}

}  // namespace
}  // namespace offhook::proxy
