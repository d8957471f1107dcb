// The E-model of ITU-T G.107 for a call between two phones: what codec, loss and delay leave of the quality. All other
// parameters have their default values (no echo to hear but that of TELR 65 dB, quiet rooms). An estimate, not a
// measurement: nobody has listened.
#pragma once
#include <string_view>

#include "base/time.hpp"

namespace offhook::media {

// ITU-T G.113 Appendix I: what a codec takes from R by itself, and how well it stands loss.
struct Impairment {
  double equipment = 0;         // Ie
  double loss_robustness = 25;  // Bpl, with the concealment that we have
};
// By the codec's name in rtpmap. G.113 has no value on this scale for G.722 and Opus, and no Bpl for G.726: these count
// as G.711 with the same concealment.
[[nodiscard]] Impairment impairment_of(std::string_view codec);

struct Transmission {
  Impairment codec;
  double loss_percent = 0;  // lost or too late
  double burst_ratio = 1;   // mean length of the losses, over that of random loss; at least 1 (G.107 §7.5)
  Duration one_way{0};      // from mouth to ear
};
// 0 to 100; 93.2 for G.711 without loss and delay.
[[nodiscard]] double r_factor(const Transmission& transmission);
// G.107 Annex B: the mean opinion score, 1 to 4.5, that belongs to R.
[[nodiscard]] double mos_of(double r);

}  // namespace offhook::media
