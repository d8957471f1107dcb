// The lines of ICE (RFC 8839 §5).
//
//   a=candidate:<foundation> <component> <transport> <priority> <address> <port> typ <type> [raddr <address>]
//               [rport <port>] *(<name> <value>)
//   a=ice-ufrag:<4 to 256 ice-chars>   a=ice-pwd:<22 to 256>   a=ice-options:<tag> …   a=ice-lite
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sdp/session_description.hpp"
#include "sdp/words.hpp"

namespace offhook::sdp {

struct Candidate {
  std::string_view foundation;
  std::uint16_t component = 1;
  std::string_view transport = "UDP";
  std::uint32_t priority = 0;
  std::string_view address;  // perhaps a name (mDNS)
  std::uint16_t port = 0;
  std::string_view type = "host";  // host, srflx, prflx, relay
  std::string_view related_address;
  std::uint16_t related_port = 0;
  Words extensions;  // names and values in turn

  [[nodiscard]] static Result<Candidate> parse(std::string_view value, std::size_t offset = 0);
  [[nodiscard]] std::string text() const;
};

struct IceCredentials {
  std::string_view ufrag, password;
  friend bool operator==(const IceCredentials&, const IceCredentials&) = default;
};
[[nodiscard]] bool is_ice_ufrag(std::string_view value);
[[nodiscard]] bool is_ice_password(std::string_view value);
// Media level before session level; nothing when one is missing or malformed.
[[nodiscard]] std::optional<IceCredentials> ice_credentials(const SessionDescription& description, const Media& m);

}  // namespace offhook::sdp
