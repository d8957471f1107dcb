// The peer's address as its connectivity checks find it: a lite agent (RFC 8445 §2.5) with one host candidate, which
// answers checks and sends to the pair that the other agent chooses. Consent is the other agent's to ask (RFC 7675).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/endpoint.hpp"
#include "sdp/offer_answer.hpp"

namespace offhook::media {

class IceLite {
 public:
  // Other credentials are a restart: the address stays until another is chosen under them (RFC 8445 §9).
  void set(const sdp::IceTerms& terms) { terms_ = terms; }
  // The answer to a STUN datagram that came from there; nothing when there is none.
  [[nodiscard]] std::optional<std::string> receive(Endpoint from, std::span<const std::uint8_t> datagram);
  // The nominated address; before that the first that proved to be the peer's. Nothing: none yet.
  [[nodiscard]] const std::optional<Endpoint>& remote() const { return remote_; }

 private:
  sdp::IceTerms terms_;
  std::optional<Endpoint> remote_;
};

}  // namespace offhook::media
