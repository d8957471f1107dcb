// Digits by their sound, both ways, by spandsp (ITU-T Q.23, Q.24). spandsp works at 8 kHz; other rates are converted.
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "dtmf/bridge.hpp"
#include "gap.hpp"
#include "media/audio.hpp"
#include "media/dtmf.hpp"
#include "media/resampler.hpp"

namespace offhook::media {

class InbandSender {
 public:
  InbandSender();
  ~InbandSender();
  void add(const DigitOrder& order);
  [[nodiscard]] bool busy() const { return busy_; }
  void clear();
  // Puts the sound in the place of what the frame has.
  void fill(Frame frame);

 private:
  struct State;
  void begin_next();

  std::unique_ptr<State> state_;
  std::deque<DigitOrder> waiting_;
  bool busy_ = false;
  Resampler resampler_;
  std::vector<std::int16_t> narrow_;
};

class InbandReceiver {
 public:
  struct Over {
    char digit = 0;
    milliseconds duration{};
  };
  struct News {
    std::optional<char> begun;
    std::optional<Over> ended;
  };

  InbandReceiver();
  ~InbandReceiver();
  // What the frame holds, in order. What was in `gap` of it is judged by what comes behind it.
  [[nodiscard]] const std::vector<News>& listen(ConstFrame frame, Gap gap = {});

 private:
  struct State;
  void changed(char digit);
  void hear(ConstFrame part);
  void lose(std::size_t samples);
  void close_gap();
  void be_lenient(bool on);
  void detect(ConstFrame part);

  std::unique_ptr<State> state_;
  DigitBridge bridge_;
  int lenient_ = 0;                       // frames for which the detector takes it less strictly
  std::size_t missing_ = 0;               // samples of a gap that is still open
  std::vector<std::int16_t> behind_gap_;  // too few to judge it by
  Resampler resampler_;
  std::vector<std::int16_t> narrow_;
  std::vector<News> news_;
  char sounding_ = 0;
  int frames_ = 0;  // of the digit that sounds
};

}  // namespace offhook::media
