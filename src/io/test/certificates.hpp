// Certificates made on the spot: an authority, and what it signs.
#pragma once
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <string>

namespace offhook::io::test {

struct FreeX509 {
  void operator()(X509* x) const { X509_free(x); }
  void operator()(EVP_PKEY* x) const { EVP_PKEY_free(x); }
};
using Certificate = std::unique_ptr<X509, FreeX509>;
using Key = std::unique_ptr<EVP_PKEY, FreeX509>;

struct Signed {
  Certificate certificate;
  Key key;
};

// `alternative` as OpenSSL writes it: "DNS:proxy.example.com,IP:127.0.0.1,URI:sip:example.com". Without `by` it signs
// itself and may sign others.
inline Signed make_certificate(const char* common_name, const std::string& alternative, const Signed* by = nullptr) {
  static long serial = 0;
  Signed out{Certificate(X509_new()), Key(EVP_EC_gen("P-256"))};
  X509* x = out.certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x), -60);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600);
  X509_set_pubkey(x, out.key.get());
  X509_NAME* name = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
  X509_set_issuer_name(x, by != nullptr ? X509_get_subject_name(by->certificate.get()) : name);
  const auto extend = [x](int kind, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
  };
  if (by == nullptr) extend(NID_basic_constraints, "critical,CA:TRUE");
  if (!alternative.empty()) extend(NID_subject_alt_name, alternative.c_str());
  X509_sign(x, by != nullptr ? by->key.get() : out.key.get(), EVP_sha256());
  return out;
}

inline void write_pem(const Signed& from, const std::string& certificate_file, const std::string& key_file) {
  std::FILE* file = std::fopen(certificate_file.c_str(), "w");
  PEM_write_X509(file, from.certificate.get());
  std::fclose(file);
  if (key_file.empty()) return;
  file = std::fopen(key_file.c_str(), "w");
  PEM_write_PrivateKey(file, from.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
}

}  // namespace offhook::io::test
