// The pieces of header fields that a dialog keeps. RFC 3261 §12.1, §12.2.1.1.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/message.hpp"

namespace offhook::dialog {

// From or To.
struct Party {
  std::string address;  // as written, without tag
  std::string uri;
  std::string tag;
};
[[nodiscard]] std::optional<Party> party(const sip::Message& message, sip::HeaderId id);

// The SIP or SIPS URI of the first Contact; nothing when there is none or it is something else.
[[nodiscard]] std::optional<std::string> contact_uri(const sip::Message& message);

// The Record-Route values, in their order or from the last to the first.
[[nodiscard]] std::vector<std::string> record_routes(const sip::Message& message, bool reversed);

// The URI of a Route value, and whether its ;lr says that it is a loose router (§19.1.1).
[[nodiscard]] std::string_view route_uri(std::string_view route);
[[nodiscard]] bool is_loose(std::string_view route);

// The URI without what table 1 of §19.1.1 does not allow in a Request-URI: header fields and the method parameter.
[[nodiscard]] std::string as_request_uri(std::string_view uri);

}  // namespace offhook::dialog
