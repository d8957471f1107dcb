#include "srtp_ciphers.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <srtp2/auth.h>
#include <srtp2/cipher.h>
#include <srtp2/crypto_types.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>

namespace offhook::rtp {
namespace {

constexpr int kCounterSalt = 14, kGcmSalt = 12, kGcmIv = 12, kBlock = 16, kSha1 = 20;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;
struct FreeMac {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

srtp_err_status_t status(bool good) { return good ? srtp_err_status_ok : srtp_err_status_cipher_fail; }

// What libsrtp holds of a cipher, and ours behind it: one allocation.
template <class State>
struct Cipher {
  srtp_cipher_t head{};
  State state;
};

template <class State>
srtp_err_status_t allocate(const srtp_cipher_type_t& type, srtp_cipher_t** out, int key_length, int tag_length) {
  auto* const cipher = new (std::nothrow) Cipher<State>;
  if (cipher == nullptr) return srtp_err_status_alloc_fail;
  cipher->head = {&type, &cipher->state, key_length, static_cast<int>(type.id)};
  cipher->state.context.reset(EVP_CIPHER_CTX_new());
  cipher->state.tag_length = static_cast<std::size_t>(tag_length);
  *out = &cipher->head;
  return cipher->state.context ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

template <class State>
srtp_err_status_t release(srtp_cipher_t* cipher) {
  delete reinterpret_cast<Cipher<State>*>(cipher);  // `head` is its first member
  return srtp_err_status_ok;
}

// --- Counter mode (RFC 3711 §4.1.1): the key is followed by the salt, which every IV is combined with.

struct Counter {
  CipherContext context;
  std::size_t tag_length = 0;  // none: the tag is the authentication's
  std::array<std::uint8_t, kBlock> salt{};
};

template <const EVP_CIPHER* (*kCipher)(), int kKey>
srtp_err_status_t start_counter(void* state, const std::uint8_t* key) {
  auto& counter = *static_cast<Counter*>(state);
  counter.salt = {};
  std::copy_n(key + kKey, kCounterSalt, counter.salt.begin());
  return status(EVP_EncryptInit_ex(counter.context.get(), kCipher(), nullptr, key, nullptr) == 1);
}

srtp_err_status_t set_counter(void* state, std::uint8_t* iv, srtp_cipher_direction_t) {
  auto& counter = *static_cast<Counter*>(state);
  std::array<std::uint8_t, kBlock> block{};
  for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<std::uint8_t>(iv[i] ^ counter.salt[i]);
  return status(EVP_EncryptInit_ex(counter.context.get(), nullptr, nullptr, nullptr, block.data()) == 1);
}

srtp_err_status_t count(void* state, std::uint8_t* bytes, unsigned* length) {
  int written = 0;
  return status(EVP_EncryptUpdate(static_cast<Counter*>(state)->context.get(), bytes, &written, bytes,
                                  static_cast<int>(*length)) == 1);
}

// --- GCM (RFC 7714): libsrtp makes the IV of salt and index itself; the tag stands behind the ciphertext.

struct Gcm {
  CipherContext context;
  std::size_t tag_length = 16;
};

template <const EVP_CIPHER* (*kCipher)()>
srtp_err_status_t start_gcm(void* state, const std::uint8_t* key) {
  return status(EVP_CipherInit_ex(static_cast<Gcm*>(state)->context.get(), kCipher(), nullptr, key, nullptr, 1) == 1);
}

srtp_err_status_t set_gcm_iv(void* state, std::uint8_t* iv, srtp_cipher_direction_t direction) {
  return status(EVP_CipherInit_ex(static_cast<Gcm*>(state)->context.get(), nullptr, nullptr, nullptr, iv,
                                  direction == srtp_direction_encrypt ? 1 : 0) == 1);
}

srtp_err_status_t add_data(void* state, const std::uint8_t* data, std::uint32_t length) {
  int written = 0;
  return status(EVP_CipherUpdate(static_cast<Gcm*>(state)->context.get(), nullptr, &written, data,
                                 static_cast<int>(length)) == 1);
}

srtp_err_status_t seal(void* state, std::uint8_t* bytes, unsigned* length) {
  auto* const context = static_cast<Gcm*>(state)->context.get();
  int written = 0, rest = 0;
  return status(EVP_EncryptUpdate(context, bytes, &written, bytes, static_cast<int>(*length)) == 1 &&
                EVP_EncryptFinal_ex(context, bytes + *length, &rest) == 1);
}

srtp_err_status_t take_tag(void* state, std::uint8_t* tag, std::uint32_t* length) {
  auto& gcm = *static_cast<Gcm*>(state);
  *length = static_cast<std::uint32_t>(gcm.tag_length);
  return status(EVP_CIPHER_CTX_ctrl(gcm.context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(gcm.tag_length), tag) ==
                1);
}

srtp_err_status_t open(void* state, std::uint8_t* bytes, unsigned* length) {
  auto& gcm = *static_cast<Gcm*>(state);
  auto* const context = gcm.context.get();
  if (*length < gcm.tag_length) return srtp_err_status_bad_param;
  const auto size = static_cast<unsigned>(*length - gcm.tag_length);
  int written = 0, rest = 0;
  if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(gcm.tag_length), bytes + size) != 1 ||
      EVP_DecryptUpdate(context, bytes, &written, bytes, static_cast<int>(size)) != 1)
    return srtp_err_status_cipher_fail;
  *length = size;
  return EVP_DecryptFinal_ex(context, bytes + size, &rest) == 1 ? srtp_err_status_ok : srtp_err_status_auth_fail;
}

// --- HMAC-SHA1 (RFC 2104), of which libsrtp wants the first octets.

struct Hmac {
  srtp_auth_t head{};
  MacContext context;
};

EVP_MAC* hmac() {
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);  // for the process
  return mac;
}

extern const srtp_auth_type_t kHmac;

srtp_err_status_t allocate_hmac(srtp_auth_t** out, int key_length, int tag_length) {
  if (key_length > kSha1 || tag_length > kSha1) return srtp_err_status_bad_param;
  auto* const auth = new (std::nothrow) Hmac;
  if (auth == nullptr) return srtp_err_status_alloc_fail;
  auth->head = {&kHmac, auth, tag_length, key_length, 0};
  auth->context.reset(EVP_MAC_CTX_new(hmac()));
  *out = &auth->head;
  return auth->context ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

srtp_err_status_t release_hmac(srtp_auth_t* auth) {
  delete reinterpret_cast<Hmac*>(auth);  // `head` is its first member
  return srtp_err_status_ok;
}

srtp_err_status_t key_hmac(void* state, const std::uint8_t* key, int length) {
  std::array<char, 5> name{"SHA1"};
  const std::array<OSSL_PARAM, 2> with{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
                                       OSSL_PARAM_construct_end()};
  return status(
      EVP_MAC_init(static_cast<Hmac*>(state)->context.get(), key, static_cast<std::size_t>(length), with.data()) == 1);
}

srtp_err_status_t start_hmac(void* state) {
  return status(EVP_MAC_init(static_cast<Hmac*>(state)->context.get(), nullptr, 0, nullptr) == 1);
}

srtp_err_status_t update_hmac(void* state, const std::uint8_t* bytes, int length) {
  return status(EVP_MAC_update(static_cast<Hmac*>(state)->context.get(), bytes, static_cast<std::size_t>(length)) == 1);
}

srtp_err_status_t finish_hmac(void* state, const std::uint8_t* bytes, int length, int tag_length, std::uint8_t* tag) {
  std::array<std::uint8_t, kSha1> whole{};
  std::size_t written = 0;
  if (tag_length > kSha1 || update_hmac(state, bytes, length) != srtp_err_status_ok ||
      EVP_MAC_final(static_cast<Hmac*>(state)->context.get(), whole.data(), &written, whole.size()) != 1)
    return srtp_err_status_auth_fail;
  std::copy_n(whole.begin(), tag_length, tag);
  return srtp_err_status_ok;
}

// --- Known answers, which libsrtp asks for: RFC 3711 B.2, RFC 6188 §7.1, RFC 2202 case 1, and cases 4 and 16 of the
// paper that defines GCM. Salts of GCM are not part of the cipher: zeros.

template <std::size_t kLength>
constexpr std::array<std::uint8_t, kLength / 2> hex(const char (&text)[kLength]) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::array<std::uint8_t, kLength / 2> out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::uint8_t>(digit(text[2 * i]) * 16 + digit(text[2 * i + 1]));
  return out;
}

std::array<std::uint8_t, kBlock> zero_iv{};  // libsrtp takes it by a pointer that it could write by
constexpr std::array<std::uint8_t, 32> kZeros{};
constexpr auto kCounterKey128 = hex("2b7e151628aed2a6abf7158809cf4f3cf0f1f2f3f4f5f6f7f8f9fafbfcfd");
constexpr auto kCounterStream128 = hex("e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab");
constexpr auto kCounterKey256 =
    hex("57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98f0f1f2f3f4f5f6f7f8f9fafbfcfd");
constexpr auto kCounterStream256 = hex("92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac");
auto gcm_iv = hex("cafebabefacedbaddecaf888");
constexpr auto kGcmKey128 = hex("feffe9928665731c6d6a8f9467308308000000000000000000000000");
constexpr auto kGcmKey256 =
    hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308000000000000000000000000");
constexpr auto kGcmPlain = hex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba"
    "637b39");
