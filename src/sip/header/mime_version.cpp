#include "sip/header/mime_version.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<MimeVersion> MimeVersion::parse(std::string_view value) {
  Cursor cursor(value);
  cursor.skip_space();
  const auto major = parse_number<std::uint32_t>(cursor.take_while(is_digit));
  if (!major || !cursor.take('.')) return fail(Module::Sip, "bad MIME-Version", cursor.offset());
  const auto minor = parse_number<std::uint32_t>(cursor.take_while(is_digit));
  cursor.skip_space();
  if (!minor || !cursor.done()) return fail(Module::Sip, "bad MIME-Version", cursor.offset());
  return MimeVersion{*major, *minor};
}

}  // namespace offhook::sip
