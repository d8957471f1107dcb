// A BIO of whole datagrams in memory: gives out the one that it is lent, hands over each that OpenSSL writes.
#pragma once
#include <openssl/bio.h>

#include <cstdint>
#include <span>

namespace offhook::dtls {

class DatagramPort {
 public:
  virtual ~DatagramPort() = default;
  // Empty: nothing has arrived.
  virtual std::span<const std::uint8_t> take() = 0;
  virtual void put(std::span<const std::uint8_t> datagram) = 0;
};

// Of `port`, which outlives it. Null when OpenSSL has no memory.
[[nodiscard]] BIO* make_datagram_bio(DatagramPort& port);

}  // namespace offhook::dtls
