#include "dtmf/inband.hpp"

#include <spandsp.h>

#include <algorithm>
#include <utility>

namespace offhook::media {
namespace {

// The high group is louder by so much: lines lose more of it (Q.23 allows up to 2 dB).
constexpr int kTwist = 0;
// spandsp takes this many at once.
constexpr std::size_t kBatch = 100;

}  // namespace

struct InbandSender::State {
  State() : tx(dtmf_tx_init(nullptr)) {}
  ~State() { dtmf_tx_free(tx); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  dtmf_tx_state_t* tx;
};

InbandSender::InbandSender() : state_(std::make_unique<State>()) {}
InbandSender::~InbandSender() = default;

void InbandSender::add(const DigitOrder& order) {
  DigitOrder clean = order;
  std::erase_if(clean.digits, [](char c) { return kDigits.find(c) == std::string_view::npos; });
  for (; !clean.digits.empty(); clean.digits.erase(0, kBatch)) {
    waiting_.push_back(clean);
    if (waiting_.back().digits.size() > kBatch) waiting_.back().digits.resize(kBatch);
  }
  if (!busy_) begin_next();
}

void InbandSender::begin_next() {
  busy_ = !waiting_.empty();
  if (!busy_) return;
  const DigitOrder& order = waiting_.front();
  const auto duration = std::clamp(order.duration, milliseconds(40), milliseconds(8000));
  // Q.24: a detector needs 40 ms of nothing between two.
  const auto gap = std::clamp(order.gap, milliseconds(40), milliseconds(10'000));
  dtmf_tx_set_level(state_->tx, std::clamp(order.level_dbm0, -63, 0), kTwist);
  dtmf_tx_set_timing(state_->tx, static_cast<int>(duration.count()), static_cast<int>(gap.count()));
  dtmf_tx_put(state_->tx, order.digits.data(), static_cast<int>(order.digits.size()));
  waiting_.pop_front();
}

void InbandSender::clear() {
  waiting_.clear();
  state_ = std::make_unique<State>();
  busy_ = false;
}

void InbandSender::fill(Frame frame) {
  narrow_.resize(kFrameSamples);
  std::size_t filled = 0;
  while (filled < narrow_.size() && busy_) {
    const int made = dtmf_tx(state_->tx, narrow_.data() + filled, static_cast<int>(narrow_.size() - filled));
    filled += static_cast<std::size_t>(std::max(made, 0));
    if (filled < narrow_.size()) begin_next();
  }
  std::fill(narrow_.begin() + static_cast<std::ptrdiff_t>(filled), narrow_.end(), std::int16_t{0});
  resampler_.process(narrow_, frame);
}

struct InbandReceiver::State {
  explicit State(InbandReceiver& receiver) : rx(dtmf_rx_init(nullptr, nullptr, nullptr)) {
    dtmf_rx_set_realtime_callback(
        rx,
        [](void* self, int code, int, int) { static_cast<InbandReceiver*>(self)->changed(static_cast<char>(code)); },
        &receiver);
  }
  ~State() { dtmf_rx_free(rx); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  dtmf_rx_state_t* rx;
};

InbandReceiver::InbandReceiver() : state_(std::make_unique<State>(*this)) {}
InbandReceiver::~InbandReceiver() = default;

void InbandReceiver::changed(char digit) {
  News news;
  if (sounding_ != 0 && sounding_ != digit) news.ended = Over{sounding_, milliseconds(20) * frames_};
  if (digit != 0 && sounding_ != digit) news.begun = digit;
  sounding_ = digit;
  frames_ = 0;
  if (news.begun || news.ended) news_.push_back(news);
}

const std::vector<InbandReceiver::News>& InbandReceiver::listen(ConstFrame frame, Gap gap) {
  news_.clear();
  ++frames_;
  if (frame.size() != kFrameSamples) {
    gap = {gap.begin * kFrameSamples / frame.size(), gap.end * kFrameSamples / frame.size()};
    narrow_.resize(kFrameSamples);
    resampler_.process(frame, narrow_);
    frame = narrow_;
  }
  hear(frame.first(gap.begin));
  if (!gap.empty()) lose(gap.size());
  if (lenient_ > 0 && --lenient_ == 0) be_lenient(false);
  hear(frame.subspan(gap.end));
  return news_;
}

void InbandReceiver::hear(ConstFrame part) {
  if (part.empty()) return;
  if (missing_ == 0) {
    detect(part);
    return bridge_.heard(part);
  }
  behind_gap_.insert(behind_gap_.end(), part.begin(), part.end());
  if (behind_gap_.size() >= DigitBridge::kEnough) close_gap();
}

void InbandReceiver::lose(std::size_t samples) {
  if (behind_gap_.size() >= DigitBridge::kLeast) close_gap();
  missing_ += std::exchange(behind_gap_, {}).size() + samples;
}

void InbandReceiver::close_gap() {
  be_lenient(true);
  const auto filling = bridge_.fill(std::exchange(missing_, 0), behind_gap_);
  for (const auto* part : {&filling.gap, &filling.next}) {
    detect(*part);
    bridge_.heard(*part);
  }
  behind_gap_.clear();
}

// G.722 needs some 60 ms after a loss to find its way back: until then it gives high tones too weak. Strict is what
// spandsp is made with, against digits in what people say.
void InbandReceiver::be_lenient(bool on) {
  constexpr int kTwist = 8, kReverseTwist = 4, kLenient = 14;  // dB
  constexpr int kFrames = 7;
  dtmf_rx_parms(state_->rx, -1, on ? kLenient : kTwist, on ? kLenient : kReverseTwist, -100);
  lenient_ = on ? kFrames : 0;
}

void InbandReceiver::detect(ConstFrame part) { dtmf_rx(state_->rx, part.data(), static_cast<int>(part.size())); }

}  // namespace offhook::media
