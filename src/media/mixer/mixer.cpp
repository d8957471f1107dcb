#include "media/mixer.hpp"

#include <algorithm>
#include <cmath>

// The loops go by bare pointers that do not overlap: a checked index in them keeps the compiler from its vectors.
namespace offhook::media {
namespace {

constexpr float kKnee = 24'576, kAbove = 32'767 - kKnee;  // three quarters of the scale stay straight
constexpr float kRelease = 1.02F;                         // a frame: 20 dB in two seconds

float power_at(double dbm0) {
  return static_cast<float>(32768.0 * 32768.0 / 2 * std::pow(10.0, (dbm0 - kFullScaleDbm0) / 10));
}

float mean_square(ConstFrame frame) {
  std::uint64_t sum = 0;
  for (const std::int16_t sample : frame) {
    const std::int32_t s = sample;
    sum += static_cast<std::uint32_t>(s * s);
  }
  return static_cast<float>(sum) / static_cast<float>(std::max<std::size_t>(1, frame.size()));
}

// Multiplies by a gain that glides from one value to another.
void scale(ConstFrame in, float from, float to, Frame out) {
  const float step = (to - from) / static_cast<float>(in.size());
  const std::int16_t* const __restrict source = in.data();
  std::int16_t* const __restrict target = out.data();
  const auto size = static_cast<std::int32_t>(in.size());
  for (std::int32_t i = 0; i < size; ++i)
    target[i] = static_cast<std::int16_t>(static_cast<float>(source[i]) * (from + step * static_cast<float>(i)));
}

void add_to(std::int32_t* __restrict sum, const std::int16_t* __restrict frame, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) sum[i] += frame[i];
}

void subtract(const std::int32_t* __restrict sum, const std::int16_t* __restrict own, std::int32_t* __restrict rest,
              std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) rest[i] = sum[i] - own[i];
}

void narrow(const std::int32_t* __restrict sum, std::int16_t* __restrict out, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::int16_t>(sum[i]);
}

// With a gain that glides; what is above the knee is bent.
void bend(const std::int32_t* __restrict sum, float gain, float step, std::int16_t* __restrict out, std::int32_t size) {
  for (std::int32_t i = 0; i < size; ++i) {
    const float x = static_cast<float>(sum[i]) * (gain + step * static_cast<float>(i));
    const float large = std::fabs(x);
    const float straight = large < kKnee ? large : kKnee;
    const float over = large - straight;
    const float bent = straight + kAbove * over / (over + kAbove);
    out[i] = static_cast<std::int16_t>(std::copysign(bent, x));
  }
}

std::int32_t largest_of(std::span<const std::int32_t> sum) {
  std::int32_t out = 0;
  for (const std::int32_t s : sum) out = std::max(out, s < 0 ? -s : s);
  return out;
}

}  // namespace

void limit_softly(std::span<const std::int32_t> sum, float& gain, Frame out) {
  const auto largest = static_cast<float>(largest_of(sum));
  const float before = gain;
  gain = std::min(1.0F, gain * kRelease);
  if (largest * gain > kKnee) gain = kKnee / largest;
  if (largest * std::max(before, gain) <= kKnee && before == 1 && gain == 1) {
    narrow(sum.data(), out.data(), sum.size());
    return;
  }
  bend(sum.data(), before, (gain - before) / static_cast<float>(sum.size()), out.data(),
       static_cast<std::int32_t>(sum.size()));
}

void Mixer::begin(std::size_t samples) {
  samples_ = samples;
  talkers_ = 0;
  said_.clear();
  sum_.assign(samples, 0);
  shared_ready_ = false;
}

void Mixer::add(MixMember& member, ConstFrame frame) {
  static const float kQuiet = power_at(kQuietDbm0), kLoudest = power_at(kLoudestTalkerDbm0);
  const float power = mean_square(frame);
  member.quiet_frames = power < kQuiet ? std::min(member.quiet_frames + 1, 1'000) : 0;
  member.talker = 0;
  if (member.quiet_frames > kHangover) return;
  // Up at once, down within a quarter of a second.
  member.level = std::max(power, member.level + (power - member.level) / 12);
  const float wanted = member.level > kLoudest ? std::sqrt(kLoudest / member.level) : 1.0F;
  const float before = member.talker_gain;
  member.talker_gain = std::min(wanted, before * kRelease);
  member.talker = ++talkers_;
  said_.resize(talkers_ * samples_);
  const Frame kept = std::span(said_).last(samples_);
  if (before == 1 && member.talker_gain == 1)
    std::copy(frame.begin(), frame.end(), kept.begin());
  else
    scale(frame, before, member.talker_gain, kept);
  add_to(sum_.data(), kept.data(), samples_);
}

ConstFrame Mixer::heard_by(MixMember& member) {
  if (member.talker == 0) {
    if (!shared_ready_) {
      shared_.resize(samples_);
      limit_softly(sum_, shared_gain_, shared_);
      shared_ready_ = true;
    }
    member.output_gain = shared_gain_;
    return shared_;
  }
  const std::span<const std::int16_t> own = std::span(said_).subspan((member.talker - 1) * samples_, samples_);
  rest_.resize(samples_);
  subtract(sum_.data(), own.data(), rest_.data(), samples_);
  out_.resize(samples_);
  limit_softly(rest_, member.output_gain, out_);
  return out_;
}

}  // namespace offhook::media
