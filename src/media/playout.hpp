// The receiving half of a session: packets of any codec of the plan in, frames of 20 ms at the session's rate out.
// Decoders are made when the first packet of their format comes; a packet of the codec before, still on its way when
// the plan changes, is heard as well.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "gap.hpp"
#include "media/codec.hpp"
#include "media/jitter_buffer.hpp"
#include "media/resampler.hpp"
#include "silence/comfort_noise.hpp"
#include "workspace.hpp"

namespace offhook::media {

class Playout {
 public:
  Playout(const JitterLimits& limits, Workspace& workspace) : jitter_(limits), workspace_(&workspace) {}

  // From now on frames have this rate.
  void set_rate(std::uint32_t rate);
  [[nodiscard]] std::uint32_t rate() const { return rate_; }

  // `ours`: the format parameters of our description.
  JitterBuffer::Insert insert(const Codec& codec, std::string_view ours, rtp::RtpTime timestamp, Payload payload);
  // False: that is no payload of this codec.
  [[nodiscard]] bool fits(const Codec& codec, std::string_view ours, Payload payload);

  // From `since` to the next packet behind it there is nothing but this (RFC 3389): no loss to conceal.
  void fall_silent(const ComfortNoise& noise, rtp::RtpTime since);

  enum class Read : std::uint8_t { Silence, Audio, Concealed };
  Read read(Frame out);
  // Of the frame that was read last; where sound is made longer or shorter, about.
  [[nodiscard]] Gap gap() const { return gap_; }
  void reset();
  [[nodiscard]] milliseconds delay() const {
    return jitter_.delay() + milliseconds((ready_.size() - ready_at_) * 1000 / rate_);
  }
  // Samples that wait to be played: of a packet that ends elsewhere than a frame.
  [[nodiscard]] std::size_t ready() const { return ready_.size(); }
  // Of the newest packet.
  [[nodiscard]] milliseconds packet_time() const { return packet_time_; }

 private:
  struct Format {
    const Codec* codec = nullptr;
    std::uint32_t rate = 8000;
    std::string ours;
    std::unique_ptr<Decoder> decoder;
    Resampler to_session;
  };
  Format& format_of(const Codec& codec, std::string_view ours);
  void take(const JitterBuffer::Item& item);
  void append(Format& format, std::span<const std::int16_t> samples);
  [[nodiscard]] std::size_t samples_of(const JitterBuffer::Item& item);
  void decode(const JitterBuffer::Item& item, std::span<std::int16_t> out);
  bool take_frame(Frame out);
  void drop_played();
  // The frame, what is ready behind it, and `more` samples from the buffer, for changing their length; put_back() then
  // takes the frame again, and the rest is ready.
  void gather(ConstFrame frame, bool more);
  void put_back(Frame out);
  void be_silent(Frame out);

  JitterBuffer jitter_;
  milliseconds packet_time_{20};
  std::uint32_t rate_ = kSampleRate;
  std::vector<Format> formats_;
  std::size_t playing_ = 0;  // the format of the newest packet that was played
  Workspace* workspace_;
  std::vector<std::int16_t> ready_;   // of packets that are no single frame: at the session's rate, from `ready_at_` on
  std::vector<std::int16_t> scaled_;  // what gather() has
  std::size_t ready_at_ = 0;
  Gap gap_, ready_gap_;                // of the last frame, and in ready_
  std::unique_ptr<NoiseMaker> noise_;  // from the first word of it on
  bool quiet_ = false;                 // the other end says that it is silent
  bool voice_after_ = false;           // and has spoken since, but that is not played yet
  rtp::RtpTime quiet_since_;           // by the clock of kComfortNoisePayload
};

}  // namespace offhook::media
