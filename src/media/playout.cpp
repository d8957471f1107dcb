#include "playout.hpp"

#include <algorithm>

#include "stretch/time_scale.hpp"

namespace offhook::media {
namespace {

constexpr int kPatience = 10;      // frames of nothing before falling silent
constexpr int kLongPatience = 30;  // where the codec itself has pauses: Opus's DTX speaks every 400 ms

}  // namespace

void Playout::set_rate(std::uint32_t rate) {
  if (rate == rate_) return;
  if (const std::span<const std::int16_t> left = std::span(ready_).subspan(ready_at_); !left.empty()) {
    ready_ = resample(left, rate_, rate);
    ready_at_ = 0;
    ready_gap_ = {};
  }
  rate_ = rate;
}

Playout::Format& Playout::format_of(const Codec& codec, std::string_view ours) {
  for (Format& format : formats_)
    if (format.codec == &codec && format.ours == ours) return format;
  formats_.push_back({&codec, codec.rate(ours), std::string(ours), codec.make_decoder(ours), {}});
  return formats_.back();
}

bool Playout::fits(const Codec& codec, std::string_view ours, Payload payload) {
  return format_of(codec, ours).decoder->samples_in(payload) > 0;
}

JitterBuffer::Insert Playout::insert(const Codec& codec, std::string_view ours, rtp::RtpTime timestamp,
                                     Payload payload) {
  const Format& format = format_of(codec, ours);
  const auto samples = static_cast<std::int64_t>(format.decoder->samples_in(payload));
  const auto number = static_cast<std::uint8_t>(&format - formats_.data());
  packet_time_ = milliseconds(samples * 1000 / format.rate);
  // A packet of before, that comes late, ends no silence.
  const bool after = codec.rtp_clock != kComfortNoiseClock || timestamp - quiet_since_ > 0;
  voice_after_ = voice_after_ || (quiet_ && after);
  return jitter_.insert(
      {timestamp, codec.rtp_clock, number, samples * JitterBuffer::kTicksASecond / format.rate, payload});
}

void Playout::fall_silent(const ComfortNoise& noise, rtp::RtpTime since) {
  if (!noise_) noise_ = std::make_unique<NoiseMaker>();
  noise_->set(noise);
  quiet_ = true;
  quiet_since_ = since;
  voice_after_ = false;
  jitter_.set_patience(0);
}

// The noise lasts until the voice is played again, not only until its first packet is here.
void Playout::be_silent(Frame out) {
  if (quiet_)
    noise_->fill(out);
  else
    std::fill(out.begin(), out.end(), std::int16_t{0});
}

void Playout::reset() {
  quiet_ = voice_after_ = false;
  jitter_.reset();
  ready_.clear();
  ready_at_ = 0;
  ready_gap_ = {};
}

// What comes out of a decoder, to the end of what is ready.
void Playout::append(Format& format, std::span<const std::int16_t> samples) {
  const std::size_t at = ready_.size();
  ready_.resize(at + samples.size() * rate_ / format.rate);
  format.to_session.process(samples, std::span(ready_).subspan(at));
}

// Of the format that plays.
std::size_t Playout::samples_of(const JitterBuffer::Item& item) {
  const Format& format = formats_[playing_];
  return item.missing ? static_cast<std::size_t>(item.duration * format.rate / JitterBuffer::kTicksASecond)
                      : format.decoder->samples_in(item.payload);
}

void Playout::decode(const JitterBuffer::Item& item, std::span<std::int16_t> out) {
  Decoder& decoder = *formats_[playing_].decoder;
  if (!item.missing)
    decoder.decode(item.payload, out);
  else
    decoder.conceal(out, item.format == playing_ ? item.payload : Payload{});
}

void Playout::take(const JitterBuffer::Item& item) {
  std::vector<std::int16_t>& decoded = workspace_->decoded;
  decoded.resize(samples_of(item));
  decode(item, decoded);
  append(formats_[playing_], decoded);
}

// Packets may end at other places than frames for as long as the call lasts: what is played may not pile up.
void Playout::drop_played() {
  if (ready_at_ == 0) return;
  ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(ready_at_));
  ready_gap_ = {ready_gap_.begin - std::min(ready_gap_.begin, ready_at_),
                ready_gap_.end - std::min(ready_gap_.end, ready_at_)};
  ready_at_ = 0;
}

