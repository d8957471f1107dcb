#include "sip/header/content_id.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<std::string_view> parse_content_id(std::string_view value) {
  Cursor cursor(value);
  cursor.skip_space();
  if (!cursor.take('<')) return fail(Module::Sip, "Content-ID without brackets", cursor.offset());
  const auto id = cursor.take_while([](char c) { return is_uri_char(c); });
  if (id.empty() || id.front() == '@' || id.back() == '@')
    return fail(Module::Sip, "Content-ID with an empty side", cursor.offset());
  const bool closed = cursor.take('>');
  cursor.skip_space();
  if (!closed || !cursor.done()) return fail(Module::Sip, "bad Content-ID", cursor.offset());
  return id;
}

bool cid_names(std::string_view cid_url, std::string_view content_id) {
  constexpr std::string_view kScheme = "cid:";
  return iequals(cid_url.substr(0, kScheme.size()), kScheme) && unescape(cid_url.substr(kScheme.size())) == content_id;
}

}  // namespace offhook::sip
