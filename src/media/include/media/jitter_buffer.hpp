// The jitter buffer of one stream: takes packets in any order, gives them in the order of their time. Guide
// voice.jib.*.
//
// It knows packets, not sounds: Playout decodes. Time is the count of begin_frame() calls, 20 ms each; inside, 1/48000
// s, which every RTP clock of our codecs divides, so that a stream may change its codec and clock in the middle. It
// learns from each packet's headroom (how long before its turn it came): late packets make it wait a frame longer, a
// second of idle headroom lets it drop one, between min and max. Fixed mode keeps `normal`. After a while of nothing it
// falls silent and starts afresh with the next packet. Storage is used again and again: no allocation per packet.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.hpp"
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
  static constexpr std::int64_t kTicksASecond = 48'000;
  static constexpr std::int64_t kFrame = kTicksASecond / 50;

  explicit JitterBuffer(const JitterLimits& limits);

  struct Packet {
    rtp::RtpTime timestamp;
    std::uint32_t clock = 8000;  // of the timestamp; divides 48000
    std::uint8_t format = 0;     // the caller's: comes back with the payload
    std::int64_t duration = 0;   // ticks of 1/48000 s
    std::span<const std::uint8_t> payload;
  };
  enum class Insert : std::uint8_t { Kept, Duplicate, Late, Restarted };
  Insert insert(const Packet& packet);

  // What the next 20 ms are: nothing; what is buffered; or, so that all that follows waits longer, what is buffered and
  // 20 ms more, made of it, or of what was before where nothing is there (has_next()).
  enum class Step : std::uint8_t { Silence, Play, Stretch };
  Step begin_frame();

  // A packet lies at the playing position.
  [[nodiscard]] bool has_next() const { return count_ > 0 && first().at <= next_; }

  // What lies at the playing position, which moves behind it: a packet, or a gap of at most `most` ticks.
  struct Item {
    bool missing = false;
    std::uint8_t format = 0;
    std::int64_t duration = 0;              // of the gap
    std::span<const std::uint8_t> payload;  // of the packet; after a gap: of the one right behind it, or nothing
  };
  // The payload stays valid until the next insert().
  Item next(std::int64_t most);

  // True once the delay may shrink and there is a frame to spare; the caller fetches it and shortens both.
  bool take_spare();

  // Forgets what is buffered: another source, or a hold.
  void reset();
  // How many frames of nothing in a row end the stream.
  void set_patience(int frames) { patience_ = frames * kFrame; }

  // How long a packet that comes now and is in time waits for its turn; 0 while silent.
  [[nodiscard]] milliseconds delay() const;

 private:
  // 512 ms: more than the largest delay that the guide allows (400 ms) with a burst on top.
  static constexpr std::int64_t kCapacity = 512 * kTicksASecond / 1000;
  static constexpr std::size_t kMostPackets = 64;
  enum class State : std::uint8_t { Idle, Filling, Playing };
  struct Slot {
    std::int64_t at = 0, duration = 0;
    std::uint8_t format = 0;
    std::vector<std::uint8_t> payload;  // its room is kept
  };

  void start(std::int64_t at);
  void begin_playing();
  void note_headroom(std::int64_t ticks);
  void adapt();
  [[nodiscard]] std::int64_t place(const Packet& packet);
  [[nodiscard]] bool was_played(std::int64_t at) const;
  void drop_first();
  void store(std::size_t where, std::int64_t at, const Packet& packet);
  [[nodiscard]] const Slot& first() const { return slots_[order_[0]]; }

  std::int64_t min_, target_, max_;
  bool adaptive_;
  State state_ = State::Idle;
  std::vector<Slot> slots_;                         // as many as were ever used at once
  std::array<std::uint8_t, kMostPackets> order_{};  // by time; behind `count_`: free slots
  std::size_t count_ = 0;

  // The stream's timestamps on our line of time.
  bool mapped_ = false;
  std::uint32_t clock_ = 8000;
  rtp::RtpTime mapped_stamp_;
  std::int64_t mapped_at_ = 0;

  std::int64_t next_ = 0;                  // the next to play
  std::int64_t newest_ = 0;                // the end of the newest packet
  std::array<std::int64_t, 32> played_{};  // tells a late packet from the duplicate of one that was played
  std::size_t played_at_ = 0;
  std::int64_t waited_ = 0;
  std::int64_t missing_in_a_row_ = 0, patience_ = 10 * kFrame;
  int late_in_a_row_ = 0;
  // Of the present second:
  int reads_ = 0;
  std::int64_t least_headroom_ = 0;
  bool any_headroom_ = false;
  std::int64_t mean_headroom_ = 0;  // smoothed over 16 packets
  bool grow_ = false, shrink_ = false;
};

}  // namespace offhook::media
