#include <gmock/gmock.h>

#include "io/sound_card.hpp"

namespace offhook::io {
namespace {

using testing::HasSubstr;

const std::vector<SoundDevice> kDevices{
    {"HDA Intel: ALC257 Analog (hw:0,0)", "ALSA", 2, 2, false, false},
    {"HDA Intel: HDMI 0 (hw:0,3)", "ALSA", 0, 8, false, false},
    {"USB Headset: Audio (hw:1,0)", "ALSA", 1, 2, false, false},
    {"default", "ALSA", 32, 32, true, true},
};

std::size_t found(std::string_view name, bool input) {
  const auto place = find_sound_device(kDevices, name, input);
  EXPECT_TRUE(place) << place.error().text();
  return place.value_or(99);
}
std::string trouble(const std::vector<SoundDevice>& devices, std::string_view name, bool input) {
  const auto place = find_sound_device(devices, name, input);
  EXPECT_FALSE(place);
  return place ? "" : place.error().text();
}

TEST(SoundDevice, IsTheDefaultOrNamed) {
  EXPECT_EQ(found("", true), 3U);
  EXPECT_EQ(found("", false), 3U);
  EXPECT_EQ(found("default", true), 3U);
  EXPECT_EQ(found("headset", true), 2U);
  EXPECT_EQ(found("HDMI", false), 1U);
}

TEST(SoundDevice, IsAmongThoseThatCanDoIt) {
  EXPECT_EQ(found("hda", true), 0U) << "the other one has no microphone";
  EXPECT_THAT(trouble(kDevices, "hda", false),
              testing::AllOf(HasSubstr("several devices have \"hda\""), HasSubstr("ALC257"), HasSubstr("HDMI 0")));
  EXPECT_THAT(trouble(kDevices, "HDMI", true),
              testing::AllOf(HasSubstr("no microphone has the name \"HDMI\""), HasSubstr("USB Headset"),
                             testing::Not(HasSubstr("HDMI 0"))));
}

TEST(SoundDevice, TheFirstWhereNoneIsTheDefault) {
  std::vector<SoundDevice> devices(kDevices.begin(), kDevices.begin() + 3);
  EXPECT_EQ(*find_sound_device(devices, "", true), 0U);
}

TEST(SoundDevice, NoneIsSaidInASentence) {
  EXPECT_EQ(trouble({}, "", true), "there is no microphone here");
  EXPECT_EQ(trouble({{"HDMI", "ALSA", 0, 2, false, true}}, "", true), "there is no microphone here");
  EXPECT_EQ(trouble({}, "x", false), "there is no loudspeaker here");
}

TEST(SoundDevice, WithoutPortAudioItIsSaidWhatToDo) {
  if (has_sound_cards()) GTEST_SKIP() << "PortAudio is built in";
  SoundCard::Options options;
  options.input = options.output = "";
  const auto opened = SoundCard::open(std::move(options));
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text(), HasSubstr("portaudio19-dev"));
}

}  // namespace
}  // namespace offhook::io
