#include "dtls/identity.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>

#include "sdp/dtls.hpp"

namespace offhook::dtls {
namespace {

constexpr long kVersion3 = 2;
constexpr int kSerialBits = 63;
// Browsers name nobody either.
constexpr std::string_view kName = "WebRTC";

// Another for each key.
bool set_serial(X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = digest.size();
  if (X509_pubkey_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return false;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | digest[i];
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number >> (64 - kSerialBits)) == 1;
}

bool describe(X509* certificate, EVP_PKEY* key) {
  X509_NAME* name = X509_get_subject_name(certificate);
  return X509_set_version(certificate, kVersion3) == 1 && X509_set_pubkey(certificate, key) == 1 &&
         set_serial(certificate) && ASN1_TIME_set_string(X509_getm_notBefore(certificate), "20000101000000Z") == 1 &&
         ASN1_TIME_set_string(X509_getm_notAfter(certificate), "99991231235959Z") == 1 &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(kName.data()),
                                    static_cast<int>(kName.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 && X509_sign(certificate, key, EVP_sha256()) > 0;
}

}  // namespace

void Identity::FreeKey::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }
void Identity::FreeCertificate::operator()(x509_st* certificate) const { X509_free(certificate); }

Result<std::shared_ptr<const Identity>> Identity::make() {
  std::shared_ptr<Identity> out(new Identity);
  out->key_.reset(EVP_EC_gen("P-256"));
  out->certificate_.reset(X509_new());
  if (!out->key_ || !out->certificate_ || !describe(out->certificate_.get(), out->key_.get()))
    return fail(Module::Media, "OpenSSL makes no certificate");
  std::array<unsigned char, 32> digest{};
  unsigned size = digest.size();
  if (X509_digest(out->certificate_.get(), EVP_sha256(), digest.data(), &size) != 1)
    return fail(Module::Media, "OpenSSL has no SHA-256");
  sdp::Fingerprint fingerprint;
  fingerprint.hash = "sha-256";
  for (const unsigned char byte : digest) fingerprint.bytes.push_back(byte);
  out->fingerprint_ = fingerprint.text();
  return std::shared_ptr<const Identity>(std::move(out));
}

}  // namespace offhook::dtls
