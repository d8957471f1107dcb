#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>

#include "io/sound_card.hpp"
#include "sound/portaudio_library.hpp"

namespace offhook::io {
namespace {

using sound::portaudio;

constexpr double kMillisecondsASecond = 1000;

// ALSA and JACK tell of everything that they look for and do not find, on stderr and on nobody's wish.
class QuietStderr {
 public:
  QuietStderr() {
    std::fflush(stderr);
    kept_ = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0) return;
    ::dup2(nowhere, STDERR_FILENO);
    ::close(nowhere);
  }
  ~QuietStderr() {
    if (kept_ < 0) return;
    ::dup2(kept_, STDERR_FILENO);
    ::close(kept_);
  }
  QuietStderr(const QuietStderr&) = delete;
  QuietStderr& operator=(const QuietStderr&) = delete;

 private:
  int kept_ = -1;
};

// PortAudio counts who uses it.
class Library {
 public:
  Library() {
    if (!portaudio().trouble.empty()) return;
    const QuietStderr quiet;
    error_ = portaudio().initialize();
    initialised_ = error_ == paNoError;
  }
  ~Library() {
    if (initialised_) portaudio().terminate();
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  // Nothing goes without it.
  [[nodiscard]] Checked<void> ready() const {
    if (!portaudio().trouble.empty())
      return complain("sound cards need PortAudio (libportaudio2): " + portaudio().trouble);
    if (!initialised_) return complain("PortAudio does not start: " + std::string(portaudio().error_text(error_)));
    return {};
  }

 private:
  PaError error_ = paNoError;
  bool initialised_ = false;
};

tl::unexpected<Complaint> in_words(PaError error, const std::string& device) {
  if (error == paDeviceUnavailable)
    return complain("the sound card is busy, or gone: another program may have it", device);
  if (error == paBadIODeviceCombination)
    return complain("these two belong to different sound systems; choose both of one", device);
  if (error == paUnanticipatedHostError) {
    const PaHostErrorInfo* info = portaudio().last_host_error();
    if (info != nullptr && info->errorText != nullptr)
      return complain("the sound card cannot be used: " + std::string(info->errorText), device);
  }
  return complain("the sound card cannot be used: " + std::string(portaudio().error_text(error)), device);
}

Checked<std::vector<SoundDevice>> list() {
  std::vector<SoundDevice> out;
  for (PaDeviceIndex i = 0; i < portaudio().device_count(); ++i) {
    const PaDeviceInfo* info = portaudio().device_info(i);
    const PaHostApiInfo* api = portaudio().host_api_info(info->hostApi);
    out.push_back({info->name, api != nullptr ? api->name : "", info->maxInputChannels, info->maxOutputChannels,
                   i == portaudio().default_input(), i == portaudio().default_output()});
  }
  if (out.empty()) return complain("there is no sound card here");
  return out;
}

class Stream final : public SoundCard {
 public:
  explicit Stream(std::function<void()> lost) : lost_(std::move(lost)) {}
  ~Stream() override {
    if (stream_ == nullptr) return;
    closing_ = true;
    const QuietStderr quiet;
    // Not Pa_StopStream: nobody waits for what is still to be played.
    portaudio().abort_stream(stream_);
    portaudio().close_stream(stream_);
  }

  [[nodiscard]] Checked<void> start(const Options& options);
  [[nodiscard]] const std::shared_ptr<media::Card>& card() const override { return card_; }
  [[nodiscard]] std::string describe() const override { return words_; }

