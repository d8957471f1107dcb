// STUN messages as views: RFC 8489 §5, §14; without the magic cookie the classic form of RFC 3489. What a SIP port
// answers (RFC 5626 §3.5.2), and what asks for one's own address.
//
//   0..1 type · 2..3 length of what follows the header · 4..7 magic cookie · 8..19 transaction id · attributes, each
//   type, length, value, padded to four octets
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/random.hpp"
#include "base/result.hpp"

namespace offhook::stun {

enum class Class : std::uint8_t { Request = 0, Indication = 1, Success = 2, Error = 3 };
inline constexpr std::uint16_t kBinding = 1;

enum AttributeType : std::uint16_t {
  kMappedAddress = 0x0001,
  kErrorCode = 0x0009,
  kUnknownAttributes = 0x000a,
  kXorMappedAddress = 0x0020,
  kSoftware = 0x8022,
  kFingerprint = 0x8028,
};

// Cookie and transaction id together are the 128 bits of RFC 3489: compared and copied as one.
using TransactionId = std::array<std::uint8_t, 16>;

struct Attribute {
  std::uint16_t type = 0;
  std::string_view value;
};

// §6.3: could this datagram be STUN at all? The two top bits are zero, as in no SIP message; the length fits.
[[nodiscard]] bool looks_like_stun(std::string_view datagram);

struct Message {
  Class message_class = Class::Request;
  std::uint16_t method = 0;
  TransactionId id{};
  bool is_classic = false;      // no magic cookie
  std::string_view attributes;  // well formed

  [[nodiscard]] static Result<Message> parse(std::string_view datagram);
  // The next attribute off `rest` (start with attributes).
  [[nodiscard]] static std::optional<Attribute> next(std::string_view& rest);
  [[nodiscard]] std::optional<std::string_view> find(std::uint16_t type) const;
  // Where the server saw us: XOR-MAPPED-ADDRESS, else MAPPED-ADDRESS.
  [[nodiscard]] std::optional<Endpoint> mapped_address() const;
  // What stands in an attribute of the form of XOR-MAPPED-ADDRESS.
  [[nodiscard]] std::optional<Endpoint> xor_address(std::uint16_t type) const;
};

// §14.7: its FINGERPRINT is right, or it has none. `message` is `datagram`, parsed.
[[nodiscard]] bool fingerprint_is_right(std::string_view datagram, const Message& message);

[[nodiscard]] TransactionId new_transaction_id(Random& random);
[[nodiscard]] std::string binding_request(const TransactionId& id);
// The answer to a Binding request from `source`: 420 when it has a comprehension-required attribute that we do not
// know (§6.3.1), in the classic form when the request was; nothing for anything but a Binding request, or when its
// fingerprint is wrong.
[[nodiscard]] std::optional<std::string> answer(std::string_view datagram, const Endpoint& source);

}  // namespace offhook::stun
