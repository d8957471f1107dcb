#include "sip/method.hpp"

#include <array>
#include <cstddef>

namespace offhook::sip {
namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, 15> kNames{"",        "INVITE",   "ACK",   "BYE",       "CANCEL",
                                                  "OPTIONS", "REGISTER", "PRACK", "SUBSCRIBE", "NOTIFY",
                                                  "PUBLISH", "INFO",     "REFER", "MESSAGE",   "UPDATE"};
static_assert(kNames[static_cast<std::size_t>(Method::Update)] == "UPDATE");

// The one method that may have this length and first letter (and for PRACK/PUBLISH/… the length tells them apart).
constexpr Method candidate(std::string_view text) {
  switch (text.front()) {
    case 'A': return Method::Ack;
    case 'B': return Method::Bye;
    case 'C': return Method::Cancel;
    case 'I': return text.size() == 4 ? Method::Info : Method::Invite;
    case 'M': return Method::Message;
    case 'N': return Method::Notify;
    case 'O': return Method::Options;
    case 'P': return text.size() == 5 ? Method::Prack : Method::Publish;
    case 'R': return text.size() == 5 ? Method::Refer : Method::Register;
    case 'S': return Method::Subscribe;
    case 'U': return Method::Update;
    default: return Method::Unknown;
  }
}

}  // namespace

Method method_of(std::string_view text) {
  if (text.empty()) return Method::Unknown;
  const Method found = candidate(text);
  return method_name(found) == text ? found : Method::Unknown;
}

std::string_view method_name(Method method) { return kNames[static_cast<std::size_t>(method)]; }

}  // namespace offhook::sip
