// G.722 at 64 kbit/s, RFC 3551 §4.5.2: 16,000 samples a second, one octet for two of them, an RTP clock of 8000.
#include "codecs/concealer.hpp"
#include "codecs/rows.hpp"

namespace offhook::media {
namespace {

struct Free {
  void operator()(g722_encode_state_t* state) const { g722_encode_free(state); }
  void operator()(g722_decode_state_t* state) const { g722_decode_free(state); }
};
constexpr int kBitRate = 64'000;

class G722Encoder final : public Encoder {
 public:
  void encode(std::span<const std::int16_t> samples, std::vector<std::uint8_t>& out) override {
    const std::size_t at = out.size();
    out.resize(at + samples.size() / 2);
    g722_encode(state_.get(), out.data() + at, samples.data(), static_cast<int>(samples.size()));
  }

 private:
  std::unique_ptr<g722_encode_state_t, Free> state_{g722_encode_init(nullptr, kBitRate, 0)};
};

class G722Decoder final : public Decoder {
 public:
  [[nodiscard]] std::size_t samples_in(Payload payload) const override {
    return payload.size() <= kMostPacketMilliseconds * 8 ? payload.size() * 2 : 0;
  }
  void decode(Payload payload, std::span<std::int16_t> out) override {
    g722_decode(state_.get(), out.data(), payload.data(), static_cast<int>(payload.size()));
    concealer_.heard(out);
  }
  void conceal(std::span<std::int16_t> out, Payload) override { concealer_.fill(out); }

 private:
  std::unique_ptr<g722_decode_state_t, Free> state_{g722_decode_init(nullptr, kBitRate, 0)};
  Concealer concealer_;
};

}  // namespace

const Codec kG722{
    "G722",
    8000,
    1,
    fixed_rate<16'000>,
    any_packet_time,
    [](std::string_view, std::string_view) -> std::unique_ptr<Encoder> { return std::make_unique<G722Encoder>(); },
    [](std::string_view) -> std::unique_ptr<Decoder> { return std::make_unique<G722Decoder>(); }};

}  // namespace offhook::media
