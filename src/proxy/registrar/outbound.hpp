// What a Contact of a REGISTER says of the instance and the flow behind it: RFC 5626 §6, RFC 5627 §5.1.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "sip/header/contact.hpp"
#include "sip/message.hpp"

namespace offhook::proxy {

// Whether flows count in a REGISTER that has come this way.
enum class FlowUse : std::uint8_t {
  Apply,   // the phone is our neighbour, or its first hop says `ob` in its Path value
  Ignore,  // reg-id means nothing
  Refuse,  // nor does it, but the phone counts on it: 439
};
[[nodiscard]] FlowUse flow_use(const sip::Message& request);

// +sip.instance without its brackets, as it was written; "" when there is none.
[[nodiscard]] std::string_view instance_of(const sip::Contact& contact);
// RFC 8141 §3: "urn:", the namespace and all of a UUID compare without case.
[[nodiscard]] bool same_instance(std::string_view a, std::string_view b);
// The reg-id where there is an instance too (else it is ignored): 0 for none, nothing for one that is none
// (§4.2.1, 1 to 2^31 - 1).
[[nodiscard]] std::optional<std::uint32_t> reg_id_of(const sip::Contact& contact);

// A flow is registered (or removed) and the phone knows of `outbound`: the 200 says Require: outbound.
[[nodiscard]] bool is_outbound(const sip::Message& request);

// The request came from its sender without a hop between.
[[nodiscard]] bool has_one_via(const sip::Message& request);

}  // namespace offhook::proxy
