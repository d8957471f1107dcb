// The ciphers of libsrtp by OpenSSL, whatever the library was built with. Distributions build it on NSS, whose search
// for a session takes longer the more calls there are: 30 µs a packet at 2,000 calls (docs/performance.md).
#pragma once

namespace offhook::rtp {

// Replaces libsrtp's AES in counter mode and GCM (RFC 3711 §4.1.1, RFC 6188, RFC 7714) and HMAC-SHA1 for the process;
// libsrtp tries each on known answers first. Once, after srtp_init() and before the first context; false: it would not.
[[nodiscard]] bool use_openssl_ciphers();

}  // namespace offhook::rtp
