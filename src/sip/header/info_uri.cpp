#include "sip/header/info_uri.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<InfoUri> InfoUri::parse(std::string_view value) {
  Cursor cursor(value);
  cursor.skip_space();
  if (!cursor.take('<')) return fail(Module::Sip, "URI needs brackets", cursor.offset());
  const std::size_t at = cursor.offset();
  InfoUri out;
  out.uri = cursor.take_while(is_uri_char);
  if (!cursor.take('>')) return fail(Module::Sip, "no > behind the URI", cursor.offset());
  const std::size_t colon = out.uri.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_alpha(out.uri.front()) || colon + 1 == out.uri.size())
    return fail(Module::Sip, "not an absolute URI", at);
  const auto params = rule::params(cursor, "bad parameters behind a URI");
  if (!params) return tl::unexpected(params.error());
  out.params = *params;
  return out;
}

}  // namespace offhook::sip
