// a=crypto (RFC 4568 with the suites of RFC 6188 and 7714): SRTP keys in the description.
//
//   a=crypto:<tag> <suite> inline:<key||salt>["|"lifetime]["|"MKI":"length][;inline:…] [<session parameter> …]
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sdp/inline_list.hpp"
#include "sdp/words.hpp"

namespace offhook::sdp {

enum class CryptoSuite : std::uint8_t {  // the weakest first
  Unknown,
  F8_128_HMAC_SHA1_80,
  AES_CM_128_HMAC_SHA1_32,
  AES_CM_128_HMAC_SHA1_80,
  AES_192_CM_HMAC_SHA1_32,
  AES_192_CM_HMAC_SHA1_80,
  AES_256_CM_HMAC_SHA1_32,
  AES_256_CM_HMAC_SHA1_80,
  AEAD_AES_128_GCM,
  AEAD_AES_256_GCM
};
[[nodiscard]] std::string_view crypto_suite_text(CryptoSuite suite);
[[nodiscard]] CryptoSuite parse_crypto_suite(std::string_view text);  // Unknown for others
// Bytes of master key and salt together; 0 for Unknown.
[[nodiscard]] std::size_t key_size(CryptoSuite suite);

// Master key and salt, one after the other.
struct KeyMaterial {
  std::array<std::uint8_t, 46> bytes{};
  std::uint8_t size = 0;
  [[nodiscard]] static std::optional<KeyMaterial> from_base64(std::string_view text);
  [[nodiscard]] static KeyMaterial of(std::span<const std::uint8_t> bytes);  // of 46 bytes at most
  [[nodiscard]] std::string base64() const;
  friend bool operator==(const KeyMaterial&, const KeyMaterial&) = default;
};

struct CryptoKey {
  std::string_view key_salt;              // base64
  std::optional<std::uint64_t> lifetime;  // packets
  std::string_view mki;                   // decimal; empty when there is none
  std::uint8_t mki_length = 0;            // bytes
  friend bool operator==(const CryptoKey&, const CryptoKey&) = default;
};

// One direction of a session's keys: what stands in the line of the side that sends with it.
struct SrtpKey {
  KeyMaterial material;
  std::uint64_t lifetime = 0;                              // packets; 0: not said, RFC 3711 §9.2 gives 2^48
  std::string mki{};                                       // decimal; empty: packets carry none
  std::uint8_t mki_length = 0;                             // bytes of each packet
  bool unencrypted_rtp = false, unencrypted_rtcp = false;  // only authenticated (§6.3.2)
  // The MKI as packets carry it, `mki_length` bytes; nothing when the number does not fit.
  [[nodiscard]] std::optional<std::string> mki_bytes() const;
  friend bool operator==(const SrtpKey&, const SrtpKey&) = default;
};

struct Crypto {
  std::uint32_t tag = 0;
  std::string_view suite_name;
  CryptoSuite suite = CryptoSuite::Unknown;
  InlineList<CryptoKey, 2> keys;  // never empty after parse()
  Words session_parameters;       // WSH=64, KDR=24, UNENCRYPTED_SRTP, …

  // What stands after "a=crypto:". A line that is well formed but of an unknown suite or key method is an Error too
  // only for the method: nothing but inline is defined for SRTP.
  [[nodiscard]] static Result<Crypto> parse(std::string_view value, std::size_t offset = 0);
  [[nodiscard]] std::string text() const;
  // The key of a line that we can do: suite known, one key of its length, and no session parameter that we do not have
  // (§6.3: such a line must not be accepted). It may say that packets are not encrypted; whether that is wanted is the
  // caller's to judge.
  [[nodiscard]] std::optional<SrtpKey> usable_key() const;
};

// What stands after "a=crypto:" for a key of ours.
[[nodiscard]] std::string crypto_text(std::uint32_t tag, CryptoSuite suite, const SrtpKey& key);

}  // namespace offhook::sdp
