// Nonces without memory. RFC 7616 §5.4.
//
// The keyed hash is SipHash-2-4 with 128 bits: made for short inputs under a secret key, and a twentieth of what an
// HMAC costs. A nonce is no secret; it only has to be ours.
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <charconv>
#include <utility>

#include "sip/digest.hpp"

namespace offhook::sip {
namespace {

constexpr std::size_t kNumber = 16, kMac = 32;  // hex digits
static_assert(NonceMaker::kLength == 2 * kNumber + kMac);

// A constant of the process, as the hash functions are.
EVP_MAC* keyed_hash() {
  static EVP_MAC* const function = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
  return function;
}

void put_number(HexDigest& out, std::uint64_t value) {
  for (unsigned shift = 64; shift != 0; shift -= 8) out.append(static_cast<unsigned char>(value >> (shift - 8)));
}

std::optional<std::uint64_t> number(std::string_view hex_text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(hex_text.data(), hex_text.data() + hex_text.size(), value, 16);
  if (error != std::errc{} || end != hex_text.data() + hex_text.size()) return std::nullopt;
  return value;
}

}  // namespace

NonceMaker::NonceMaker(std::string_view secret) : context_(EVP_MAC_CTX_new(keyed_hash())) {
  // The secret may have any length; the key is the front of its hash.
  const HexDigest hash = Hasher().hash(DigestAlgorithm::Sha256, secret);
  for (std::size_t i = 0; i < key_.size(); ++i)
    key_[i] = static_cast<unsigned char>(number(hash.view().substr(2 * i, 2)).value_or(0));
}

NonceMaker::~NonceMaker() { EVP_MAC_CTX_free(context_); }

NonceMaker::NonceMaker(NonceMaker&& other) noexcept
    : key_(other.key_), context_(std::exchange(other.context_, nullptr)) {}

NonceMaker& NonceMaker::operator=(NonceMaker&& other) noexcept {
  key_ = other.key_;
  std::swap(context_, other.context_);
  return *this;
}

HexDigest NonceMaker::mac(std::string_view text) const {
  HexDigest out;
  std::array<unsigned char, kMac / 2> octets;
  std::size_t size = 0;
  if (context_ == nullptr || EVP_MAC_init(context_, key_.data(), key_.size(), nullptr) != 1 ||
      EVP_MAC_update(context_, reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1 ||
      EVP_MAC_final(context_, octets.data(), &size, octets.size()) != 1 || size != octets.size())
    return out;
  for (const unsigned char octet : octets) out.append(octet);
  return out;
}

std::string NonceMaker::make(std::uint64_t at, std::uint64_t salt) const {
  HexDigest front;
  put_number(front, at);
  put_number(front, salt);
  std::string out;
  out.reserve(kLength);
  out += front.view();
  const HexDigest keyed = mac(out);
  out += keyed.view();
  return out;
}

std::optional<NonceMaker::Nonce> NonceMaker::check(std::string_view nonce) const {
  if (nonce.size() != kLength) return std::nullopt;
  const HexDigest expected = mac(nonce.substr(0, 2 * kNumber));
  const std::string_view received = nonce.substr(2 * kNumber);
  if (expected.view().size() != received.size() ||
      CRYPTO_memcmp(expected.view().data(), received.data(), received.size()) != 0)
    return std::nullopt;
  const auto at = number(nonce.substr(0, kNumber)), salt = number(nonce.substr(kNumber, kNumber));
  if (!at || !salt) return std::nullopt;
  return Nonce{*at, *salt};
}

}  // namespace offhook::sip
