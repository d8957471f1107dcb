#include "features/dtmf/dtmf.hpp"

#include <gmock/gmock.h>

#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using config::DtmfInfoBody;
using config::DtmfWay;
using testing::ElementsAre;
using testing::IsEmpty;

class Dtmf : public testing::Test {
 protected:
  void begin(DtmfWay way, DtmfInfoBody body = DtmfInfoBody::DtmfRelay, const SimOffice::Adjust& more = {}) {
    office.add("A", [&](config::PhoneConfig& c) {
      c.accounts[0].dtmf = {way, body, 101};
      if (more) more(c);
    });
    office.add("B");
    office.connect("A", "B");
    office.seen.clear();
  }
  std::vector<std::string> bodies() const {
    std::vector<std::string> out;
    for (const auto& s : office.seen)
      if (s.first_line == "INFO") out.push_back(std::string(s.message.body()));
    return out;
  }
  std::string heard(const std::string& name) const {
    std::string out;
    for (const auto& digit : office.call(name, 1).digits_heard) out += digit.digit;
    return out;
  }
  // As the media engine of `name` would tell.
  void media_hears(const std::string& name, char digit, media::DigitWay way = media::DigitWay::Event) {
    const auto leg = *office.rack().leg_of(office.id(name), 1);
    office.rack().digit_heard(office.now(), {leg, office.id(name), {{}, way, digit, false, {}}});
    office.rack().digit_heard(office.now(), {leg, office.id(name), {{}, way, digit, true, milliseconds(90)}});
  }
  SimOffice office;
};

TEST_F(Dtmf, EachTypeGoesItsWay) {
  using media::DigitWay;
  EXPECT_EQ(dtmf::ways_of({DtmfWay::Inband, DtmfInfoBody::Dtmf, 101}), (dtmf::Ways{true, DigitWay::Inband, false}));
  EXPECT_EQ(dtmf::ways_of({DtmfWay::Rfc2833, DtmfInfoBody::Dtmf, 101}), (dtmf::Ways{true, DigitWay::Event, false}));
  EXPECT_EQ(dtmf::ways_of({DtmfWay::Info, DtmfInfoBody::Dtmf, 101}), (dtmf::Ways{false, DigitWay::Event, true}));
  EXPECT_EQ(dtmf::ways_of({DtmfWay::Rfc2833AndInfo, DtmfInfoBody::Dtmf, 101}),
            (dtmf::Ways{true, DigitWay::Event, true}));
  EXPECT_EQ(dtmf::ways_of({DtmfWay::Rfc2833AndInfo, DtmfInfoBody::Disabled, 101}),
            (dtmf::Ways{true, DigitWay::Event, false}));
}

TEST_F(Dtmf, EventsGoWithTheSettingsOfTheGuide) {
  begin(DtmfWay::Rfc2833, DtmfInfoBody::DtmfRelay, [](config::PhoneConfig& c) {
    c.dtmf.repetition = 2;
    c.dtmf.duration = milliseconds(140);
    c.dtmf.min_interval = milliseconds(70);
    c.dtmf.volume = -6;
  });
  EXPECT_EQ(office.tell("A", "dtmf 12#d"), "");
  EXPECT_THAT(office.digit_orders, ElementsAre(media::DigitOrder{"12#D", media::DigitWay::Event, milliseconds(140),
                                                                 milliseconds(70), 2, -6}));
  office.settle();
  EXPECT_THAT(bodies(), IsEmpty());
  EXPECT_EQ(office.call("A", 1).digits_sent, "12#D");
}

TEST_F(Dtmf, InbandGoesAsSound) {
  begin(DtmfWay::Inband);
  (void)office.tell("A", "dtmf 5");
  ASSERT_EQ(office.digit_orders.size(), 1U);
  EXPECT_EQ(office.digit_orders[0].way, media::DigitWay::Inband);
  EXPECT_TRUE(office.plan(*office.rack().leg_of(office.id("A"), 1)).inband_digits) << "no event was negotiated";
}

TEST_F(Dtmf, InfoGoesInEachForm) {
  const std::pair<DtmfInfoBody, std::string> forms[] = {{DtmfInfoBody::DtmfRelay, "Signal=*\r\nDuration=100\r\n"},
                                                        {DtmfInfoBody::Dtmf, "*"},
                                                        {DtmfInfoBody::TelephoneEvent, "Signal=*\r\nDuration=100\r\n"}};
  for (const auto& [form, body] : forms) {
    SimOffice here;
    here.add("A", [&, f = form](config::PhoneConfig& c) { c.accounts[0].dtmf = {DtmfWay::Info, f, 101}; });
    here.add("B");
    here.connect("A", "B");
    here.seen.clear();
    EXPECT_EQ(here.tell("A", "dtmf *"), "");
    here.settle();
    EXPECT_THAT(here.digit_orders, IsEmpty());
    ASSERT_NE(here.find_sent("A INFO"), nullptr);
    EXPECT_EQ(here.find_sent("A INFO")->message.body(), body);
    ASSERT_EQ(here.call("B", 1).digits_heard.size(), 1U);
    EXPECT_EQ(here.call("B", 1).digits_heard[0].digit, '*');
    EXPECT_EQ(here.call("B", 1).digits_heard[0].way, DigitWay::Info);
  }
}

