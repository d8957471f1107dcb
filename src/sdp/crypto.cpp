#include "sdp/crypto.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace offhook::sdp {
namespace {

struct SuiteRow {
  std::string_view name;
  std::size_t key_size;
};
// In the order of CryptoSuite.
constexpr std::array<SuiteRow, 10> kSuites{{{"", 0},
                                            {"F8_128_HMAC_SHA1_80", 30},
                                            {"AES_CM_128_HMAC_SHA1_32", 30},
                                            {"AES_CM_128_HMAC_SHA1_80", 30},
                                            {"AES_192_CM_HMAC_SHA1_32", 38},
                                            {"AES_192_CM_HMAC_SHA1_80", 38},
                                            {"AES_256_CM_HMAC_SHA1_32", 46},
                                            {"AES_256_CM_HMAC_SHA1_80", 46},
                                            {"AEAD_AES_128_GCM", 28},
                                            {"AEAD_AES_256_GCM", 44}}};

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// "2^20" or "1048576"; more than 2^48 packets no SRTP key may protect (RFC 3711 §9.2).
std::optional<std::uint64_t> parse_lifetime(std::string_view text) {
  const bool power = text.starts_with("2^");
  if (power) text.remove_prefix(2);
  const auto number = parse_number<std::uint64_t>(text);
  if (!number || (*number == 0 && !power)) return std::nullopt;
  if (power) return *number <= 48 ? std::optional(std::uint64_t{1} << *number) : std::nullopt;
  return *number <= (std::uint64_t{1} << 48U) ? number : std::nullopt;
}

bool is_base64(std::string_view text) {
  const auto last = text.find_last_not_of('=');
  if (last == std::string_view::npos || text.size() - last > 3) return false;
  return text.find_first_not_of(kBase64) > last;
}

Result<CryptoKey> parse_key(std::string_view text, std::size_t offset) {
  constexpr std::string_view kInline = "inline:";
  if (text.size() < kInline.size() || !iequals(text.substr(0, kInline.size()), kInline))
    return fail(Module::Sdp, "key method is not inline", offset);
  text.remove_prefix(kInline.size());
  CryptoKey key;
  key.key_salt = text.substr(0, text.find('|'));
  if (!is_base64(key.key_salt)) return fail(Module::Sdp, "key is not base64", offset);
  bool first = true;
  for (auto bar = text.find('|'); bar != std::string_view::npos; bar = text.find('|'), first = false) {
    text.remove_prefix(bar + 1);
    const auto part = text.substr(0, text.find('|'));
    const auto colon = part.find(':');
    if (colon == std::string_view::npos) {
      key.lifetime = parse_lifetime(part);
      if (!key.lifetime || !first) return fail(Module::Sdp, "key lifetime is not 1 to 2^48", offset);
      continue;
    }
    const auto length = parse_number<std::uint8_t>(part.substr(colon + 1));
    key.mki = part.substr(0, colon);
    const bool digits = !key.mki.empty() && std::all_of(key.mki.begin(), key.mki.end(), is_digit);
    if (!digits || !length || *length == 0 || *length > 128 || text.size() != part.size())
      return fail(Module::Sdp, "MKI is not <value>:<1 to 128>", offset);
    key.mki_length = *length;
  }
  return key;
}

std::string key_text(const CryptoKey& key) {
  std::string out = "inline:" + std::string(key.key_salt);
  if (key.lifetime) {
    const std::uint64_t n = *key.lifetime;
    const bool power = (n & (n - 1)) == 0;
    out += power ? "|2^" + std::to_string(__builtin_ctzll(n)) : '|' + std::to_string(n);
  }
  if (key.mki_length != 0) out += '|' + std::string(key.mki) + ':' + std::to_string(key.mki_length);
  return out;
}

}  // namespace

std::string_view crypto_suite_text(CryptoSuite suite) { return kSuites[static_cast<std::size_t>(suite)].name; }

CryptoSuite parse_crypto_suite(std::string_view text) {
  for (std::size_t i = 1; i < kSuites.size(); ++i)
    if (iequals(kSuites[i].name, text)) return static_cast<CryptoSuite>(i);
  return CryptoSuite::Unknown;
}

std::size_t key_size(CryptoSuite suite) { return kSuites[static_cast<std::size_t>(suite)].key_size; }

std::optional<KeyMaterial> KeyMaterial::from_base64(std::string_view text) {
  if (!is_base64(text)) return std::nullopt;
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  KeyMaterial out;
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : text) {
    bits = (bits << 6U) | static_cast<std::uint32_t>(kBase64.find(c));
    have += 6;
    if (have < 8) continue;
    have -= 8;
    if (out.size == out.bytes.size()) return std::nullopt;
    out.bytes[out.size++] = static_cast<std::uint8_t>(bits >> have);
  }
  return out;
}

