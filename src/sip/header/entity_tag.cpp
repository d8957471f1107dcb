#include "sip/header/entity_tag.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<std::string_view> parse_entity_tag(std::string_view value) { return rule::token(value, "bad entity tag"); }

}  // namespace offhook::sip
