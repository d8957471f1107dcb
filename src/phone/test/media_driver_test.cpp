#include "phone/media_driver.hpp"

#include <gmock/gmock.h>

namespace offhook::phone {
namespace {

const Now kNow{TimePoint(seconds(10)), WallTime(seconds(1'700'000'000))};
const PhoneId kPhone{3, 1};
const Endpoint kLocal{IpAddress::loopback(), 12000};

class Driver : public ::testing::Test {
 protected:
  SeededRandom random{1};
  media::Engine engine{{}, random};
  MediaDriver driver{engine};
};

TEST_F(Driver, ALegIsASessionFromOpenToClose) {
  driver.add_phone(kPhone, media::ToneIn{});
  driver.apply(kNow, OpenLeg{1, kPhone, kLocal});
  const auto session = driver.session(1);
  ASSERT_TRUE(session);
  EXPECT_EQ(engine.sessions(), 1u);
  driver.apply(kNow, UpdateLeg{1,
                               {kLocal,
                                {IpAddress::loopback(), 13000},
                                sdp::pcmu(),
                                std::nullopt,
                                sdp::Direction::SendRecv,
                                milliseconds(20)}});
  engine.wake({kNow.mono + milliseconds(40), kNow.wall});
  const auto sent = engine.poll_transmit();
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->local, kLocal);
  driver.apply(kNow, CloseLeg{1});
  EXPECT_EQ(engine.sessions(), 0u);
  EXPECT_EQ(driver.session(1), std::nullopt);
}

TEST_F(Driver, APhoneThatNobodyAddedIsSilentButHears) {
  EXPECT_EQ(driver.party(kPhone), std::nullopt);
  driver.apply(kNow, OpenLeg{1, kPhone, kLocal});
  EXPECT_TRUE(driver.party(kPhone));
  EXPECT_TRUE(driver.session(1));
}

TEST_F(Driver, AddingAPhoneAgainChangesItsInputOnly) {
  driver.add_phone(kPhone, media::SilenceIn{});
  const auto party = driver.party(kPhone);
  driver.add_phone(kPhone, media::ToneIn{});
  EXPECT_EQ(driver.party(kPhone), party);
  EXPECT_EQ(engine.parties(), 1u);
}

TEST_F(Driver, CommandsForUnknownLegsAndTakenPortsAreHarmless) {
  driver.apply(kNow, UpdateLeg{9, {}});
  driver.apply(kNow, CloseLeg{9});
  driver.apply(kNow, OpenLeg{1, kPhone, kLocal});
  driver.apply(kNow, OpenLeg{2, kPhone, kLocal});
  EXPECT_EQ(driver.session(2), std::nullopt);
  driver.apply(kNow, CloseLeg{2});
  EXPECT_TRUE(driver.session(1));
}

}  // namespace
}  // namespace offhook::phone
