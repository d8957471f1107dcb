// One DTLS association for SRTP keys (RFC 5764) by OpenSSL, without sockets and clocks: datagrams and time in,
// datagrams and keys out. One thread.
//
// The peer's certificate is known by its fingerprint in the description; one that has another fails the handshake, and
// there are no keys before that. Keys by the exporter "EXTRACTOR-dtls_srtp" (RFC 5764 §4.2).
//
// OpenSSL's retransmission timer (DTLSv1_get_timeout) reads the real clock, which the core may not. Its callback for
// the length of the timer makes it run out at once, a few times after each flight: so each flight is written with all
// its retransmissions, which have record numbers of their own and wait here for their time.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "dtls/identity.hpp"
#include "sdp/dtls.hpp"
#include "sdp/offer_answer.hpp"

namespace offhook::dtls {

inline constexpr std::size_t kMtu = 1200;              // of what we send, with all headers
inline constexpr std::size_t kLongestDatagram = 2048;  // longer ones are dropped
// After a flight that is not answered; doubles up to kLongestWait (RFC 6347 §4.2.4.1 has 1 s and 60 s, for the Internet
// of files; two people wait for this one).
inline constexpr milliseconds kFirstWait{250};
inline constexpr seconds kLongestWait{4};
// Then nobody is there.
inline constexpr seconds kPatience{30};

enum class State : std::uint8_t {
  Waiting,  // no keys yet
  Secured,  // keys() are there
  Closed,   // the peer has ended it (close_notify): keys are over
  Failed    // failure() says why: there will be no keys
};

class Association {
 public:
  // `active` sends the ClientHello when it is first woken. `peer`: fingerprints of one hash, its certificate has one.
  Association(std::shared_ptr<const Identity> identity, bool active, std::vector<sdp::CertificateDigest> peer);
  ~Association();
  Association(Association&&) noexcept;
  Association& operator=(Association&&) noexcept;

  // A datagram whose first octet is 20 to 63 (RFC 7983). Whatever is wrong with it is dropped.
  void receive(TimePoint now, std::span<const std::uint8_t> datagram);
  // Begins, and sends again what is due.
  void wake(TimePoint now);
  // Says goodbye (close_notify), once it is secured.
  void close();
  // Each datagram once.
  [[nodiscard]] std::optional<std::vector<std::uint8_t>> poll_transmit();

  [[nodiscard]] State state() const;
  // A sentence for the person; empty unless Failed.
  [[nodiscard]] std::string_view failure() const;
  // From Secured on: of one of AES_CM_128_HMAC_SHA1_80, _32, AEAD_AES_128_GCM, AEAD_AES_256_GCM.
  [[nodiscard]] const std::optional<sdp::SrtpKeys>& keys() const;
  [[nodiscard]] std::optional<TimePoint> deadline() const;

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace offhook::dtls
