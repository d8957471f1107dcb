#include "sip/header/event.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<Event> Event::parse(std::string_view value) {
  const auto read = rule::worded(value, "bad Event");
  if (!read) return tl::unexpected(read.error());
  return Event{read->word, read->params};
}

std::optional<std::uint32_t> SubscriptionState::expires() const {
  const auto value = params.find("expires");
  return value ? parse_number<std::uint32_t>(*value) : std::nullopt;
}

Result<SubscriptionState> SubscriptionState::parse(std::string_view value) {
  const auto read = rule::worded(value, "bad Subscription-State");
  if (!read) return tl::unexpected(read.error());
  return SubscriptionState{read->word, read->params};
}

}  // namespace offhook::sip
