// Digits by their sound, both ways, by spandsp (ITU-T Q.23, Q.24). spandsp works at 8 kHz; other rates are converted.
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <vector>

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
  // What the frame holds, in order.
  [[nodiscard]] const std::vector<News>& listen(ConstFrame frame);

 private:
  struct State;
  void changed(char digit);

  std::unique_ptr<State> state_;
  Resampler resampler_;
  std::vector<std::int16_t> narrow_;
  std::vector<News> news_;
  char sounding_ = 0;
  int frames_ = 0;  // of the digit that sounds
};

}  // namespace offhook::media
