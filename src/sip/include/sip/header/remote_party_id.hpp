// Remote-Party-ID = [display-name] LAQUOT addr-spec RAQUOT *( SEMI rpi-token ). draft-ietf-sip-privacy-04 §5.
//   rpi-screen  = "screen" EQUAL ( "no" / "yes" ) ;  rpi-pty-type = "party" EQUAL ( "calling" / "called" / token )
//   rpi-id-type = "id-type" EQUAL ( "subscriber" / "user" / "term" / token )
//   rpi-privacy = "privacy" EQUAL 1#( ( "full" / "name" / "uri" / "off" / token ) [ "-" "network" ] )
#pragma once
#include <string_view>

#include "base/result.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::sip {

struct RemotePartyId {
  NameAddr address;
  [[nodiscard]] bool screened() const;           // screen=yes
  [[nodiscard]] std::string_view party() const;  // "calling", "called"; "" when absent
  [[nodiscard]] bool hides_name() const;         // privacy full or name, from whatever side
  [[nodiscard]] bool hides_uri() const;          // privacy full or uri
  // One element. A bare addr-spec is let through, as gateways send it.
  [[nodiscard]] static Result<RemotePartyId> parse(std::string_view value);
};

}  // namespace offhook::sip