constexpr auto kGcmData = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
constexpr auto kGcmSealed128 = hex(
    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d"
    "58e0915bc94fbc3221a5db94fae95ae7121a47");
constexpr auto kGcmSealed256 = hex(
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abc"
    "c9f66276fc6ece0f4e1768cddf8853bb2d551b");
constexpr auto kHmacKey = hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
constexpr auto kHmacData = hex("4869205468657265");
constexpr auto kHmacTag = hex("b617318655057264e28bc0b6fb378c8ef146be00");

template <std::size_t kKey, std::size_t kStream>
srtp_cipher_test_case_t counter_case(const std::array<std::uint8_t, kKey>& key,
                                     const std::array<std::uint8_t, kStream>& stream) {
  return {kKey, key.data(), zero_iv.data(), kStream, kZeros.data(), kStream, stream.data(), 0, nullptr, 0, nullptr};
}
template <std::size_t kKey, std::size_t kSealed>
srtp_cipher_test_case_t gcm_case(const std::array<std::uint8_t, kKey>& key,
                                 const std::array<std::uint8_t, kSealed>& sealed) {
  return {kKey,    key.data(),    gcm_iv.data(),   kGcmPlain.size(), kGcmPlain.data(),
          kSealed, sealed.data(), kGcmData.size(), kGcmData.data(),  16,
          nullptr};
}
const srtp_cipher_test_case_t kCounterCase128 = counter_case(kCounterKey128, kCounterStream128);
const srtp_cipher_test_case_t kCounterCase256 = counter_case(kCounterKey256, kCounterStream256);
const srtp_cipher_test_case_t kGcmCase128 = gcm_case(kGcmKey128, kGcmSealed128);
const srtp_cipher_test_case_t kGcmCase256 = gcm_case(kGcmKey256, kGcmSealed256);
const srtp_auth_test_case_t kHmacCase{kHmacKey.size(), kHmacKey.data(), kHmacData.size(), kHmacData.data(),
                                      kHmacTag.size(), kHmacTag.data(), nullptr};

