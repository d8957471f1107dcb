// The jitter buffer of one stream: takes G.711 payloads in any order, gives one frame each 20 ms. Guide voice.jib.*.
//
// A ring of codes indexed by RTP timestamp: reordering and duplicates cost nothing, packets of any length fit. It
// learns from each packet's headroom (how long before its turn it came): late packets make it wait a frame longer, a
// second of idle headroom lets it drop one, between min and max. Fixed mode keeps `normal`. Missing audio is the last
// frame again, fading; after 200 ms of nothing it falls silent and starts afresh with the next packet. Time is the
// count of read() calls.
#pragma once
#include <array>
#include <bitset>
#include <cstdint>
#include <span>

#include "base/time.hpp"
#include "media/audio.hpp"
#include "media/g711.hpp"
#include "rtp/time.hpp"

namespace offhook::media {

struct JitterLimits {
  bool adaptive = true;
  milliseconds min{60};
  milliseconds normal{120};
  milliseconds max{240};
};

class JitterBuffer {
 public:
  explicit JitterBuffer(const JitterLimits& limits);

  enum class Insert : std::uint8_t { Kept, Duplicate, Late, Restarted };
  Insert insert(rtp::RtpTime timestamp, Law law, std::span<const std::uint8_t> codes);

  enum class Read : std::uint8_t { Silence, Audio, Concealed };
  Read read(Frame& out);

  // Forgets what is buffered: another source, or a hold.
  void reset();

  // How long a packet that comes now and is in time waits for its turn; 0 while silent.
  [[nodiscard]] milliseconds delay() const;

 private:
  // 512 ms: more than the largest delay that the guide allows (400 ms) with a burst on top.
  static constexpr std::size_t kCapacity = 4096;
  enum class State : std::uint8_t { Idle, Filling, Playing };

  void start(rtp::RtpTime timestamp);
  void begin_playing();
  void note_headroom(std::int32_t samples);
  void adapt();
  bool take(rtp::RtpTime from, Frame& out);
  Read conceal(Frame& out);
  void skip_a_frame(Frame& current);
  [[nodiscard]] std::size_t slot(rtp::RtpTime t) const { return t.ticks() % kCapacity; }

  std::int32_t min_, target_, max_;  // samples
  bool adaptive_;
  State state_ = State::Idle;
  Law law_ = Law::Mu;
  std::array<std::uint8_t, kCapacity> ring_{};
  std::bitset<kCapacity> present_;
  std::bitset<kCapacity> played_;  // behind next_: tells a late packet from the duplicate of one that was played
  rtp::RtpTime next_;              // the first sample of the next frame to play
  rtp::RtpTime newest_;            // one past the newest sample
  std::int32_t waited_ = 0;
  int concealed_in_a_row_ = 0;
  int late_in_a_row_ = 0;
  // Of the present second:
  int reads_ = 0;
  std::int32_t least_headroom_ = 0;
  bool any_headroom_ = false;
  std::int32_t mean_headroom_ = 0;  // smoothed over 16 packets
  bool grow_ = false, shrink_ = false;
  Frame last_{};
};

}  // namespace offhook::media
