#include "media/jitter_buffer.hpp"

#include <algorithm>

namespace offhook::media {
namespace {

constexpr int kReadsOfASecond = 50;
constexpr int kMostLate = 5;  // late packets in a row before the sender's new delay is taken as given
// Behind the playing position by up to this it may be a straggler; by more, a sender that counts anew.
constexpr std::int64_t kStraggler = 5 * JitterBuffer::kTicksASecond;

std::int64_t ticks_of(milliseconds d) {
  return std::clamp<std::int64_t>(d.count(), 0, 400) * JitterBuffer::kTicksASecond / 1000;
}

}  // namespace

JitterBuffer::JitterBuffer(const JitterLimits& limits)
    : min_(std::max(kFrame, ticks_of(limits.adaptive ? limits.min : limits.normal))),
      target_(std::max(kFrame, ticks_of(limits.normal))),
      max_(std::max(kFrame, ticks_of(limits.adaptive ? limits.max : limits.normal))),
      adaptive_(limits.adaptive) {
  max_ = std::max(max_, min_);
  target_ = std::clamp(target_, min_, max_);
  played_.fill(INT64_MIN);
}

void JitterBuffer::reset() {
  state_ = State::Idle;
  mapped_ = false;
  count_ = 0;
}

milliseconds JitterBuffer::delay() const {
  if (state_ != State::Playing) return milliseconds(0);
  return milliseconds(std::max<std::int64_t>(0, mean_headroom_) * 1000 / kTicksASecond);
}

void JitterBuffer::start(std::int64_t at) {
  state_ = State::Filling;
  count_ = 0;
  played_.fill(INT64_MIN);
  next_ = newest_ = at;
  waited_ = 0;
  late_in_a_row_ = 0;
}

// The packet's place on our line of time. A new clock goes on where the newest packet ends: that is how a sender that
// changes its codec in the middle of a stream means it.
std::int64_t JitterBuffer::place(const Packet& packet) {
  const auto ticks_a_tick = kTicksASecond / std::max<std::int64_t>(1, packet.clock);
  if (!mapped_ || packet.clock != clock_) {
    if (state_ == State::Idle) newest_ = 0;
    mapped_at_ = newest_;
    mapped_ = true;
    clock_ = packet.clock;
    mapped_stamp_ = packet.timestamp;
    return mapped_at_;
  }
  const std::int64_t at = mapped_at_ + (packet.timestamp - mapped_stamp_) * ticks_a_tick;
  if (at >= newest_) {  // the anchor moves along: timestamps wrap
    mapped_at_ = at;
    mapped_stamp_ = packet.timestamp;
  }
  return at;
}

bool JitterBuffer::was_played(std::int64_t at) const {
  return std::find(played_.begin(), played_.end(), at) != played_.end();
}

void JitterBuffer::store(std::size_t where, std::int64_t at, const Packet& packet) {
  if (count_ == slots_.size()) {
    order_[count_] = static_cast<std::uint8_t>(slots_.size());
    slots_.emplace_back();
  }
  const std::uint8_t free = order_[count_];
  std::copy_backward(order_.begin() + static_cast<std::ptrdiff_t>(where),
                     order_.begin() + static_cast<std::ptrdiff_t>(count_),
                     order_.begin() + static_cast<std::ptrdiff_t>(count_ + 1));
  order_[where] = free;
  ++count_;
  Slot& slot = slots_[free];
  slot.at = at;
  slot.duration = packet.duration;
  slot.format = packet.format;
  slot.payload.assign(packet.payload.begin(), packet.payload.end());
}

void JitterBuffer::drop_first() {
  const std::uint8_t freed = order_[0];
  played_[played_at_] = slots_[freed].at;
  played_at_ = (played_at_ + 1) % played_.size();
  std::copy(order_.begin() + 1, order_.begin() + static_cast<std::ptrdiff_t>(count_), order_.begin());
  order_[--count_] = freed;
}

JitterBuffer::Insert JitterBuffer::insert(const Packet& packet) {
  if (packet.duration <= 0 || packet.duration > kCapacity / 2) return Insert::Late;
  bool restarted = state_ == State::Idle;
  std::int64_t at = place(packet);
  if (restarted) start(at);

  std::int64_t headroom = at - next_;
  if (headroom < -kStraggler || headroom + packet.duration > kCapacity || count_ == kMostPackets) {
    start(at);
    restarted = true;
    headroom = 0;
  } else if (headroom < 0 && state_ == State::Filling && newest_ - at < kCapacity) {
    next_ = at;  // the first packet was not the first of the stream
    headroom = 0;
  } else if (headroom < 0 && was_played(at)) {
    return Insert::Duplicate;
  } else if (headroom < 0) {
    if (headroom >= -kCapacity) {  // waiting longer would have helped
      grow_ = true;
      note_headroom(headroom);
    }
    if (++late_in_a_row_ < kMostLate) return Insert::Late;
    target_ = std::min(max_, target_ + kFrame);
    start(at);
    restarted = true;
  }
  late_in_a_row_ = 0;
  if (state_ == State::Playing) note_headroom(headroom);
  std::size_t where = count_;
  while (where > 0 && slots_[order_[where - 1]].at > at) --where;
  if (where > 0 && slots_[order_[where - 1]].at == at) return Insert::Duplicate;
  store(where, at, packet);
  newest_ = std::max(newest_, at + packet.duration);
  return restarted ? Insert::Restarted : Insert::Kept;
}

void JitterBuffer::note_headroom(std::int64_t ticks) {
  least_headroom_ = any_headroom_ ? std::min(least_headroom_, ticks) : ticks;
  any_headroom_ = true;
  mean_headroom_ += (ticks - mean_headroom_) / 16;
}

void JitterBuffer::begin_playing() {
  state_ = State::Playing;
  const std::int64_t last = count_ > 0 ? slots_[order_[count_ - 1]].duration : kFrame;
  // After a stall the packets come as one burst: only the newest `target_` of them are worth the wait.
  if (newest_ - next_ > target_ + last) {
    next_ = newest_ - target_ - last + kFrame;
    while (count_ > 1 && first().at + first().duration <= next_) drop_first();
    if (count_ > 0) next_ = std::max(next_, first().at);
  }
  mean_headroom_ = std::max<std::int64_t>(0, newest_ - next_ - last);  // of the newest packet
  any_headroom_ = grow_ = shrink_ = false;
  reads_ = 0;
  missing_in_a_row_ = 0;
}

JitterBuffer::Step JitterBuffer::begin_frame() {
  if (state_ == State::Filling) {
    waited_ += kFrame;
    if (waited_ > target_) begin_playing();
  }
  if (state_ != State::Playing) return Step::Silence;
  // Only a stream with nothing ahead has ended; a long gap with audio behind it is played through.
  if (missing_in_a_row_ >= patience_ && count_ == 0) {
    reset();
    return Step::Silence;
  }
  if (++reads_ == kReadsOfASecond) adapt();
  if (grow_) {
    grow_ = false;
    if (mean_headroom_ + kFrame <= max_) {
      mean_headroom_ += kFrame;
      missing_in_a_row_ += kFrame;
      return Step::Stretch;
    }
  }
  return Step::Play;
}

void JitterBuffer::adapt() {
  reads_ = 0;
  // A whole second in which no packet came closer than two frames before its turn, and we are above the least delay; or
  // the sender's clock runs faster than ours and the delay has crept over the largest.
  const bool roomy = adaptive_ && any_headroom_ && least_headroom_ > 2 * kFrame && mean_headroom_ - kFrame >= min_;
  shrink_ = roomy || mean_headroom_ > max_ + kFrame;
  any_headroom_ = false;
}

JitterBuffer::Item JitterBuffer::next(std::int64_t most) {
  if (count_ > 0 && first().at <= next_) {
    const Slot& slot = first();  // its payload stays where it is until the slot is used again
    next_ = slot.at + slot.duration;
    missing_in_a_row_ = 0;
    const Item item{false, slot.format, slot.duration, slot.payload};
    drop_first();
    return item;
  }
  const std::int64_t gap = count_ > 0 ? std::min(most, first().at - next_) : most;
  next_ += gap;
  missing_in_a_row_ += gap;
  if (count_ > 0 && first().at == next_) return {true, first().format, gap, first().payload};
  return {true, 0, gap, {}};
}

bool JitterBuffer::take_spare() {
  if (!shrink_ || newest_ - next_ < kFrame) return false;
  shrink_ = false;
  mean_headroom_ -= kFrame;
  return true;
}

}  // namespace offhook::media