KeyMaterial KeyMaterial::of(std::span<const std::uint8_t> bytes) {
  KeyMaterial out;
  out.size = static_cast<std::uint8_t>(std::min(bytes.size(), out.bytes.size()));
  std::copy_n(bytes.begin(), out.size, out.bytes.begin());
  return out;
}

std::string KeyMaterial::base64() const {
  std::string out;
  for (std::size_t i = 0; i < size; i += 3) {
    const auto at = [&](std::size_t k) { return i + k < size ? std::uint32_t{bytes[i + k]} : 0U; };
    const std::uint32_t bits = (at(0) << 16U) | (at(1) << 8U) | at(2);
    for (std::size_t k = 0; k < 4; ++k) out += i + k <= size ? kBase64[(bits >> (18 - 6 * k)) & 63U] : '=';
  }
  return out;
}

Result<Crypto> Crypto::parse(std::string_view value, std::size_t offset) {
  const char* const begin = value.data();
  Crypto out;
  const auto tag = next_word(value);
  const auto number = parse_number<std::uint32_t>(tag);
  if (!number || tag.size() > 9) return fail(Module::Sdp, "crypto tag is not 1 to 9 digits", offset);
  out.tag = *number;
  out.suite_name = next_word(value);
  out.suite = parse_crypto_suite(out.suite_name);
  auto keys = next_word(value);
  if (keys.empty()) return fail(Module::Sdp, "crypto line is not <tag> <suite> <keys>", offset);
  for (bool more = true; more;) {
    const auto semicolon = keys.find(';');
    const auto key = parse_key(keys.substr(0, semicolon), offset + static_cast<std::size_t>(keys.data() - begin));
    if (!key) return tl::unexpected(key.error());
    out.keys.push_back(*key);
    more = semicolon != std::string_view::npos;
    if (more) keys.remove_prefix(semicolon + 1);
  }
  out.session_parameters = Words(value);
  return out;
}

std::string Crypto::text() const {
  std::string out = std::to_string(tag) + ' ' + std::string(suite_name) + ' ';
  for (std::size_t i = 0; i < keys.size(); ++i) out += (i == 0 ? "" : ";") + key_text(keys[i]);
  for (const auto parameter : session_parameters) (out += ' ') += parameter;
  return out;
}

std::optional<std::string> SrtpKey::mki_bytes() const {
  constexpr std::size_t kMostDigits = 309;  // of 128 bytes
  if (mki.size() > kMostDigits || mki.starts_with('0')) return std::nullopt;
  std::string out(mki_length, '\0');
  for (const char digit : mki) {
    unsigned carry = static_cast<unsigned>(digit - '0');
    for (std::size_t i = out.size(); i-- > 0; carry >>= 8U) {
      carry += static_cast<unsigned char>(out[i]) * 10U;
      out[i] = static_cast<char>(carry & 0xFFU);
    }
    if (carry != 0) return std::nullopt;
  }
  return out;
}

std::optional<SrtpKey> Crypto::usable_key() const {
  if (suite == CryptoSuite::Unknown || keys.size() != 1) return std::nullopt;
  SrtpKey out;
  for (const auto parameter : session_parameters) {
    if (parameter == "UNENCRYPTED_SRTP")
      out.unencrypted_rtp = true;
    else if (parameter == "UNENCRYPTED_SRTCP")
      out.unencrypted_rtcp = true;
    else if (!parameter.starts_with("WSH=") && !parameter.starts_with('-'))
      return std::nullopt;  // §6.3.7: "-" may be ignored
  }
  const CryptoKey& key = keys.front();
  const auto material = KeyMaterial::from_base64(key.key_salt);
  if (!material || material->size != key_size(suite)) return std::nullopt;
  out.material = *material;
  out.lifetime = key.lifetime.value_or(0);
  out.mki = key.mki;
  out.mki_length = key.mki_length;
  if (!out.mki_bytes()) return std::nullopt;
  return out;
}

std::string crypto_text(std::uint32_t tag, CryptoSuite suite, const SrtpKey& key) {
  const std::string base64 = key.material.base64();
  std::string parameters;
  if (key.unencrypted_rtp) parameters += "UNENCRYPTED_SRTP ";
  if (key.unencrypted_rtcp) parameters += "UNENCRYPTED_SRTCP ";
  if (!parameters.empty()) parameters.pop_back();
  Crypto line;
  line.tag = tag;
  line.suite_name = crypto_suite_text(suite);
  line.suite = suite;
  line.keys.push_back(
      {base64, key.lifetime == 0 ? std::nullopt : std::optional(key.lifetime), key.mki, key.mki_length});
  line.session_parameters = Words(parameters);
  return line.text();
}

}  // namespace offhook::sdp
