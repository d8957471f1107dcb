// What all associations of the process have in common: OpenSSL's context, which is set up once and then only read.
#pragma once
#include <openssl/ssl.h>

#include "sdp/crypto.hpp"

namespace offhook::dtls {

// What OpenSSL asks of an association while it works.
class Judge {
 public:
  virtual ~Judge() = default;
  [[nodiscard]] virtual bool accepts(X509* certificate) = 0;
  // DTLS_set_timer_cb: how long the timer runs, in microseconds; 0 before: a flight begins.
  [[nodiscard]] virtual unsigned timer(unsigned before) = 0;
};

// A connection of DTLS 1.2 that demands a certificate of its peer and lets the judge, who outlives it, say whether it
// is the right one; with our SRTP profiles. Null when OpenSSL cannot.
[[nodiscard]] SSL* make_connection(Judge& judge);

// Unknown: none that we have.
[[nodiscard]] sdp::CryptoSuite suite_of_profile(unsigned long id);

}  // namespace offhook::dtls
