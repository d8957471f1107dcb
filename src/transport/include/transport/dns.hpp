// DNS as values: what an engine asks and what the world answers. RFC 1035, RFC 2782 (SRV), RFC 3403 (NAPTR), RFC 2308
// (negative answers). CNAMEs have been followed by the world when an answer arrives.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/endpoint.hpp"
#include "base/time.hpp"

namespace offhook::transport::dns {

enum class Type : std::uint8_t { A, Aaaa, Srv, Naptr };

struct Question {
  std::uint64_t id = 0;
  std::string name;  // lower case, no dot at its end
  Type type = Type::A;
};

struct Srv {
  std::uint16_t priority = 0, weight = 0, port = 0;
  std::string target;  // "." says that the service is decidedly not offered
  friend bool operator==(const Srv&, const Srv&) = default;
};

struct Naptr {
  std::uint16_t order = 0, preference = 0;
  std::string flags, service, regexp, replacement;
  friend bool operator==(const Naptr&, const Naptr&) = default;
};

// All of one type: A and AAAA are addresses.
using Records = std::variant<std::vector<IpAddress>, std::vector<Srv>, std::vector<Naptr>>;

// NoData: the name exists and has nothing of that type.
enum class Outcome : std::uint8_t { NoError, NxDomain, NoData, ServFail, Timeout };

// A record set that came along in the additional section (RFC 2782: the addresses of the targets).
struct Additional {
  std::string name;
  Type type = Type::A;
  Records records;
  seconds ttl{};
};

struct Answer {
  Outcome outcome = Outcome::NoError;
  Records records;
  // Of records the smallest of them; of a negative answer that of the SOA, nothing when there was none.
  std::optional<seconds> ttl;
  std::vector<Additional> additional;
};

}  // namespace offhook::transport::dns
