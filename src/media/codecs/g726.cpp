// G.726 at 16, 24, 32 and 40 kbit/s, RFC 3551 §4.5.4: code words from the least significant bit of each octet on. (The
// other order, that of AAL2, has names of its own: AAL2-G726-32.)
#include "codecs/concealer.hpp"
#include "codecs/rows.hpp"

namespace offhook::media {
namespace {

struct Free {
  void operator()(g726_state_t* state) const { g726_free(state); }
};
using State = std::unique_ptr<g726_state_t, Free>;

State make_state(std::size_t bits) {
  return State(g726_init(nullptr, static_cast<int>(bits * 8000), G726_ENCODING_LINEAR, G726_PACKING_RIGHT));
}

template <std::size_t bits>
class G726Encoder final : public Encoder {
 public:
  void encode(std::span<const std::int16_t> samples, std::vector<std::uint8_t>& out) override {
    const std::size_t at = out.size();
    out.resize(at + samples.size() * bits / 8);  // packets hold multiples of 8 samples: whole octets
    g726_encode(state_.get(), out.data() + at, samples.data(), static_cast<int>(samples.size()));
  }

 private:
  State state_ = make_state(bits);
};

template <std::size_t bits>
class G726Decoder final : public Decoder {
 public:
  [[nodiscard]] std::size_t samples_in(Payload payload) const override {
    // §4.5.4: a packet holds a whole number of octets filled by code words, 8 samples at a time.
    if (payload.size() % bits != 0 || payload.size() > kMostPacketMilliseconds * bits) return 0;
    return payload.size() / bits * 8;
  }
  void decode(Payload payload, std::span<std::int16_t> out) override {
    g726_decode(state_.get(), out.data(), payload.data(), static_cast<int>(payload.size()));
    concealer_.heard(out);
  }
  void conceal(std::span<std::int16_t> out, Payload) override { concealer_.fill(out); }

 private:
  State state_ = make_state(bits);
  Concealer concealer_;
};

}  // namespace

const Codec kG726At16 = narrow_band<G726Encoder<2>, G726Decoder<2>>("G726-16");
const Codec kG726At24 = narrow_band<G726Encoder<3>, G726Decoder<3>>("G726-24");
const Codec kG726At32 = narrow_band<G726Encoder<4>, G726Decoder<4>>("G726-32");
const Codec kG726At40 = narrow_band<G726Encoder<5>, G726Decoder<5>>("G726-40");

}  // namespace offhook::media
