// A phone's certificate for DTLS: self-signed, ECDSA on P-256, made anew when the phone starts and known by its
// fingerprint alone (RFC 5763 §5). Its validity says nothing (RFC 5280 §4.1.2.5): nobody checks it.
// Its key, and what a handshake draws, come from OpenSSL's own generator: a seeded Random would give the key away, and
// OpenSSL takes no other for one connection. What is sent when does not depend on it.
#pragma once
#include <memory>
#include <string>

#include "base/result.hpp"

struct evp_pkey_st;
struct x509_st;

namespace offhook::dtls {

// Never changes: threads may share it.
class Identity {
 public:
  // An Error when OpenSSL has no P-256.
  [[nodiscard]] static Result<std::shared_ptr<const Identity>> make();

  // "sha-256 AB:CD:…", as it stands behind "a=fingerprint:".
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }
  [[nodiscard]] evp_pkey_st* key() const { return key_.get(); }
  [[nodiscard]] x509_st* certificate() const { return certificate_.get(); }

 private:
  struct FreeKey {
    void operator()(evp_pkey_st* key) const;
  };
  struct FreeCertificate {
    void operator()(x509_st* certificate) const;
  };
  Identity() = default;
  std::unique_ptr<evp_pkey_st, FreeKey> key_;
  std::unique_ptr<x509_st, FreeCertificate> certificate_;
  std::string fingerprint_;
};

}  // namespace offhook::dtls
