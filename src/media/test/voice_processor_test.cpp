// What the voice processor makes of artificial talkers in an artificial room. The bounds stand a few dB below what it
// reached when this was written.
#include "media/voice_processor.hpp"

#include <gtest/gtest.h>

#include "media/card.hpp"
#include "talkers.hpp"

namespace offhook::media::test {
namespace {

constexpr std::uint32_t kRate = 16'000;
constexpr VoiceSettings kNothing{false, false, false, false};

VoiceSettings only(bool VoiceSettings::* which) {
  VoiceSettings out = kNothing;
  out.*which = true;
  return out;
}

// `far` is played while `microphone` is recorded.
Samples process(const VoiceSettings& settings, const Samples& far, Samples microphone, std::uint32_t rate = kRate,
                milliseconds delay = milliseconds(60)) {
  const auto voice = make_voice_processor(settings, rate, delay);
  const std::size_t size = frame_size(rate);
  for (std::size_t at = 0; at + size <= microphone.size(); at += size) {
    if (!far.empty()) voice->played(ConstFrame(far).subspan(at, size));
    voice->recorded(Frame(microphone).subspan(at, size));
  }
  return microphone;
}

double level(const Samples& samples, double from_second, double to_second, std::uint32_t rate = kRate) {
  return rms_dbfs(samples, static_cast<std::size_t>(from_second * rate), static_cast<std::size_t>(to_second * rate));
}

// Of what stands where `speaking` says so, from second 4 on.
double level_where(const Samples& samples, const std::vector<bool>& speaking, bool words) {
  Samples out;
  for (std::size_t i = std::size_t{4} * kRate; i < samples.size(); ++i)
    if (speaking[i] == words) out.push_back(samples[i]);
  return rms_dbfs(out, 0, out.size());
}

int peak(const Samples& samples) {
  int out = 0;
  for (const std::int16_t sample : samples) out = std::max(out, std::abs(static_cast<int>(sample)));
  return out;
}

class Echo : public testing::Test {
 protected:
  static constexpr double kSeconds = 12;
  const Samples far = Talker(3, 120, -20, kRate).say(kSeconds);
  const Samples hum = noise(9, -70, far.size());
  const EchoPath room{5, 60, 10, kRate};
};

TEST_F(Echo, IsTakenOutOfWhatIsSent) {
  const Samples microphone = sum(room.through(far), hum);
  const Samples sent = process(only(&VoiceSettings::echo), far, microphone);
  EXPECT_GT(level(microphone, 1, 4), -35);
  EXPECT_GT(level(microphone, 0, 1) - level(sent, 0, 1), 18) << "in the first second";
  EXPECT_GT(level(microphone, 1, 4) - level(sent, 1, 4), 28);
  EXPECT_GT(level(microphone, 5, kSeconds) - level(sent, 5, kSeconds), 33);
}

TEST_F(Echo, IsFoundWhateverTheCardSaysOfItsDelay) {
  const Samples microphone = sum(room.through(far), hum);
  for (const int delay : {0, 150, 5000}) {
    const Samples sent = process(only(&VoiceSettings::echo), far, microphone, kRate, milliseconds(delay));
    EXPECT_GT(level(microphone, 5, kSeconds) - level(sent, 5, kSeconds), 33) << delay;
  }
}

TEST_F(Echo, IsFoundAgainWhenTheLoudspeakerIsMoved) {
  const EchoPath other{6, 75, 12, kRate};
  Samples microphone = room.through(far);
  const Samples later = other.through(far);
  std::copy(later.begin() + 6 * kRate, later.end(), microphone.begin() + 6 * kRate);
  microphone = sum(microphone, hum);
  const Samples sent = process(only(&VoiceSettings::echo), far, microphone);
  EXPECT_GT(level(microphone, 8, kSeconds) - level(sent, 8, kSeconds), 25);
}

TEST_F(Echo, WhoSpeaksAloneIsSentAsHeIs) {
  Samples near = Talker(4, 210, -22, kRate).say(kSeconds), silent_later = far;
  std::fill_n(near.begin(), 6 * kRate, std::int16_t{0});
  std::fill(silent_later.begin() + 6 * kRate, silent_later.end(), std::int16_t{0});
  const Samples sent =
      process(only(&VoiceSettings::echo), silent_later, sum(sum(room.through(silent_later), near), hum));
  EXPECT_NEAR(level(sent, 7, kSeconds), level(near, 7, kSeconds), 1);
}

TEST_F(Echo, WhoSpeaksAtTheSameTimeIsStillHeard) {
  Samples near = Talker(4, 210, -22, kRate).say(kSeconds);
  std::fill_n(near.begin(), 6 * kRate, std::int16_t{0});
  const Samples sent = process(only(&VoiceSettings::echo), far, sum(sum(room.through(far), near), hum));
  EXPECT_GT(level(sent, 7, kSeconds), level(near, 7, kSeconds) - 6);
}

TEST_F(Echo, StaysWhereItIsNotWanted) {
  const Samples microphone = sum(room.through(far), hum);
  const Samples sent = process(only(&VoiceSettings::noise), far, microphone);
  EXPECT_NEAR(level(sent, 2, kSeconds), level(microphone, 2, kSeconds), 2);
}

// A call through a sound card whose server loses its step: from second 6 on everything is 200 ms later. The driver
// tells, right to a frame. What the engine gets from the microphone must be free of what it has said.
TEST_F(Echo, IsFoundAgainWhenASoundServerHasLostItsStep) {
  auto card = std::make_shared<Card>(CardSettings{kRate, only(&VoiceSettings::echo), milliseconds(140), 0});
  const auto source = card->source();
  const auto sink = card->sink();
  const std::size_t size = frame_size(kRate);
  SeededRandom random(2);
  Samples sounds(far.size() + kRate), sent;  // in the room, by the time at which it is recorded
  for (std::size_t at = 0; at + size <= far.size(); at += size) {
    const std::size_t delay_ms = at < std::size_t{6} * kRate ? 130 : 330;
    sink->write(ConstFrame(far).subspan(at, size));
    Samples played(size), heard(size);
    const Samples recorded(sounds.begin() + static_cast<std::ptrdiff_t>(at),
                           sounds.begin() + static_cast<std::ptrdiff_t>(at + size));
    card->exchange(recorded, played,
                   milliseconds(static_cast<int>(delay_ms) - 20 + static_cast<int>(40 * random.unit())));
    std::ranges::copy(played, sounds.begin() + static_cast<std::ptrdiff_t>(at + delay_ms * kRate / 1000));
    source->read(heard);
    sent.insert(sent.end(), heard.begin(), heard.end());
  }
  EXPECT_GT(level(sounds, 2, 6), -25);
  EXPECT_LT(level(sent, 2, 6), level(sounds, 2, 6) - 30);
  EXPECT_LT(level(sent, 9, kSeconds), level(sounds, 9, kSeconds) - 30);
}

TEST(Noise, IsTurnedDownAndTheVoiceIsNot) {
  std::vector<bool> speaking;
  const Samples voice = Talker(7, 140, -22, kRate).say(12, &speaking);
  const Samples noisy = sum(voice, noise(8, -40, voice.size()));
  const Samples sent = process(only(&VoiceSettings::noise), {}, noisy);
  EXPECT_NEAR(level_where(noisy, speaking, false), -40, 1);
  EXPECT_LT(level_where(sent, speaking, false), -53);
  EXPECT_NEAR(level_where(sent, speaking, true), level_where(voice, speaking, true), 1);
}

TEST(Noise, AloneIsTurnedDownFurther) {
  const Samples alone = noise(8, -40, std::size_t{8} * kRate);
  const Samples sent = process(only(&VoiceSettings::noise), {}, alone);
  EXPECT_LT(level(sent, 2, 8), -55);
}

TEST(Gain, LiftsASoftVoiceAndKeepsALoudOneWhole) {
  const auto of = [](double dbfs) {
    const Samples voice = Talker(7, 140, dbfs, kRate).say(10);
    const Samples sent = process(only(&VoiceSettings::gain), {}, voice);
    EXPECT_LT(peak(sent), 32'000) << dbfs;
    return std::pair{level(voice, 5, 10), level(sent, 5, 10)};
  };
  const auto soft = of(-40), normal = of(-20), loud = of(-4);
  EXPECT_GT(soft.second - soft.first, 10);
  EXPECT_LT(soft.second - soft.first, 16) << "what lies far below is not pulled up without end";
  EXPECT_NEAR(normal.second, -22, 2);
  EXPECT_LT(loud.second, loud.first);
  EXPECT_LT(loud.second - soft.second, (loud.first - soft.first) / 2) << "they come nearer to one another";
}

TEST(Transients, KeysAreSofterAndTheVoiceIsNot) {
  constexpr std::uint32_t rate = 48'000;
  Samples keys(std::size_t{5} * rate);
  SeededRandom random(1);
  for (std::size_t at = rate / 2; at + rate / 4 < keys.size(); at += rate / 4)
    for (std::size_t i = 0; i < rate / 200; ++i)
      keys[at + i] = to_sample(12'000 * std::exp(-static_cast<double>(i) / (rate / 1000.0)) * (2 * random.unit() - 1));
  const Samples sent = process(only(&VoiceSettings::transients), {}, keys, rate);
  EXPECT_GT(level(keys, 1, 5, rate) - level(sent, 1, 5, rate), 4);
  const Samples voice = Talker(7, 140, -22, rate).say(3);
  const Samples spoken = process(only(&VoiceSettings::transients), {}, voice, rate);
  EXPECT_NEAR(level(spoken, 1, 3, rate), level(voice, 1, 3, rate), 1);
}

TEST(VoiceProcessor, IsNotThereWhenNothingIsWanted) {
  EXPECT_TRUE(has_voice_processor());
  EXPECT_EQ(make_voice_processor(kNothing, kRate, {}), nullptr);
}

}  // namespace
}  // namespace offhook::media::test
