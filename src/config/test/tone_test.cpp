#include "config/tone.hpp"

#include <gmock/gmock.h>

namespace offhook::config {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;

TEST(ParseTone, TheGuidesNotation) {
  const auto tone = parse_tone("!350+440/100, !0/100 ,480+620/0");
  ASSERT_TRUE(tone);
  EXPECT_THAT(tone->steps,
              ElementsAre(ToneStep{{350, 440, 0, 0}, milliseconds(100), true}, ToneStep{{}, milliseconds(100), true},
                          ToneStep{{480, 620, 0, 0}, milliseconds(0), false}));
  EXPECT_EQ(to_text(*tone), "!350+440/100,!0/100,480+620/0");
  EXPECT_EQ(to_text(*parse_tone("!950/330,!1400/330,!1800/330,0")), "!950/330,!1400/330,!1800/330,0/0");
  EXPECT_EQ(parse_tone("200+300+400+7000/1")->steps[0].hz, (std::array<std::uint16_t, 4>{200, 300, 400, 7000}));
  EXPECT_THAT(parse_tone("")->steps, IsEmpty());
  EXPECT_THAT(parse_tone("  ")->steps, IsEmpty());
}

TEST(ParseTone, MistakesAreNamedWithTheirPlace) {
  struct Row {
    const char* text;
    const char* what;
    unsigned offset;
  };
  const std::string nine = "440/1,440/1,440/1,440/1,440/1,440/1,440/1,440/1,440/1";
  for (const auto& [text, what, offset] :
       {Row{"440/100,199/100", "a tone's frequency is 0 or 200 to 7000 Hz", 8},
        Row{"7001/100", "a tone's frequency is 0 or 200 to 7000 Hz", 0},
        Row{"440+/100", "a tone's frequency is 0 or 200 to 7000 Hz", 0},
        Row{"440/100,", "a tone's frequency is 0 or 200 to 7000 Hz", 8},
        Row{"x/100", "a tone's frequency is 0 or 200 to 7000 Hz", 0},
        Row{"440/", "a tone's duration is 0 to 600000 ms", 0}, Row{"440/-1", "a tone's duration is 0 to 600000 ms", 0},
        Row{"440/600001", "a tone's duration is 0 to 600000 ms", 0},
        Row{"1000+1100+1200+1300+1400/5", "a tone has four frequencies at most", 0},
        Row{"440/0,480/100", "only the last element of a tone may last for ever", 0},
        Row{nine.c_str(), "a tone has too many elements", 48}}) {
    const auto tone = parse_tone(text);
    ASSERT_FALSE(tone) << text;
    EXPECT_EQ(tone.error().text, what) << text;
    EXPECT_EQ(tone.error().offset, offset) << text;
  }
}

}  // namespace
}  // namespace offhook::config
