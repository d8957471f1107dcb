#include "features/tones/tones.hpp"

#include <gmock/gmock.h>

#include "config/parameter.hpp"
#include "media/ringer.hpp"
#include "media/sources.hpp"
#include "media/tone.hpp"
#include "media/tone_detector.hpp"
#include "media/wav.hpp"
#include "phone/media_driver.hpp"
#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Tones : public testing::Test {
 protected:
  // "dial", "Ring1.wav!" for a ringer, "" for nothing.
  std::string plays(const std::string& name) const {
    const auto view = office.view(name);
    return view.ringer.empty() ? view.tone : view.ringer + '!';
  }
  // The same, as the media engine was told last.
  std::string told(const std::string& name) const {
    std::string out = "never";
    for (const auto& sound : office.sounds) {
      if (sound.phone != office.id(name) || sound.place != media::LocalSound::Tone) continue;
      out = std::visit(Overloaded{[](std::monostate) { return std::string("nothing"); },
                                  [](const config::CallTone& tone) { return config::to_text(tone); },
                                  [](const Ringer& ringer) { return ringer.name; }},
                       sound.sound);
    }
    return out;
  }
  SimOffice office;
};

TEST_F(Tones, ACallFromOffHookToItsEnd) {
  office.add_all(2);
  EXPECT_EQ(plays("A"), "");
  EXPECT_EQ(told("A"), "never");
  EXPECT_EQ(office.tell("A", "offhook"), "");
  EXPECT_TRUE(office.view("A").off_hook);
  EXPECT_EQ(plays("A"), "dial");
  EXPECT_EQ(told("A"), "350+440/30000");
  EXPECT_EQ(office.tell("A", "offhook"), "the handset is up already");
  (void)office.tell("A", "call 1002");
  EXPECT_EQ(plays("A"), "") << "nothing is known yet";
  office.settle();
  EXPECT_EQ(plays("A"), "ring");
  EXPECT_EQ(told("A"), "440+480/2000,0/4000");
  EXPECT_EQ(plays("B"), "Ring1.wav!");
  EXPECT_EQ(told("B"), "Ring1.wav");
  (void)office.tell("B", "answer");
  EXPECT_EQ(told("B"), "nothing");
  office.settle();
  EXPECT_EQ(told("A"), "nothing");
  EXPECT_EQ(office.tell("A", "onhook"), "");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "ended");
  EXPECT_EQ(plays("A"), "");
  EXPECT_EQ(plays("B"), "") << "busy_tone_delay is 0";
  EXPECT_EQ(office.tell("A", "onhook"), "the handset is down already");
}

TEST_F(Tones, TheHandsetBesideACallOnHoldRecallsTheDialTone) {
  office.add("A", [](auto& c) { c.hold_tone.enabled = true; });
  office.add("B");
  office.add("C");
  office.connect("A", "B");
  (void)office.tell("A", "hold");
  office.settle();
  EXPECT_EQ(plays("A"), "hold");
  EXPECT_EQ(office.tell("A", "offhook"), "");
  EXPECT_EQ(plays("A"), "dialrecall");
  EXPECT_EQ(told("A").substr(0, 12), "!350+440/100");
  (void)office.tell("A", "resume");
  office.settle();
  EXPECT_EQ(plays("A"), "");
  (void)office.tell("A", "hold");
  office.settle();
  EXPECT_EQ(plays("A"), "hold") << "the handset had its call";
  (void)office.tell("A", "offhook");
  (void)office.tell("A", "call 1003");
  office.settle();
  EXPECT_EQ(plays("A"), "ring");
}

TEST_F(Tones, WhatARefusalSoundsLike) {
  const config::ToneConfig usual;
  for (const int status : {486, 600, 603}) EXPECT_EQ(tones::tone_of_status(status, usual), "busy") << status;
  for (const int status : {403, 404, 408, 480, 488, 500, 503, 604})
    EXPECT_EQ(tones::tone_of_status(status, usual), "congestion") << status;
  for (const int status : {0, 180, 200, 487}) EXPECT_EQ(tones::tone_of_status(status, usual), "") << status;
  config::ToneConfig listed;
  listed.congestion_codes = {486};
  EXPECT_EQ(tones::tone_of_status(486, listed), "congestion");
}

TEST_F(Tones, BusyAndCongestionLastAsLongAsTheCallIsShown) {
  office.add("A");
  office.add("B", [](auto& c) { c.refuse.normal_code = 486; });
  (void)office.tell("A", "call 1002");
  office.settle();
  (void)office.tell("B", "reject");
  office.settle();
  EXPECT_EQ(plays("A"), "busy");
  EXPECT_EQ(plays("B"), "");
  office.run(seconds(6));
  EXPECT_EQ(plays("A"), "");
  (void)office.tell("A", "call 4711");
  office.settle();
  EXPECT_EQ(plays("A"), "congestion");
  EXPECT_EQ(office.tell("A", "onhook"), "");
  EXPECT_EQ(plays("A"), "");
}

