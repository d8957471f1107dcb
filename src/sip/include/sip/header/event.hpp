// Event = event-type *( SEMI event-param ) ;  Subscription-State = substate-value *( SEMI subexp-params ). RFC 6665
// §8.2.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "sip/params.hpp"

namespace offhook::sip {

struct Event {
  std::string_view package;
  Params params;
  [[nodiscard]] std::string_view id() const { return params.find("id").value_or(std::string_view{}); }
  [[nodiscard]] static Result<Event> parse(std::string_view value);
};

struct SubscriptionState {
  std::string_view state;  // active, pending, terminated
  Params params;
  [[nodiscard]] std::optional<std::uint32_t> expires() const;
  [[nodiscard]] std::string_view reason() const { return params.find("reason").value_or(std::string_view{}); }
  [[nodiscard]] static Result<SubscriptionState> parse(std::string_view value);
};

}  // namespace offhook::sip
