// The voice processor by webrtc-audio-processing 0.3 (BSD). It works on 10 ms.
#include <webrtc/common.h>
#include <webrtc/modules/audio_processing/include/audio_processing.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "media/voice_processor.hpp"

namespace offhook::media {
namespace {

constexpr float kScale = 32768;
// Of a voice, below full scale: a talker is neither soft nor near the edge.
constexpr int kTargetDbfs = 6, kMostGainDb = 12;
// What its echo canceller takes for possible.
constexpr int kMostDelay = 500;

class WebRtcVoice final : public VoiceProcessor {
 public:
  WebRtcVoice(const VoiceSettings& settings, std::uint32_t rate, milliseconds delay)
      : format_(static_cast<int>(rate), 1),
        delay_(static_cast<int>(std::clamp<std::int64_t>(delay.count(), 0, kMostDelay))),
        transients_(settings.transients),
        chunk_(rate / 100) {
    webrtc::Config config;
    // The card's word for its delay is a guess, and rings and drivers add theirs.
    config.Set<webrtc::DelayAgnostic>(new webrtc::DelayAgnostic(true));
    config.Set<webrtc::ExtendedFilter>(new webrtc::ExtendedFilter(true));
    config.Set<webrtc::ExperimentalNs>(new webrtc::ExperimentalNs(settings.transients));
    // It would turn the microphone's own knob.
    config.Set<webrtc::ExperimentalAgc>(new webrtc::ExperimentalAgc(false));
    apm_.reset(webrtc::AudioProcessing::Create(config));
    apm_->Initialize({{format_, format_, format_, format_}});
    apm_->high_pass_filter()->Enable(true);
    apm_->echo_cancellation()->set_suppression_level(webrtc::EchoCancellation::kModerateSuppression);
    apm_->echo_cancellation()->enable_drift_compensation(false);
    apm_->echo_cancellation()->Enable(settings.echo);
    apm_->noise_suppression()->set_level(webrtc::NoiseSuppression::kHigh);
    apm_->noise_suppression()->Enable(settings.noise);
    apm_->gain_control()->set_mode(webrtc::GainControl::kAdaptiveDigital);
    apm_->gain_control()->set_target_level_dbfs(kTargetDbfs);
    apm_->gain_control()->set_compression_gain_db(kMostGainDb);
    apm_->gain_control()->enable_limiter(true);
    apm_->gain_control()->Enable(settings.gain);
  }

  void played(ConstFrame frame) override {
    for (std::size_t at = 0; at + chunk_.size() <= frame.size(); at += chunk_.size()) {
      take(frame.subspan(at, chunk_.size()));
      float* samples = chunk_.data();
      apm_->ProcessReverseStream(&samples, format_, format_, &samples);
    }
  }

  void recorded(Frame frame) override {
    for (std::size_t at = 0; at + chunk_.size() <= frame.size(); at += chunk_.size()) {
      const Frame part = frame.subspan(at, chunk_.size());
      take(part);
      float* samples = chunk_.data();
      apm_->set_stream_delay_ms(delay_);
      apm_->set_stream_key_pressed(transients_);
      if (apm_->ProcessStream(&samples, format_, format_, &samples) != webrtc::AudioProcessing::kNoError) continue;
      std::ranges::transform(chunk_, part.begin(), [](float sample) {
        return static_cast<std::int16_t>(std::lrint(std::clamp(sample * kScale, -kScale, kScale - 1)));
      });
    }
  }

 private:
  void take(ConstFrame part) {
    std::ranges::transform(part, chunk_.begin(),
                           [](std::int16_t sample) { return static_cast<float>(sample) / kScale; });
  }

  webrtc::StreamConfig format_;
  int delay_;
  bool transients_;
  std::vector<float> chunk_;
  std::unique_ptr<webrtc::AudioProcessing> apm_;
};

}  // namespace

bool has_voice_processor() { return true; }

std::unique_ptr<VoiceProcessor> make_voice_processor(const VoiceSettings& settings, std::uint32_t rate,
                                                     milliseconds delay) {
  if (settings == VoiceSettings{false, false, false, false}) return nullptr;
  return std::make_unique<WebRtcVoice>(settings, rate, delay);
}

}  // namespace offhook::media