TEST_F(Tones, BusyAfterTheFarEndHungUpForAsLongAsItIsSet) {
  office.add("A", [](auto& c) { c.busy_tone_delay = seconds(3); });
  office.add("B");
  office.connect("A", "B");
  (void)office.tell("B", "hangup");
  office.settle();
  EXPECT_EQ(plays("A"), "busy");
  office.run(milliseconds(2'700));
  EXPECT_EQ(plays("A"), "busy");
  office.run(milliseconds(200));
  EXPECT_EQ(plays("A"), "");
}

TEST_F(Tones, ASecondCallBeepsAndDoesNotRing) {
  office.add_all(3);
  office.connect("A", "B");
  (void)office.tell("C", "call 1001");
  office.settle();
  EXPECT_EQ(plays("A"), "callwaiting");
  EXPECT_EQ(told("A"), "440/300,0/10000");
  (void)office.tell("A", "reject");
  office.settle();
  EXPECT_EQ(plays("A"), "");
}

TEST_F(Tones, CallWaitingWithoutToneIsSilent) {
  office.add("A", [](auto& c) { c.call_waiting.tone = false; });
  office.add("B");
  office.add("C");
  office.connect("A", "B");
  (void)office.tell("C", "call 1001");
  office.settle();
  EXPECT_EQ(plays("A"), "");
}

TEST_F(Tones, HoldBeepsAfterAWhile) {
  office.add("A", [](auto& c) { c.hold_tone = {true, seconds(30), seconds(20)}; });
  office.add("B", [](auto& c) { c.held_tone = {true, seconds(5), seconds(60)}; });
  office.connect("A", "B");
  (void)office.tell("A", "hold");
  office.settle();
  EXPECT_EQ(plays("A"), "hold");
  EXPECT_EQ(told("A"), "!0/30000,440/200,0/19800");
  EXPECT_EQ(told("B"), "!0/5000,520/200,0/59800");
  (void)office.tell("A", "resume");
  office.settle();
  EXPECT_EQ(told("A"), "nothing");
  EXPECT_EQ(told("B"), "nothing");
}

TEST_F(Tones, ACallOnHoldBeepsOnlyWhileNobodyTalks) {
  office.add("A", [](auto& c) { c.hold_tone = {true, seconds(30), seconds(20)}; });
  office.add("B");
  office.add("C");
  office.connect("A", "B");
  (void)office.tell("C", "call 1001");
  office.settle();
  (void)office.tell("A", "answer 2");
  office.settle();
  ASSERT_EQ(office.state("A", 1), "held");
  ASSERT_EQ(office.state("A", 2), "talking");
  EXPECT_EQ(plays("A"), "");
  (void)office.tell("C", "hangup");
  office.settle();
  EXPECT_EQ(plays("A"), "hold");
}

class EarlyMedia : public Tones, public testing::WithParamInterface<bool> {};
INSTANTIATE_TEST_SUITE_P(IsDeal180, EarlyMedia, testing::Bool());

TEST_P(EarlyMedia, IsHeardInsteadOfRingback) {
  office.add("A", [](auto& c) { c.ringing.heeds_180 = GetParam(); });
  office.pbx().known["1009"] = at(5999);
  const auto progress = [&](int status, bool sdp) {
    const auto invite =
        std::ranges::find_if(office.stranger.got, [](const auto& m) { return m.method() == sip::Method::Invite; });
    ASSERT_NE(invite, office.stranger.got.end());
    auto answer = sip::Builder::response(*invite, status, "far");
    answer.add(sip::HeaderId::Contact, "<sip:1009@127.0.0.1:5999>");
    if (sdp)
      answer.body(
          "application/sdp",
          "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n");
    const sip::Message message = answer.build();
    office.stranger_sends("P", std::string(message.bytes()));
    office.settle();
  };
  (void)office.tell("A", "call 1009");
  office.settle();
  progress(180, false);
  EXPECT_EQ(plays("A"), "ring");
  progress(183, true);
  EXPECT_EQ(plays("A"), "") << "the far end plays its own";
  progress(180, false);
  EXPECT_EQ(plays("A"), GetParam() ? "ring" : "");
}

TEST_F(Tones, TheAccountRingsWithItsRinger) {
  office.add("A");
  office.add("B", [](auto& c) { c.accounts[0].ring_type = "Ring4.wav"; });
  (void)office.tell("A", "call 1002");
  office.settle();
  EXPECT_EQ(told("B"), "Ring4.wav");
}

TEST_F(Tones, KeysAreHeardByWhoPressesThem) {
  office.add("A");
  office.add("B");
  office.connect("A", "B");
  (void)office.tell("A", "dtmf 1#");
  ASSERT_FALSE(office.sounds.empty());
  EXPECT_EQ(office.sounds.back().place, media::LocalSound::Key);
  EXPECT_EQ(config::to_text(std::get<config::CallTone>(office.sounds.back().sound)),
            "!697+1209/100,!0/40,!941+1477/100,!0/40");
  EXPECT_EQ(plays("A"), "") << "it is no state of the phone";
}

TEST_F(Tones, CountriesAndOwnTones) {
  config::ToneConfig config;
  EXPECT_EQ(tones::tone("dial", config), media::country_tone("Custom", "dial"));
  config.own.emplace_back("dial", *config::parse_tone("425/0"));
  EXPECT_EQ(config::to_text(tones::tone("dial", config)), "425/0");
  EXPECT_EQ(tones::tone("busy", config), media::country_tone("Custom", "busy"));
  config.country = "Germany";
  EXPECT_EQ(tones::tone("busy", config), media::country_tone("Germany", "busy"));
}

// The table in data/ and the parameters say the same.
TEST_F(Tones, TheFactoryToneIsThatOfTheTable) {
  for (const auto name : media::tone_names()) {
    const auto row = config::locate("voice.tone." + std::string(name));
    ASSERT_TRUE(row) << name;
    EXPECT_EQ(*config::parse_tone(row->row->fallback, 32), media::country_tone("Custom", name)) << name;
  }
  const auto country = config::locate("voice.tone.country");
  ASSERT_TRUE(country);
  for (const auto name : media::tone_countries()) EXPECT_TRUE(config::is_permitted(*country->row, name)) << name;
}

// What the phone decides, through the driver and the engine, is what sounds in its loudspeaker.
TEST(HeardTones, ThePhonesOwnSoundsAreInItsOutput) {
  SeededRandom random(1);
  media::Engine engine({}, random);
  MediaDriver driver(engine);
  const PhoneId phone{0, 1};
  driver.add_phone(phone, media::SilenceIn{});
  Now now{TimePoint(seconds(10)), WallTime(seconds(1'700'000'000))};
  const auto run = [&](milliseconds span) {
    for (const TimePoint end = now.mono + span; now.mono < end; now.mono += milliseconds(20)) engine.wake(now);
  };
  driver.apply(now, PlaySound{phone, media::LocalSound::Tone, media::country_tone("Custom", "dial")});
  EXPECT_FALSE(engine.deadline()) << "nobody listens: nothing is spent on it";
  std::vector<std::int16_t> heard;
  engine.set_output(*driver.party(phone), std::make_unique<media::SampleSink>(heard));
  ASSERT_TRUE(engine.deadline());
  run(milliseconds(1000));
  const auto tones = [&](std::size_t last) {
    std::vector<double> out;
    const std::vector<double> pilots{350, 440, 480, 620, 697, 1209};
    for (const auto& tone : media::detect_tones(std::span(heard).last(last), pilots)) out.push_back(tone.hz);
    return out;
  };
  EXPECT_NEAR(static_cast<double>(heard.size()), 8000, 320);
  EXPECT_THAT(tones(4000), ElementsAre(350, 440));
  driver.apply(now, PlaySound{phone, media::LocalSound::Key, media::digit_tone('1')});
  run(milliseconds(100));
  EXPECT_THAT(tones(800), ElementsAre(350, 440, 697, 1209)) << "a key sounds over it";
  driver.apply(now, PlaySound{phone, media::LocalSound::Tone, media::country_tone("Custom", "busy")});
  run(milliseconds(400));
  EXPECT_THAT(tones(2400), ElementsAre(480, 620));
  driver.apply(now, PlaySound{phone, media::LocalSound::Tone, std::monostate{}});
  EXPECT_FALSE(engine.deadline());
  const std::size_t before = heard.size();
  run(milliseconds(100));
  EXPECT_EQ(heard.size(), before);
}

TEST(HeardTones, RingersByNameByFileAndTheFirstForAnUnknownOne) {
  SeededRandom random(1);
  media::Engine engine({}, random);
  MediaDriver driver(engine);
  const PhoneId phone{0, 1};
  Now now{TimePoint(seconds(10)), WallTime(seconds(1'700'000'000))};
  std::vector<std::int16_t> heard;
  const auto ring = [&](const std::string& name) {
    driver.apply(now, PlaySound{phone, media::LocalSound::Tone, Ringer{name}});
    engine.set_output(*driver.party(phone), std::make_unique<media::SampleSink>(heard));
    heard.clear();
    for (int i = 0; i < 50; ++i, now.mono += milliseconds(20)) engine.wake(now);
    return heard;
  };
  const auto first = ring("Ring1.wav");
  EXPECT_NE(first, ring("Ring2.wav"));
  EXPECT_EQ(first, ring("nobody.wav"));
  std::vector<std::int16_t> bell(8000, 1234);
  driver.add_ringer("bell.wav", media::encode_wav(bell));
  const auto file = ring("bell.wav");
  EXPECT_THAT(file, testing::Each(1234));
  EXPECT_THAT(ring("Silent.wav"), testing::Each(0));
}

}  // namespace
}  // namespace offhook::phone::test
