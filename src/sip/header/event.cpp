#include "sip/header/event.hpp"

#include "scan.hpp"

namespace offhook::sip {
namespace {

// token *( SEMI generic-param ): the shape of both fields.
bool split(std::string_view value, std::string_view& word, Params& params) {
  Cursor cursor(value);
  cursor.skip_space();
  word = cursor.take_token();
  cursor.skip_space();
  params = Params(cursor.rest);
  return !word.empty() && (cursor.done() || cursor.at(';')) && params.well_formed();
}

}  // namespace

Result<Event> Event::parse(std::string_view value) {
  Event out;
  if (!split(value, out.package, out.params)) return fail(Module::Sip, "bad Event");
  return out;
}

std::optional<std::uint32_t> SubscriptionState::expires() const {
  const auto value = params.find("expires");
  return value ? parse_number<std::uint32_t>(*value) : std::nullopt;
}

Result<SubscriptionState> SubscriptionState::parse(std::string_view value) {
  SubscriptionState out;
  if (!split(value, out.state, out.params)) return fail(Module::Sip, "bad Subscription-State");
  return out;
}

}  // namespace offhook::sip