 private:
  struct Side {
    const PaStreamParameters* parameters = nullptr;
    PaStreamParameters own{};
    std::string name;
  };
  [[nodiscard]] static Checked<Side> choose(const std::vector<SoundDevice>& devices, const std::string& name,
                                            bool input, milliseconds latency) {
    const auto place = find_sound_device(devices, name, input);
    if (!place) return tl::unexpected(place.error());
    Side out;
    out.name = devices[*place].name;
    out.own.device = static_cast<PaDeviceIndex>(*place);
    out.own.channelCount = 1;
    out.own.sampleFormat = paInt16;
    const PaDeviceInfo* info = portaudio().device_info(out.own.device);
    out.own.suggestedLatency = std::max(input ? info->defaultLowInputLatency : info->defaultLowOutputLatency,
                                        static_cast<double>(latency.count()) / kMillisecondsASecond);
    return out;
  }
  // On PortAudio's thread.
  static int exchange(const void* input, void* output, unsigned long frames, const PaStreamCallbackTimeInfo* time,
                      PaStreamCallbackFlags, void* self) {
    const auto count = static_cast<std::size_t>(frames);
    media::ConstFrame recorded;
    media::Frame played;
    if (input != nullptr) recorded = {static_cast<const std::int16_t*>(input), count};
    if (output != nullptr) played = {static_cast<std::int16_t*>(output), count};
    std::optional<milliseconds> delay;
    if (time != nullptr && time->inputBufferAdcTime > 0 && time->outputBufferDacTime > time->inputBufferAdcTime)
      delay = milliseconds(
          static_cast<std::int64_t>((time->outputBufferDacTime - time->inputBufferAdcTime) * kMillisecondsASecond));
    static_cast<Stream*>(self)->card_->exchange(recorded, played, delay);
    return paContinue;
  }
  static void finished(void* self) {
    const auto* stream = static_cast<Stream*>(self);
    if (!stream->closing_ && stream->lost_) stream->lost_();
  }

  Library library_;
  std::function<void()> lost_;
  std::shared_ptr<media::Card> card_;
  std::string words_;
  PaStream* stream_ = nullptr;
  std::atomic<bool> closing_{false};
};

Checked<void> Stream::start(const Options& options) {
  if (auto ready = library_.ready(); !ready) return ready;
  const auto devices = list();
  if (!devices) return tl::unexpected(devices.error());
  Side in, out;
  const auto take = [&](const std::optional<std::string>& name, bool input, Side& side) -> Checked<void> {
    if (!name) return {};
    auto chosen = choose(*devices, *name, input, options.latency);
    if (!chosen) return tl::unexpected(chosen.error());
    side = std::move(*chosen);
    side.parameters = &side.own;
    return {};
  };
  if (auto taken = take(options.input, true, in); !taken) return taken;
  if (auto taken = take(options.output, false, out); !taken) return taken;
  words_ = in.name.empty()                           ? out.name
           : out.name.empty() || in.name == out.name ? in.name
                                                     : in.name + " and " + out.name;

  const QuietStderr quiet;
  constexpr std::array<std::uint32_t, 3> kRates{48'000, 16'000, 8000};
  std::uint32_t rate = 0;
  PaError error = paInvalidSampleRate;
  for (const std::uint32_t each : kRates) {
    error = portaudio().open_stream(&stream_, in.parameters, out.parameters, each, media::frame_size(each), paNoFlag,
                                    &Stream::exchange, this);
    rate = each;
    if (error != paInvalidSampleRate) break;
  }
  if (error == paInvalidSampleRate) return complain("the sound card goes at neither 48, 16 nor 8 kHz", words_);
  if (error != paNoError) {
    stream_ = nullptr;
    return in_words(error, words_);
  }
  const PaStreamInfo* info = portaudio().stream_info(stream_);
  const double latency = info == nullptr ? 0 : info->inputLatency + info->outputLatency;
  media::CardSettings settings{rate, options.voice,
                               milliseconds(static_cast<std::int64_t>(latency * kMillisecondsASecond)),
                               options.send_gain_db};
  if (out.parameters == nullptr) settings.voice.echo = false;  // nothing is played that could come back
  if (in.parameters == nullptr) settings.voice = {false, false, false, false};
  card_ = std::make_shared<media::Card>(settings);
  words_ += ", " + std::to_string(rate / 1000) + " kHz, delay " + std::to_string(settings.delay.count()) + " ms";
  portaudio().on_finished(stream_, &Stream::finished);
  if (error = portaudio().start_stream(stream_); error != paNoError) return in_words(error, words_);
  return {};
}

}  // namespace

bool has_sound_cards() { return true; }

Checked<std::vector<SoundDevice>> sound_devices() {
  const Library library;
  if (auto ready = library.ready(); !ready) return tl::unexpected(ready.error());
  return list();
}

Checked<std::unique_ptr<SoundCard>> SoundCard::open(Options options) {
  auto stream = std::make_unique<Stream>(options.lost);
  if (auto started = stream->start(options); !started) return tl::unexpected(started.error());
  return stream;
}

}  // namespace offhook::io
