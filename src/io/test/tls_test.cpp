// What a TLS context accepts of keys.
#include "io/tls.hpp"

#include <gtest/gtest.h>
#include <openssl/rsa.h>
#include <unistd.h>

#include <filesystem>

#include "certificates.hpp"

namespace offhook::io {
namespace {

// A certificate that signs itself with an RSA key of that many bits.
TlsCertificate with_rsa(const std::filesystem::path& folder, unsigned bits) {
  test::Signed made{test::Certificate(X509_new()), test::Key(EVP_RSA_gen(bits))};
  X509* x = made.certificate.get();
  X509_set_version(x, 2);
  X509_gmtime_adj(X509_getm_notBefore(x), -60);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600);
  X509_set_pubkey(x, made.key.get());
  X509_sign(x, made.key.get(), EVP_sha256());
  const std::string stem = folder / std::to_string(bits);
  test::write_pem(made, stem + ".pem", stem + ".key");
  return {stem + ".pem", stem + ".key"};
}

TEST(Tls, ASecurityLevelBoundsTheKeys) {
  const auto folder = std::filesystem::temp_directory_path() / ("offhook-level-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  const auto small = with_rsa(folder, 1024), good = with_rsa(folder, 2048);
  TlsSettings settings;
  settings.certificates = {small};
  const auto refused = TlsContext::load(settings);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text(), "cannot use the certificate: ee key too small (" + small.certificate + ")");
  settings.security_level = 0;
  EXPECT_TRUE(TlsContext::load(settings));
  settings.security_level = 2;
  settings.certificates = {good};
  EXPECT_TRUE(TlsContext::load(settings));
  settings.security_level = 3;
  EXPECT_FALSE(TlsContext::load(settings));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace offhook::io
