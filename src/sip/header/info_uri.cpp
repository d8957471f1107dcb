#include "sip/header/info_uri.hpp"

#include <algorithm>

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

std::optional<std::string_view> AlertHint::find(std::string_view name) const {
  if (const auto value = params.find(name)) return value;
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || !iequals(trim(text.substr(0, equals)), name)) return std::nullopt;
  std::string_view value = trim(text.substr(equals + 1));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  return value;
}

bool AlertHint::says(std::string_view words) const {
  const auto info = find("info");
  return iequals(text, words) || (info && iequals(*info, words));
}

AlertHint AlertHint::read(std::string_view value) {
  AlertHint out;
  value = trim(value);
  if (const std::size_t open = value.find('<'), close = value.find('>', std::min(open, value.size()));
      close != std::string_view::npos) {
    out.uri = value.substr(open + 1, close - open - 1);
    value.remove_prefix(close + 1);
  } else {
    out.text = trim(value.substr(0, value.find(';')));
  }
  const std::size_t semicolon = std::min(value.find(';'), value.size());
  out.params = Params(value.substr(semicolon));
  return out;
}

}  // namespace offhook::sip
