#include "dtls/identity.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "sdp/dtls.hpp"

namespace offhook::dtls {
namespace {

TEST(Identity, IsASelfSignedCertificateOnP256) {
  const auto identity = Identity::make();
  ASSERT_TRUE(identity);
  X509* certificate = (*identity)->certificate();
  EXPECT_EQ(X509_verify(certificate, X509_get0_pubkey(certificate)), 1);
  EXPECT_EQ(X509_check_private_key(certificate, (*identity)->key()), 1);
  std::array<char, 32> group{};
  ASSERT_EQ(EVP_PKEY_get_group_name((*identity)->key(), group.data(), group.size(), nullptr), 1);
  EXPECT_STREQ(group.data(), "prime256v1");
}

TEST(Identity, FingerprintIsThatOfItsCertificate) {
  const auto identity = Identity::make();
  ASSERT_TRUE(identity);
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  ASSERT_EQ(X509_digest((*identity)->certificate(), EVP_sha256(), digest.data(), &size), 1);
  const auto fingerprint = sdp::Fingerprint::parse((*identity)->fingerprint());
  ASSERT_TRUE(fingerprint);
  EXPECT_EQ(fingerprint->hash, "sha-256");
  EXPECT_TRUE(std::equal(digest.begin(), digest.end(), fingerprint->bytes.begin(), fingerprint->bytes.end()));
}

TEST(Identity, EachIsAnother) {
  const auto first = Identity::make(), second = Identity::make();
  ASSERT_TRUE(first && second);
  EXPECT_NE((*first)->fingerprint(), (*second)->fingerprint());
}

}  // namespace
}  // namespace offhook::dtls
