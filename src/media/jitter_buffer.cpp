#include "media/jitter_buffer.hpp"

#include <algorithm>

namespace offhook::media {
namespace {

constexpr auto kFrame = static_cast<std::int32_t>(kFrameSamples);
constexpr int kReadsOfASecond = 50;
constexpr int kMostConcealed = 10;  // frames in a row before falling silent
constexpr int kMostLate = 5;        // late packets in a row before the sender's new delay is taken as given

std::int32_t samples_of(milliseconds d) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(d.count(), 0, 400) * kSampleRate / 1000);
}

}  // namespace

JitterBuffer::JitterBuffer(const JitterLimits& limits)
    : min_(std::max(kFrame, samples_of(limits.adaptive ? limits.min : limits.normal))),
      target_(std::max(kFrame, samples_of(limits.normal))),
      max_(std::max(kFrame, samples_of(limits.adaptive ? limits.max : limits.normal))),
      adaptive_(limits.adaptive) {
  max_ = std::max(max_, min_);
  target_ = std::clamp(target_, min_, max_);
}

void JitterBuffer::reset() {
  state_ = State::Idle;
  present_.reset();
  last_.fill(0);
}

milliseconds JitterBuffer::delay() const {
  if (state_ != State::Playing) return milliseconds(0);
  return milliseconds(std::max(0, mean_headroom_) * 1000 / static_cast<std::int32_t>(kSampleRate));
}

void JitterBuffer::start(rtp::RtpTime timestamp) {
  state_ = State::Filling;
  present_.reset();
  played_.reset();
  next_ = newest_ = timestamp;
  waited_ = 0;
  late_in_a_row_ = 0;
}

JitterBuffer::Insert JitterBuffer::insert(rtp::RtpTime timestamp, Law law, std::span<const std::uint8_t> codes) {
  const auto size = static_cast<std::int32_t>(codes.size());
  if (size == 0 || codes.size() > kCapacity / 2) return Insert::Late;
  bool restarted = state_ == State::Idle;
  if (law != law_) restarted = true;  // what is buffered could not be decoded any more
  law_ = law;
  if (restarted) start(timestamp);

  std::int32_t headroom = timestamp - next_;
  const auto capacity = static_cast<std::int32_t>(kCapacity);
  if (headroom < -capacity || headroom + size > capacity) {
    start(timestamp);
    restarted = true;
    headroom = 0;
  } else if (headroom < 0 && state_ == State::Filling && newest_ - timestamp < capacity) {
    next_ = timestamp;  // the first packet was not the first of the stream
    headroom = 0;
  } else if (headroom < 0 && played_[slot(timestamp)]) {
    return Insert::Duplicate;
  } else if (headroom < 0) {
    grow_ = true;
    note_headroom(headroom);
    if (++late_in_a_row_ < kMostLate) return Insert::Late;
    target_ = std::min(max_, target_ + kFrame);
    start(timestamp);
    restarted = true;
  }
  late_in_a_row_ = 0;
  if (state_ == State::Playing) note_headroom(headroom);
  if (present_[slot(timestamp)] && present_[slot(timestamp + static_cast<std::uint32_t>(size - 1))])
    return Insert::Duplicate;
  for (std::int32_t i = 0; i < size; ++i) {
    const std::size_t at = slot(timestamp + static_cast<std::uint32_t>(i));
    ring_[at] = codes[static_cast<std::size_t>(i)];
    present_[at] = true;
  }
  if (const auto end = timestamp + static_cast<std::uint32_t>(size); end - newest_ > 0) newest_ = end;
  return restarted ? Insert::Restarted : Insert::Kept;
}

void JitterBuffer::note_headroom(std::int32_t samples) {
  least_headroom_ = any_headroom_ ? std::min(least_headroom_, samples) : samples;
  any_headroom_ = true;
  mean_headroom_ += (samples - mean_headroom_) / 16;
}

void JitterBuffer::begin_playing() {
  state_ = State::Playing;
  // After a stall the packets come as one burst: only the newest `target_` of them are worth the wait.
  if (newest_ - next_ > target_ + kFrame) {
    const auto skipped = static_cast<std::uint32_t>(newest_ - next_ - target_);
    for (std::uint32_t i = 0; i < skipped; ++i) present_[slot(next_ + i)] = false;
    next_ += skipped;
  }
  mean_headroom_ = std::max(0, newest_ - next_ - kFrame);  // of the newest packet, for 20 ms packets
  any_headroom_ = grow_ = shrink_ = false;
  reads_ = concealed_in_a_row_ = 0;
}

JitterBuffer::Read JitterBuffer::read(Frame& out) {
  if (state_ == State::Filling) {
    waited_ += kFrame;
    if (waited_ > target_) begin_playing();
  }
  if (state_ != State::Playing) {
    out.fill(0);
    return Read::Silence;
  }
  if (++reads_ == kReadsOfASecond) adapt();
  if (grow_) {
    grow_ = false;
    if (mean_headroom_ + kFrame <= max_) {
      mean_headroom_ += kFrame;
      return conceal(out);  // without moving on: all that follows waits a frame longer
    }
  }
  const bool all = take(next_, out);
  next_ += kFrameSamples;
  if (!all) return conceal(out);
  if (shrink_) skip_a_frame(out);
  concealed_in_a_row_ = 0;
  last_ = out;
  return Read::Audio;
}

void JitterBuffer::adapt() {
  reads_ = 0;
  // A whole second in which no packet came closer than two frames before its turn, and we are above the least delay; or
  // the sender's clock runs faster than ours and the delay has crept over the largest.
  const bool roomy = adaptive_ && any_headroom_ && least_headroom_ > 2 * kFrame && mean_headroom_ - kFrame >= min_;
  shrink_ = roomy || mean_headroom_ > max_ + kFrame;
  any_headroom_ = false;
}

// Copies the frame at `from` out of the ring and frees it; false when a sample of it is missing.
bool JitterBuffer::take(rtp::RtpTime from, Frame& out) {
  bool all = true;
  for (std::size_t i = 0; i < kFrameSamples; ++i) {
    const std::size_t at = slot(from + static_cast<std::uint32_t>(i));
    played_[at] = present_[at];
    if (present_[at]) {
      out[i] = decode(law_, ring_[at]);
      present_[at] = false;
    } else {
      all = false;
    }
  }
  return all;
}

JitterBuffer::Read JitterBuffer::conceal(Frame& out) {
  if (++concealed_in_a_row_ > kMostConcealed) {
    // Only a stream with nothing ahead has ended; a long gap with audio behind it is played through.
    if (newest_ - next_ <= 0) {
      reset();
      out.fill(0);
      return Read::Silence;
    }
  }
  // The frame before at full level for 20 ms, then 6 dB less each time.
  const int shift = std::min(concealed_in_a_row_ - 1, 15);
  for (std::size_t i = 0; i < kFrameSamples; ++i) out[i] = static_cast<std::int16_t>(last_[i] / (1 << shift));
  return Read::Concealed;
}

// Lets `current` glide into the frame after it, so that one of the two is gone without a click.
void JitterBuffer::skip_a_frame(Frame& current) {
  Frame following;
  if (newest_ - next_ < kFrame) return;
  if (!take(next_, following)) following = current;
  next_ += kFrameSamples;
  shrink_ = false;
  mean_headroom_ -= kFrame;
  for (std::size_t i = 0; i < kFrameSamples; ++i) {
    const auto weight = static_cast<std::int32_t>(i);
    current[i] = static_cast<std::int16_t>((current[i] * (kFrame - weight) + following[i] * weight) / kFrame);
  }
}

}  // namespace offhook::media
