// PCMU and PCMA, RFC 3551 §4.5.14: one octet a sample.
#include "codecs/concealer.hpp"
#include "codecs/rows.hpp"
#include "media/g711.hpp"

namespace offhook::media {
namespace {

template <Law law>
class G711Encoder final : public Encoder {
 public:
  void encode(std::span<const std::int16_t> samples, std::vector<std::uint8_t>& out) override {
    const std::size_t at = out.size();
    out.resize(at + samples.size());
    media::encode(law, samples, out.data() + at);
  }
};

template <Law law>
class G711Decoder final : public Decoder {
 public:
  [[nodiscard]] std::size_t samples_in(Payload payload) const override {
    return payload.size() <= kMostPacketMilliseconds * 8 ? payload.size() : 0;
  }
  void decode(Payload payload, std::span<std::int16_t> out) override {
    media::decode(law, payload, out.data());
    concealer_.heard(out);
  }
  void conceal(std::span<std::int16_t> out, Payload) override { concealer_.fill(out); }

 private:
  Concealer concealer_;
};

}  // namespace

const Codec kPcmu = narrow_band<G711Encoder<Law::Mu>, G711Decoder<Law::Mu>>("PCMU");
const Codec kPcma = narrow_band<G711Encoder<Law::A>, G711Decoder<Law::A>>("PCMA");

}  // namespace offhook::media