// --- The types. A context knows its type by address.

template <int kKey>
constexpr const EVP_CIPHER* (*kCounterCipher)() = kKey == 16 ? EVP_aes_128_ctr : EVP_aes_256_ctr;
template <int kKey>
constexpr const EVP_CIPHER* (*kGcmCipher)() = kKey == 16 ? EVP_aes_128_gcm : EVP_aes_256_gcm;

template <int kKey>
const srtp_cipher_type_t& counter_type();
template <int kKey>
srtp_err_status_t allocate_counter(srtp_cipher_t** out, int key_length, int tag_length) {
  if (key_length != kKey + kCounterSalt) return srtp_err_status_bad_param;
  return allocate<Counter>(counter_type<kKey>(), out, key_length, tag_length);
}
template <int kKey>
const srtp_cipher_type_t& counter_type() {
  static const srtp_cipher_type_t type{allocate_counter<kKey>,
                                       release<Counter>,
                                       start_counter<kCounterCipher<kKey>, kKey>,
                                       nullptr,
                                       count,
                                       count,
                                       set_counter,
                                       nullptr,
                                       "AES in counter mode by OpenSSL",
                                       kKey == 16 ? &kCounterCase128 : &kCounterCase256,
                                       kKey == 16 ? SRTP_AES_ICM_128 : SRTP_AES_ICM_256};
  return type;
}

template <int kKey>
const srtp_cipher_type_t& gcm_type();
template <int kKey>
srtp_err_status_t allocate_gcm(srtp_cipher_t** out, int key_length, int tag_length) {
  if (key_length != kKey + kGcmSalt || (tag_length != 8 && tag_length != 16)) return srtp_err_status_bad_param;
  return allocate<Gcm>(gcm_type<kKey>(), out, key_length, tag_length);
}
template <int kKey>
const srtp_cipher_type_t& gcm_type() {
  static const srtp_cipher_type_t type{allocate_gcm<kKey>,
                                       release<Gcm>,
                                       start_gcm<kGcmCipher<kKey>>,
                                       add_data,
                                       seal,
                                       open,
                                       set_gcm_iv,
                                       take_tag,
                                       "AES-GCM by OpenSSL",
                                       kKey == 16 ? &kGcmCase128 : &kGcmCase256,
                                       kKey == 16 ? SRTP_AES_GCM_128 : SRTP_AES_GCM_256};
  return type;
}

const srtp_auth_type_t kHmac{allocate_hmac, release_hmac,           key_hmac,   finish_hmac,   update_hmac,
                             start_hmac,    "HMAC-SHA1 by OpenSSL", &kHmacCase, SRTP_HMAC_SHA1};

template <int kKey>
bool replace() {
  const auto& counter = counter_type<kKey>();
  const auto& gcm = gcm_type<kKey>();
  return srtp_replace_cipher_type(&counter, counter.id) == srtp_err_status_ok &&
         srtp_replace_cipher_type(&gcm, gcm.id) == srtp_err_status_ok;
}

}  // namespace

bool use_openssl_ciphers() {
  return hmac() != nullptr && replace<16>() && replace<32>() &&
         srtp_replace_auth_type(&kHmac, SRTP_HMAC_SHA1) == srtp_err_status_ok;
}

}  // namespace offhook::rtp
