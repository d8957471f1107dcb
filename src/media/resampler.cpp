#include "media/resampler.hpp"

#include <speex/speex_resampler.h>

#include <algorithm>
#include <numeric>

namespace offhook::media {
namespace {

constexpr int kQuality = 4;  // of 10: 80 dB down outside the band, a few µs a frame

struct Free {
  void operator()(SpeexResamplerState* state) const { speex_resampler_destroy(state); }
};
using Handle = std::unique_ptr<SpeexResamplerState, Free>;

Handle make(std::size_t from, std::size_t to, int quality) {
  const std::size_t common = std::gcd(from, to);
  int error = 0;
  return Handle(speex_resampler_init_frac(1, static_cast<spx_uint32_t>(from / common),
                                          static_cast<spx_uint32_t>(to / common), static_cast<spx_uint32_t>(from),
                                          static_cast<spx_uint32_t>(to), quality, &error));
}

// Takes from `in` and fills `out` as far as either goes.
void run(SpeexResamplerState* state, std::span<const std::int16_t>& in, std::span<std::int16_t>& out) {
  auto taken = static_cast<spx_uint32_t>(in.size()), made = static_cast<spx_uint32_t>(out.size());
  speex_resampler_process_int(state, 0, in.data(), &taken, out.data(), &made);
  in = in.subspan(taken);
  out = out.subspan(made);
}

}  // namespace

struct Resampler::State {
  std::size_t from = 0, to = 0;
  Handle handle;
};

Resampler::Resampler() = default;
Resampler::~Resampler() = default;
Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;

void Resampler::process(std::span<const std::int16_t> in, std::span<std::int16_t> out) {
  if (in.size() == out.size()) {
    std::copy(in.begin(), in.end(), out.begin());
    return;
  }
  if (!state_) state_ = std::make_unique<State>();
  if (state_->from * out.size() != state_->to * in.size() || !state_->handle)
    *state_ = {in.size(), out.size(), make(in.size(), out.size(), kQuality)};
  if (state_->handle) run(state_->handle.get(), in, out);
  std::fill(out.begin(), out.end(), std::int16_t{0});  // what the filter still keeps: nothing, for whole frames
}

std::vector<std::int16_t> resample(std::span<const std::int16_t> in, std::uint32_t from, std::uint32_t to) {
  std::vector<std::int16_t> out(static_cast<std::size_t>(std::uint64_t{in.size()} * to / from));
  if (from == to) {
    std::copy(in.begin(), in.end(), out.begin());
    return out;
  }
  const Handle handle = make(from, to, SPEEX_RESAMPLER_QUALITY_DEFAULT + 2);
  if (!handle) return out;
  speex_resampler_skip_zeros(handle.get());
  std::span<std::int16_t> rest(out);
  run(handle.get(), in, rest);
  const std::vector<std::int16_t> tail(from / 10);
  std::span<const std::int16_t> silence(tail);
  run(handle.get(), silence, rest);
  return out;
}

}  // namespace offhook::media