TEST_F(Dtmf, InfoThatIsSwitchedOffIsSaid) {
  begin(DtmfWay::Info, DtmfInfoBody::Disabled);
  EXPECT_EQ(office.tell("A", "dtmf 1"), "account 1 sends digits by INFO, and its info_type is 0");
}

TEST_F(Dtmf, AKeyThatComesByBothWaysIsOneKey) {
  begin(DtmfWay::Rfc2833AndInfo);
  EXPECT_EQ(office.tell("A", "dtmf 55"), "");
  EXPECT_EQ(office.digit_orders.size(), 1U);
  media_hears("B", '5');  // before the INFO
  office.settle();
  EXPECT_EQ(bodies().size(), 2U);
  media_hears("B", '5');  // behind its INFO
  EXPECT_EQ(heard("B"), "55");
  office.run(seconds(3));
  media_hears("B", '5');
  media_hears("B", '5');
  EXPECT_EQ(heard("B"), "5555") << "the same way twice is two keys";
  // Of the second key only the INFO comes.
  media_hears("B", '7');
  EXPECT_EQ(office.tell("A", "dtmf 77"), "");
  office.settle();
  EXPECT_EQ(heard("B"), "555577") << "a key has two halves, not three";
}

TEST_F(Dtmf, TheLengthIsThereWhenTheDigitIsOver) {
  begin(DtmfWay::Rfc2833);
  media_hears("B", '9', media::DigitWay::Inband);
  const auto digits = office.call("B", 1).digits_heard;
  ASSERT_EQ(digits.size(), 1U);
  EXPECT_EQ(digits[0].way, DigitWay::Inband);
  EXPECT_EQ(digits[0].duration, milliseconds(90));
}

TEST_F(Dtmf, RefusalsSayWhy) {
  begin(DtmfWay::Rfc2833);
  EXPECT_EQ(office.tell("A", "dtmf 1x"), "\"x\" is no key: 0-9, *, # and A-D are");
  EXPECT_EQ(office.tell("A", "dtmf 1 on 7"), "there is no call 7");
  (void)office.tell("A", "hold");
  office.settle();
  EXPECT_EQ(office.tell("A", "dtmf 1 on 1"), "cannot send digits in call 1: it is held");
  EXPECT_EQ(office.tell("A", "dtmf 1"), "no call to send digits in");
  EXPECT_THAT(office.digit_orders, IsEmpty());
}

TEST_F(Dtmf, APeerThatTakesNoInfoIsNamed) {
  begin(DtmfWay::Info);
  office.tamper = [](const std::string& from, std::string& bytes) {
    if (const auto at = bytes.find("application/dtmf-relay"); from == "A" && at != std::string::npos)
      bytes.replace(at, 22, "application/dtmf-relaX");
  };
  (void)office.tell("A", "dtmf 12");
  office.settle();
  EXPECT_EQ(office.note("A", 1), "digits refused: 415");
  EXPECT_EQ(office.state("A", 1), "talking");
}

TEST_F(Dtmf, TheTransferKeyMaySendDigitsInstead) {
  begin(DtmfWay::Rfc2833, DtmfInfoBody::DtmfRelay, [](config::PhoneConfig& c) {
    c.dtmf.replace_transfer = true;
    c.dtmf.transfer = "*2";
  });
  EXPECT_EQ(office.tell("A", "transfer 1003"), "");
  office.settle();
  ASSERT_EQ(office.digit_orders.size(), 1U);
  EXPECT_EQ(office.digit_orders[0].digits, "*2");
  EXPECT_EQ(office.find_sent("A REFER"), nullptr);
}

TEST_F(Dtmf, StarsOnTheScreen) {
  config::DtmfKeysConfig keys;
  EXPECT_EQ(dtmf::shown("123", keys), "123");
  keys.hide = true;
  EXPECT_EQ(dtmf::shown("123", keys), "***");
  keys.hide_delay = true;
  EXPECT_EQ(dtmf::shown("123", keys), "**3");
  EXPECT_EQ(dtmf::shown("", keys), "");
}

}  // namespace
}  // namespace offhook::phone::test
