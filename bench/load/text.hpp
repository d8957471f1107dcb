// What the generator knows of SIP: enough to hold a registration or a call with a correct peer, written apart from the
// product's parser.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::load {

// Views into the datagram.
struct Heard {
  int status = 0;           // 0 for a request
  std::string_view method;  // of the request, or of the CSeq
  std::string_view from, to, call_id, cseq, contact;
  std::uint32_t number = 0;                           // of the CSeq
  std::vector<std::string_view> vias, record_routes;  // values, one a field
  std::string_view challenge;                         // the first MD5 one
};
[[nodiscard]] Heard hear(std::string_view datagram);

// Name of one transaction: "s<slot>g<generation>r<run>" is at the front of every Call-ID.
struct Ticket {
  std::size_t slot = 0;
  std::uint64_t generation = 0;
};
[[nodiscard]] std::string call_id(const Ticket& ticket, std::string_view run);
[[nodiscard]] std::optional<Ticket> ticket_of(std::string_view call_id, std::string_view run);

// Text between < and >, or the value without parameters.
[[nodiscard]] std::string_view uri_of(std::string_view address);
// "Route: …" lines from the Record-Route values of a response: the caller's order is the reverse one (RFC 3261
// §12.1.2).
[[nodiscard]] std::string route_lines(const std::vector<std::string_view>& record_routes);
// Answer to a request: the fields that RFC 3261 §8.2.6 copies, and `more`, ended lines; To gets the tag when it has
// none.
[[nodiscard]] std::string answer(const Heard& request, std::string_view status_line, std::string_view to_tag,
                                 std::string_view more, std::string_view body = {});

// Value of Authorization or Proxy-Authorization: MD5 with qop=auth (RFC 7616), the first use of the nonce.
struct Login {
  std::string user, password;
};
[[nodiscard]] std::string credentials(std::string_view challenge, const Login& login, std::string_view method,
                                      std::string_view uri);

// How a run went.
struct Counts {
  std::uint64_t started = 0, completed = 0, failed = 0, retransmissions = 0;
};

}  // namespace offhook::load
