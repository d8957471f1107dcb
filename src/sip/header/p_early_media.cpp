#include "sip/header/p_early_media.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<EarlyMedia> EarlyMedia::parse(std::string_view value) {
  EarlyMedia out;
  CommaSplitter elements(value);
  while (const auto element = elements.next()) {
    if (!is_token(*element))
      return fail(Module::Sip, "bad P-Early-Media", static_cast<std::size_t>(element->data() - value.data()));
    if (iequals(*element, "sendrecv")) out.direction = EarlyMediaDirection::SendRecv;
    if (iequals(*element, "sendonly")) out.direction = EarlyMediaDirection::SendOnly;
    if (iequals(*element, "recvonly")) out.direction = EarlyMediaDirection::RecvOnly;
    if (iequals(*element, "inactive")) out.direction = EarlyMediaDirection::Inactive;
    if (iequals(*element, "gated")) out.gated = true;
    if (iequals(*element, "supported")) out.supported = true;
  }
  return out;
}

}  // namespace offhook::sip
