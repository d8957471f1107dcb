#include "sip/header/authentication_info.hpp"

#include "auth_params.hpp"

namespace offhook::sip {
namespace {

std::string_view* member(AuthenticationInfo& out, std::string_view name) {
  if (iequals(name, "nextnonce")) return &out.nextnonce;
  if (iequals(name, "qop")) return &out.qop;
  if (iequals(name, "rspauth")) return &out.rspauth;
  if (iequals(name, "cnonce")) return &out.cnonce;
  if (iequals(name, "nc")) return &out.nc;
  return nullptr;
}

}  // namespace

Result<AuthenticationInfo> AuthenticationInfo::parse(std::string_view value) {
  AuthenticationInfo out;
  Cursor cursor(value);
  const bool good = take_auth_params(cursor, [&out](std::string_view name, std::string_view text) {
    std::string_view* const field = member(out, name);
    if (field == nullptr) return true;
    if (field->data() != nullptr) return false;
    *field = text;
    return true;
  });
  if (!good || !cursor.done()) return fail(Module::Sip, "broken Authentication-Info", cursor.offset());
  return out;
}

std::string AuthenticationInfo::text() const {
  std::string out;
  const auto put = [&out](std::string_view name, std::string_view value, std::string_view quote) {
    if (value.data() == nullptr) return;
    if (!out.empty()) out += ", ";
    out.append(name).append(quote).append(value).append(quote);
  };
  // §3.5: which of them are quoted, for historical reasons.
  put("qop=", qop, "");
  put("rspauth=", rspauth, "\"");
  put("cnonce=", cnonce, "\"");
  put("nc=", nc, "");
  put("nextnonce=", nextnonce, "\"");
  return out;
}

}  // namespace offhook::sip
