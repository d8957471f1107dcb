// Nonces without memory. RFC 7616 §5.4.
//
// The keyed hash is SipHash-2-4 with 128 bits: made for short inputs under a secret key, and a twentieth of what an
// HMAC costs. A nonce is no secret; it only has to be ours.
#include <openssl/crypto.h>

#include <charconv>

#include "sip/digest.hpp"

namespace offhook::sip {
namespace {

constexpr std::size_t kNumber = 16, kMac = 32;  // hex digits
static_assert(NonceMaker::kLength == 2 * kNumber + kMac);

void put_number(HexDigest& out, std::uint64_t value) {
  for (unsigned shift = 64; shift != 0; shift -= 8) out.append(static_cast<unsigned char>(value >> (shift - 8)));
}

std::optional<std::uint64_t> number(std::string_view hex_text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(hex_text.data(), hex_text.data() + hex_text.size(), value, 16);
  if (error != std::errc{} || end != hex_text.data() + hex_text.size()) return std::nullopt;
  return value;
}

// A key and a hash are octets, of a word the lowest first: the nodes of a cluster agree, whatever they run on.
std::uint64_t key_word(std::string_view hex_text) {
  std::uint64_t out = 0;
  for (unsigned i = 0; i < 8; ++i) out |= number(hex_text.substr(std::size_t{2} * i, 2)).value_or(0) << (8 * i);
  return out;
}

void put_word(HexDigest& out, std::uint64_t word) {
  for (unsigned shift = 0; shift < 64; shift += 8) out.append(static_cast<unsigned char>(word >> shift));
}

}  // namespace

NonceMaker::NonceMaker(std::string_view secret) {
  // The secret may have any length; the key is the front of its hash.
  const HexDigest hash = Hasher().hash(DigestAlgorithm::Sha256, secret);
  key_ = {key_word(hash.view()), key_word(hash.view().substr(kNumber))};
}

HexDigest NonceMaker::mac(std::string_view text) const {
  const SipHash128 hash = siphash128(key_, text);
  HexDigest out;
  put_word(out, hash.first);
  put_word(out, hash.second);
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
