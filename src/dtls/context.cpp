#include "context.hpp"

#include <memory>

#include <openssl/srtp.h>

#include "dtls/association.hpp"

namespace offhook::dtls {
namespace {

// ECDHE with a certificate of either kind; RSA is what others may have.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:!aNULL:!eNULL:!PSK";
constexpr const char* kGroups = "X25519:P-256:P-384";
// RFC 5764 §4.1.2, RFC 7714 §14.2; the strongest first.
constexpr const char* kProfiles =
    "SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80:SRTP_AES128_CM_SHA1_32";

int judge_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

Judge* judge_of(const SSL* ssl) { return static_cast<Judge*>(SSL_get_ex_data(ssl, judge_index())); }

// In place of a chain of authorities: nobody has signed these.
int verify(X509_STORE_CTX* store, void* /*unused*/) {
  const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  Judge* judge = ssl == nullptr ? nullptr : judge_of(ssl);
  X509* certificate = X509_STORE_CTX_get0_cert(store);
  if (judge != nullptr && certificate != nullptr && judge->accepts(certificate)) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

unsigned timer(SSL* ssl, unsigned before) { return judge_of(ssl)->timer(before); }

SSL_CTX* make_context() {
  SSL_CTX* context = SSL_CTX_new(DTLS_method());
  if (context == nullptr) return nullptr;
  SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_max_send_fragment(context, kMtu);  // the size of each connection's buffer; no record is longer
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, verify, nullptr);
  const bool good = SSL_CTX_set_cipher_list(context, kCiphers) == 1 &&
                    SSL_CTX_set1_groups_list(context, kGroups) == 1 &&
                    SSL_CTX_set_tlsext_use_srtp(context, kProfiles) == 0;  // 0 is good here
  if (good) return context;
  SSL_CTX_free(context);
  return nullptr;
}

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

}  // namespace

SSL* make_connection(Judge& judge) {
  static const std::unique_ptr<SSL_CTX, FreeContext> context(make_context());
  SSL* ssl = context ? SSL_new(context.get()) : nullptr;
  if (ssl == nullptr) return nullptr;
  SSL_set_ex_data(ssl, judge_index(), &judge);
  DTLS_set_timer_cb(ssl, timer);
  SSL_set_mtu(ssl, static_cast<long>(kMtu) - 48);
  return ssl;
}

sdp::CryptoSuite suite_of_profile(unsigned long id) {
  switch (id) {
    case SRTP_AES128_CM_SHA1_80: return sdp::CryptoSuite::AES_CM_128_HMAC_SHA1_80;
    case SRTP_AES128_CM_SHA1_32: return sdp::CryptoSuite::AES_CM_128_HMAC_SHA1_32;
    case SRTP_AEAD_AES_128_GCM: return sdp::CryptoSuite::AEAD_AES_128_GCM;
    case SRTP_AEAD_AES_256_GCM: return sdp::CryptoSuite::AEAD_AES_256_GCM;
    default: return sdp::CryptoSuite::Unknown;
  }
}

}  // namespace offhook::dtls