// Fetches a frame from the buffer; true when nothing of it had to be made up.
bool Playout::take_frame(Frame out) {
  drop_played();
  bool all = true;
  while (ready_.size() - ready_at_ < out.size()) {
    const auto wanted = static_cast<std::int64_t>(out.size() - (ready_.size() - ready_at_));
    const auto item = jitter_.next(std::max<std::int64_t>(wanted * JitterBuffer::kTicksASecond / rate_, 1));
    if (item.missing)
      all = false;
    else
      playing_ = item.format;
    if (ready_.empty() && formats_[playing_].rate == rate_ && samples_of(item) == out.size()) {
      decode(item, out);  // a packet of one frame, as most are
      if (item.missing) gap_ = {0, out.size()};
      return all;
    }
    const std::size_t before = ready_.size();
    take(item);
    if (!item.missing) continue;
    if (ready_.size() == before) ready_.resize(before + 1);  // a gap below one sample
    ready_gap_ = {ready_gap_.empty() ? before : ready_gap_.begin, ready_.size()};
  }
  std::copy_n(ready_.begin() + static_cast<std::ptrdiff_t>(ready_at_), out.size(), out.begin());
  if (const std::size_t end = ready_at_ + out.size(); ready_gap_.begin < end && ready_gap_.end > ready_at_)
    gap_ = {std::max(ready_gap_.begin, ready_at_) - ready_at_, std::min(ready_gap_.end, end) - ready_at_};
  ready_at_ += out.size();
  return all;
}

void Playout::gather(ConstFrame frame, bool more) {
  scaled_.assign(frame.begin(), frame.end());
  if (more) {
    scaled_.resize(2 * frame.size());
    take_frame(std::span(scaled_).last(frame.size()));
  }
  scaled_.insert(scaled_.end(), ready_.begin() + static_cast<std::ptrdiff_t>(ready_at_), ready_.end());
}

void Playout::put_back(Frame out) {
  const auto end = scaled_.begin() + static_cast<std::ptrdiff_t>(std::min(out.size(), scaled_.size()));
  std::copy(scaled_.begin(), end, out.begin());
  const bool holds_gap = ready_gap_.end > ready_at_;
  ready_.assign(end, scaled_.end());
  ready_at_ = 0;
  ready_gap_ = {0, holds_gap ? ready_.size() : 0};
}

Playout::Read Playout::read(Frame out) {
  gap_ = {};
  const auto step = jitter_.begin_frame();
  if (step == JitterBuffer::Step::Silence || formats_.empty()) {
    be_silent(out);
    return Read::Silence;
  }
  if (quiet_ && voice_after_) {
    quiet_ = voice_after_ = false;
    jitter_.set_patience(kPatience);
  }
  const bool stretches = step == JitterBuffer::Step::Stretch;
  if (stretches && !jitter_.has_next() && ready_.size() - ready_at_ < out.size()) {
    // Nothing moves on, only the sound: it is made up in front of what comes, which the codec blends with it.
    Format& format = formats_[playing_];
    std::vector<std::int16_t>& decoded = workspace_->decoded;
    decoded.resize(frame_size(format.rate));
    format.decoder->conceal(decoded, {});
    format.to_session.process(decoded, out);
    gap_ = {0, out.size()};
    return Read::Concealed;
  }
  const bool all = take_frame(out);
  // Who says that he is silent is not missed.
  if (!quiet_) jitter_.set_patience(formats_[playing_].codec->rtp_clock == 48'000 ? kLongPatience : kPatience);
  if (stretches) {
    gather(out, false);
    lengthen(scaled_, out.size(), rate_);
    put_back(out);
  }
  if (!all) return Read::Concealed;
  if (!stretches && jitter_.take_spare()) {
    gather(out, true);
    shorten(scaled_, rate_);
    put_back(out);
  }
  return Read::Audio;
}

}  // namespace offhook::media
