#include "srtp_keys.hpp"

#include <algorithm>
#include <array>

namespace offhook::ua {
namespace {

using sdp::CryptoSuite;

constexpr std::array kKnown{CryptoSuite::AEAD_AES_256_GCM,        CryptoSuite::AEAD_AES_128_GCM,
                            CryptoSuite::AES_256_CM_HMAC_SHA1_80, CryptoSuite::AES_256_CM_HMAC_SHA1_32,
                            CryptoSuite::AES_CM_128_HMAC_SHA1_80, CryptoSuite::AES_CM_128_HMAC_SHA1_32};

bool is_aead(CryptoSuite suite) {
  return suite == CryptoSuite::AEAD_AES_128_GCM || suite == CryptoSuite::AEAD_AES_256_GCM;
}

sdp::KeyMaterial draw(CryptoSuite suite, Random& random) {
  sdp::KeyMaterial out;
  out.size = static_cast<std::uint8_t>(sdp::key_size(suite));
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < out.size; ++i) {
    if (i % 8 == 0) bits = random.next();
    out.bytes[i] = static_cast<std::uint8_t>(bits >> (i % 8 * 8));
  }
  return out;
}

}  // namespace

std::vector<sdp::LocalCrypto> draw_keys(const SrtpSettings& settings, Random& random) {
  std::vector<sdp::LocalCrypto> out;
  if (settings.use == sdp::Srtp::Off) return out;
  const auto add = [&](CryptoSuite suite, bool offered) {
    sdp::LocalCrypto line{suite, {}, offered};
    line.key.material = draw(suite, random);
    if (settings.lifetime != 0) line.key.lifetime = std::uint64_t{1} << std::min(settings.lifetime, 48U);
    // An AEAD always encrypts (RFC 7714 §14.3).
    line.key.unencrypted_rtp = settings.unencrypted_rtp && !is_aead(suite);
    line.key.unencrypted_rtcp = settings.unencrypted_rtcp && !is_aead(suite);
    out.push_back(std::move(line));
  };
  for (const CryptoSuite suite : settings.offered) add(suite, true);
  for (const CryptoSuite suite : kKnown)
    if (std::ranges::find(settings.offered, suite) == settings.offered.end()) add(suite, false);
  return out;
}

std::optional<sdp::LocalDtls> draw_dtls(const SrtpSettings& settings, Random& random) {
  if (settings.use == sdp::Srtp::Off || settings.fingerprint.empty()) return std::nullopt;
  // 120 bits for a name of the association, 24 for that of the agent, 128 for its password, at the least.
  constexpr std::size_t kId = 24, kUfrag = 8, kPassword = 26;
  return sdp::LocalDtls{settings.fingerprint, settings.offer_dtls, random.token(kId), random.token(kUfrag),
                        random.token(kPassword)};
}

}  // namespace offhook::ua
