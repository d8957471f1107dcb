#include "media/card.hpp"

#include <algorithm>
#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <cmath>
#include <vector>

#include "card/echo_clock.hpp"
#include "media/live_source.hpp"

namespace offhook::media {
namespace {

using Ring = boost::lockfree::spsc_queue<std::int16_t>;

// Frames in a ring, those that gather behind it before the first is played, and with how many it is out of date.
constexpr std::size_t kRing = 16, kStart = 2, kStale = 8;
// Frames of the card without a sign of life of the engine.
constexpr int kIdle = 25;

void empty(Ring& ring) {
  ring.consume_all([](std::int16_t) {});
}

void fetch(Ring& from, LiveSource& to, std::vector<std::int16_t>& frame) {
  while (from.read_available() >= frame.size()) {
    from.pop(frame.data(), frame.size());
    to.push(frame);
  }
}

}  // namespace

struct Card::Meeting {
  explicit Meeting(std::uint32_t rate) : to_engine(kRing * frame_size(rate)), to_card(kRing * frame_size(rate)) {}

  void put(Ring& ring, ConstFrame frame) {
    if (ring.write_available() >= frame.size())
      ring.push(frame.data(), frame.size());
    else
      lost.fetch_add(1, std::memory_order_relaxed);
  }
  void touch() { touched.fetch_add(1, std::memory_order_relaxed); }

  Ring to_engine, to_card;
  std::atomic<std::uint32_t> touched{0};  // by the engine
  std::atomic<std::uint64_t> lost{0};
};

class Card::Source final : public AudioSource {
 public:
  explicit Source(std::shared_ptr<Card> card) : card_(std::move(card)), frame_(frame_size(card_->rate())) {}
  bool read(Frame frame) override {
    Meeting& meeting = *card_->meeting_;
    meeting.touch();
    // What was recorded while nobody listened.
    if (meeting.to_engine.read_available() >= kStale * frame_.size()) {
      empty(meeting.to_engine);
      live_.clear();
    }
    fetch(meeting.to_engine, live_, frame_);
    return live_.read(frame);
  }

 private:
  std::shared_ptr<Card> card_;
  LiveSource live_{kStart};
  std::vector<std::int16_t> frame_;
};

class Card::Sink final : public AudioSink {
 public:
  explicit Sink(std::shared_ptr<Card> card) : card_(std::move(card)) {}
  [[nodiscard]] std::uint32_t rate() const override { return card_->rate(); }
  void write(ConstFrame frame) override {
    card_->meeting_->touch();
    card_->meeting_->put(card_->meeting_->to_card, frame);
  }

 private:
  std::shared_ptr<Card> card_;
};

class Card::Driver {
 public:
  Driver(const CardSettings& settings, Meeting& meeting)
      : meeting_(meeting),
        gain_(std::pow(10.0F, static_cast<float>(settings.send_gain_db) / 20)),
        voice_(make_voice_processor(settings.voice, settings.rate, EchoClock::kAhead)),
        frame_(frame_size(settings.rate)),
        echo_clock_(settings.rate, settings.delay) {}

  void exchange(ConstFrame recorded, Frame played, std::optional<milliseconds> delay) {
    if (delay && voice_) echo_clock_.follow(*delay);
    if (is_idle() || (!played.empty() && played.size() != frame_.size())) {
      std::ranges::fill(played, std::int16_t{0});
      return;
    }
    if (!played.empty()) play(played);
    if (recorded.size() == frame_.size()) hand_over(recorded);
  }

 private:
  bool is_idle() {
    const std::uint32_t touched = meeting_.touched.load(std::memory_order_relaxed);
    const bool was_idle = untouched_ >= kIdle;
    untouched_ = touched == last_touched_ ? std::min(untouched_ + 1, kIdle) : 0;
    last_touched_ = touched;
    if (untouched_ < kIdle) return false;
    if (!was_idle) {
      empty(meeting_.to_card);
      plays_.clear();
    }
    return true;
  }

  void play(Frame played) {
    fetch(meeting_.to_card, plays_, frame_);
    plays_.read(played);
    if (voice_) voice_->played(echo_clock_.due(played));
  }

  void hand_over(ConstFrame recorded) {
    frame_.assign(recorded.begin(), recorded.end());
    if (voice_) voice_->recorded(frame_);
    if (gain_ != 1.0F)
      for (std::int16_t& sample : frame_)
        sample =
            static_cast<std::int16_t>(std::lrint(std::clamp(static_cast<float>(sample) * gain_, -32768.0F, 32767.0F)));
    meeting_.put(meeting_.to_engine, frame_);
  }

  Meeting& meeting_;
  float gain_;
  std::unique_ptr<VoiceProcessor> voice_;
  LiveSource plays_{kStart};
  std::vector<std::int16_t> frame_;
  EchoClock echo_clock_;
  std::uint32_t last_touched_ = 0;
  int untouched_ = kIdle;
};

Card::Card(CardSettings settings)
    : settings_(settings),
      meeting_(std::make_unique<Meeting>(settings.rate)),
      driver_(std::make_unique<Driver>(settings_, *meeting_)) {}
Card::~Card() = default;

void Card::exchange(ConstFrame recorded, Frame played, std::optional<milliseconds> delay) {
  driver_->exchange(recorded, played, delay);
}
std::unique_ptr<AudioSource> Card::source() { return std::make_unique<Source>(shared_from_this()); }
std::unique_ptr<AudioSink> Card::sink() { return std::make_unique<Sink>(shared_from_this()); }
std::uint32_t Card::rate() const { return settings_.rate; }
std::uint64_t Card::lost() const { return meeting_->lost.load(std::memory_order_relaxed); }

}  // namespace offhook::media
