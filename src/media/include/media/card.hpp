// A sound card as the engine knows it: the place where the card's own thread and the engine's meet. Each goes by its
// own clock; between them are two rings without locks, and behind each ring a LiveSource, which takes care of bunches
// and of the drift of the clocks. What the card records is made a voice right at the card, where it stands beside what
// is played at the same moment.
//
// While the engine neither reads nor writes (no call, no tone) the card plays silence, and what it records is dropped.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "media/audio.hpp"
#include "media/voice_processor.hpp"

namespace offhook::media {

struct CardSettings {
  std::uint32_t rate = kMostSampleRate;  // 8, 16 or 48 kHz
  VoiceSettings voice;
  milliseconds delay{0};  // between a frame's exchange() and its echo in what is recorded: the driver's first guess
  int send_gain_db = 0;   // of what is sent (guide voice.handfree_send); what goes beyond the scale is cut off
};

class Card : public std::enable_shared_from_this<Card> {
 public:
  explicit Card(CardSettings settings);
  ~Card();

  // The card's thread, each 20 ms of its clock: what it has recorded, and room for what it is to play. Either may be
  // empty: a card with one of both only. What is recorded in frames of another size is ignored; in such a frame silence
  // is played. `delay`: as in the settings, as it is now, where the driver knows.
  void exchange(ConstFrame recorded, Frame played, std::optional<milliseconds> delay = std::nullopt);

  // The engine's thread: one of each at a time. They keep the card alive.
  [[nodiscard]] std::unique_ptr<AudioSource> source();
  [[nodiscard]] std::unique_ptr<AudioSink> sink();

  [[nodiscard]] std::uint32_t rate() const;
  // Frames that found no room, either way: the other side was held up. Any thread.
  [[nodiscard]] std::uint64_t lost() const;

 private:
  struct Meeting;  // what both threads see
  class Driver;    // what the card's thread has for itself
  class Source;
  class Sink;

  CardSettings settings_;
  std::unique_ptr<Meeting> meeting_;
  std::unique_ptr<Driver> driver_;
};

}  // namespace offhook::media
