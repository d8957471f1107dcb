#include "sip/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <charconv>
#include <initializer_list>

#include "base/ascii.hpp"

namespace offhook::sip {
namespace {

const EVP_MD* hash_function(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::Md5: return EVP_md5();
    case DigestAlgorithm::Sha256: return EVP_sha256();
    case DigestAlgorithm::Sha512_256: return EVP_sha512_256();
  }
  return nullptr;
}

std::string hex(const unsigned char* data, std::size_t size) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(size * 2);
  for (std::size_t i = 0; i < size; ++i) {
    out += kHex[data[i] >> 4U];
    out += kHex[data[i] & 15U];
  }
  return out;
}

std::string hex_number(std::uint64_t value) {
  std::array<unsigned char, 8> octets{};
  for (std::size_t i = 0; i < 8; ++i) octets[i] = static_cast<unsigned char>(value >> (56 - 8 * i));
  return hex(octets.data(), octets.size());
}

std::string join(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const auto part : parts) {
    out += part;
    out += ':';
  }
  out.pop_back();
  return out;
}

// In time that depends on the lengths alone.
bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// request-digest. RFC 7616 §3.4.1; without qop the form of RFC 2069 that RFC 3261 §22.4 keeps.
std::string response_of(const Credentials& c, std::string_view ha1_text, std::string_view method) {
  const std::string ha2 = hash_hex(c.algorithm, join({method, c.uri}));
  if (!c.qop_auth) return hash_hex(c.algorithm, join({ha1_text, c.nonce, ha2}));
  return hash_hex(c.algorithm, join({ha1_text, c.nonce, nonce_count_text(c.nc.value_or(0)), c.cnonce, "auth", ha2}));
}

}  // namespace

std::string nonce_count_text(std::uint32_t nc) { return hex_number(nc).substr(8); }

std::string hash_hex(DigestAlgorithm algorithm, std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (EVP_Digest(data.data(), data.size(), out.data(), &size, hash_function(algorithm), nullptr) != 1) return {};
  return hex(out.data(), size);
}

std::string ha1(DigestAlgorithm algorithm, std::string_view user, std::string_view realm, std::string_view password) {
  return hash_hex(algorithm, join({user, realm, password}));
}

Credentials answer_challenge(const Challenge& challenge, std::string_view user, std::string_view ha1,
                             const RequestFacts& request, std::string_view cnonce, std::uint32_t nc) {
  Credentials out;
  out.username = user;
  out.realm = challenge.realm;
  out.nonce = challenge.nonce;
  out.opaque = challenge.opaque;
  out.uri = request.uri;
  out.algorithm = challenge.algorithm;
  out.qop_auth = challenge.qop_auth;
  if (out.qop_auth) {
    out.cnonce = cnonce;
    out.nc = nc;
  }
  out.response = response_of(out, ha1, request.method);
  return out;
}

bool verify(const Credentials& credentials, std::string_view ha1, std::string_view method) {
  const std::string expected = response_of(credentials, ha1, method);
  return !expected.empty() && same(expected, credentials.response);
}

namespace {

constexpr std::size_t kNumber = 16, kMac = 32;  // hex digits of a 64-bit number, and of the shortened keyed hash

std::string mac(std::string_view secret, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &size) == nullptr) {
    return {};
  }
  return hex(out.data(), kMac / 2);
}

std::optional<std::uint64_t> number(std::string_view hex_text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(hex_text.data(), hex_text.data() + hex_text.size(), value, 16);
  if (error != std::errc{} || end != hex_text.data() + hex_text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string NonceMaker::make(std::uint64_t at, std::uint64_t salt) const {
  std::string out = hex_number(at) + hex_number(salt);
  out += mac(secret_, out);
  return out;
}

std::optional<std::uint64_t> NonceMaker::check(std::string_view nonce) const {
  if (nonce.size() != 2 * kNumber + kMac) return std::nullopt;
  const std::string expected = mac(secret_, nonce.substr(0, 2 * kNumber));
  if (expected.empty() || !same(expected, nonce.substr(2 * kNumber))) return std::nullopt;
  return number(nonce.substr(0, kNumber));
}

}  // namespace offhook::sip
