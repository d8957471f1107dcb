// Via = via-parm *(COMMA via-parm)
// via-parm = sent-protocol LWS sent-by *( SEMI via-params )
// sent-protocol = protocol-name SLASH protocol-version SLASH transport ;  sent-by = host [ COLON port ]
// RFC 3261 §20.42, §18.2.1; rport: RFC 3581; IPv6 received with or without brackets: RFC 5118 §4.5.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "sip/params.hpp"

namespace offhook::sip {

inline constexpr std::string_view kMagicCookie = "z9hG4bK";

struct Cursor;

struct Via {
  std::string_view transport;  // as written: "UDP"
  std::string_view host;       // an IPv6 reference keeps its brackets
  std::optional<std::uint16_t> port;
  Params params;

  [[nodiscard]] std::string_view branch() const { return branch_; }  // "" when missing
  [[nodiscard]] bool has_received() const { return has_received_; }
  [[nodiscard]] std::optional<IpAddress> received() const;  // brackets tolerated
  [[nodiscard]] bool wants_rport() const { return wants_rport_; }
  [[nodiscard]] std::optional<std::uint16_t> rport() const;        // its value, when filled in
  [[nodiscard]] bool well_formed() const { return well_formed_; }  // the parameters
  [[nodiscard]] std::string sent_by() const;                       // host[:port], lower case
  [[nodiscard]] static Result<Via> parse(std::string_view value);

  // For who writes into the message: where the value of rport stands, or will (behind the name of a flag). It may stand
  // in quotes.
  [[nodiscard]] std::string_view rport_text() const { return rport_; }
  // The same Via once its message has moved from `from` to `to`, and the octets [at, end of the Via) have become
  // "=PORT", what stood there, ";received=ADDRESS": `rport` and `received` octets long. `at` is the end of a flag
  // rport.
  void stamped(const char* from, const char* to, std::size_t rport, std::size_t received);

 private:
  std::string_view read(Cursor& cursor);
  void read_params(std::string_view text);

  std::string_view branch_, received_, rport_;
  bool has_received_ = false, wants_rport_ = false, well_formed_ = true;
};

}  // namespace offhook::sip
