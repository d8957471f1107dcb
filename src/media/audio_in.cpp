#include "audio_in.hpp"

#include "base/overloaded.hpp"
#include "media/sources.hpp"
#include "media/wav.hpp"

namespace offhook::media {

std::unique_ptr<AudioSource> make_source(const AudioIn& in) {
  return std::visit(
      Overloaded{[](const SilenceIn&) -> std::unique_ptr<AudioSource> { return std::make_unique<Silence>(); },
                 [](const ToneIn& tone) -> std::unique_ptr<AudioSource> {
                   return std::make_unique<Tone>(tone.hz, tone.level_dbm0);
                 },
                 [](const EchoIn&) -> std::unique_ptr<AudioSource> { return nullptr; },
                 [](const WavIn& wav) -> std::unique_ptr<AudioSource> {
                   const std::uint32_t rate = playing_rate(wav.bytes);
                   auto samples = decode_wav(wav.bytes, rate);
                   if (!samples) return std::make_unique<Silence>();
                   return std::make_unique<SampleSource>(std::move(*samples), wav.repeat, rate);
                 }},
      in);
}

}  // namespace offhook::media
