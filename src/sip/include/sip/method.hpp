// Request methods (RFC 3261 §7.1 and the extensions the guide names). Methods are case-sensitive; a method that is not
// listed is Unknown and keeps its text in the message.
#pragma once
#include <cstdint>
#include <string_view>

namespace offhook::sip {

enum class Method : std::uint8_t {
  Unknown,
  Invite,
  Ack,
  Bye,
  Cancel,
  Options,
  Register,
  Prack,
  Subscribe,
  Notify,
  Publish,
  Info,
  Refer,
  Message,
  Update,
};

[[nodiscard]] Method method_of(std::string_view text);
[[nodiscard]] std::string_view method_name(Method method);  // "" for Unknown

}  // namespace offhook::sip
