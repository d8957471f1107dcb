// A DNS message from a server to an answer (RFC 1035 §4): the records of the type that was asked for, whatever CNAMEs
// led to them; the addresses in the additional section; of a negative answer how long it holds (RFC 2308 §5).
#pragma once
#include <cstdint>
#include <span>

#include "transport/dns.hpp"

namespace offhook::io {

// ServFail for bytes that are no answer.
[[nodiscard]] transport::dns::Answer read_dns_message(transport::dns::Type type, std::span<const std::uint8_t> bytes);

}  // namespace offhook::io
