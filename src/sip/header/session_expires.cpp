#include "sip/header/session_expires.hpp"

#include "rule.hpp"

namespace offhook::sip {
namespace {

Result<std::uint32_t> take_seconds(Cursor& cursor, std::string_view what) {
  cursor.skip_space();
  const auto seconds = parse_number<std::uint32_t>(cursor.take_while(is_digit));
  if (!seconds) return fail(Module::Sip, what, cursor.offset());
  return *seconds;
}

}  // namespace

std::string SessionExpires::text() const {
  std::string out = std::to_string(seconds);
  if (refresher != Refresher::Unsaid) out += refresher == Refresher::Uac ? ";refresher=uac" : ";refresher=uas";
  return out;
}

Result<SessionExpires> SessionExpires::parse(std::string_view value) {
  Cursor cursor(value);
  const auto seconds = take_seconds(cursor, "bad seconds in Session-Expires");
  if (!seconds) return tl::unexpected(seconds.error());
  const auto params = rule::params(cursor, "bad parameters in Session-Expires");
  if (!params) return tl::unexpected(params.error());
  SessionExpires out;
  out.seconds = *seconds;
  if (const auto who = params->find("refresher")) {
    if (!iequals(*who, "uac") && !iequals(*who, "uas"))
      return fail(Module::Sip, "refresher is uac or uas", cursor.offset());
    out.refresher = iequals(*who, "uac") ? Refresher::Uac : Refresher::Uas;
  }
  return out;
}

Result<std::uint32_t> parse_min_se(std::string_view value) {
  Cursor cursor(value);
  const auto seconds = take_seconds(cursor, "bad seconds in Min-SE");
  if (!seconds) return seconds;
  if (const auto params = rule::params(cursor, "bad parameters in Min-SE"); !params)
    return tl::unexpected(params.error());
  return seconds;
}

}  // namespace offhook::sip
