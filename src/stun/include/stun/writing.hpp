// How messages are written, by this module and by those that have methods of their own.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "stun/message.hpp"

namespace offhook::stun {

inline constexpr std::size_t kHeader = 20;
inline constexpr std::size_t kFingerprintSize = 8;  // as an attribute

[[nodiscard]] std::string header(Class message_class, std::uint16_t method, const TransactionId& id);
// That of what is there, and of `extra` octets to come.
void put_length(std::string& message, std::size_t extra = 0);
void put_attribute(std::string& message, std::uint16_t type, std::string_view value);
void put_fingerprint(std::string& message);
[[nodiscard]] std::string address_value(const Endpoint& endpoint, const TransactionId* xored_with);

}  // namespace offhook::stun
