#include "sip/header/retry_after.hpp"

#include "rule.hpp"
#include "sip/text.hpp"

namespace offhook::sip {
std::optional<std::uint32_t> RetryAfter::duration() const {
  const auto value = params.find("duration");
  return value ? parse_number<std::uint32_t>(*value) : std::nullopt;
}

Result<RetryAfter> RetryAfter::parse(std::string_view value) {
  Cursor cursor(value);
  cursor.skip_space();
  const auto seconds = parse_number<std::uint32_t>(cursor.take_while(is_digit));
  if (!seconds) return fail(Module::Sip, "bad seconds in Retry-After", cursor.offset());
  RetryAfter out;
  out.seconds = *seconds;
  cursor.skip_space();
  if (cursor.at('(')) {
    const auto size = comment_length(cursor.rest);
    if (!size) return fail(Module::Sip, size.error().text, cursor.offset() + size.error().offset);
    out.comment = cursor.rest.substr(0, *size);
    cursor.rest.remove_prefix(*size);
  }
  const auto params = rule::params(cursor, "bad parameters in Retry-After");
  if (!params) return tl::unexpected(params.error());
  out.params = *params;
  if (out.params.has("duration") && !out.duration())
    return fail(Module::Sip, "bad duration in Retry-After", cursor.offset());
  return out;
}

}  // namespace offhook::sip
