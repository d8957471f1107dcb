#include "sip/header/content_type.hpp"

#include "rule.hpp"

namespace offhook::sip {
bool MediaType::is(std::string_view name) const {
  return name.size() == type.size() + 1 + subtype.size() && name[type.size()] == '/' &&
         iequals(name.substr(0, type.size()), type) && iequals(name.substr(type.size() + 1), subtype);
}

bool MediaType::is_multipart() const { return iequals(type, "multipart"); }

Result<MediaType> MediaType::parse(std::string_view value) {
  Cursor cursor(value);
  cursor.skip_space();
  MediaType out;
  out.type = cursor.take_token();
  cursor.skip_space();
  if (out.type.empty() || !cursor.take('/')) return fail(Module::Sip, "media type without a type", cursor.offset());
  cursor.skip_space();
  out.subtype = cursor.take_token();
  if (out.subtype.empty()) return fail(Module::Sip, "media type without a subtype", cursor.offset());
  const auto params = rule::params(cursor, "bad parameters of a media type");
  if (!params) return tl::unexpected(params.error());
  out.params = *params;
  std::string_view rest = out.params.text();
  while (const auto param = Params::next(rest))
    if (!param->value || !is_token(param->name))
      return fail(Module::Sip, "media type parameter without a value", cursor.offset());
  return out;
}

}  // namespace offhook::sip
