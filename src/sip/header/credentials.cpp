#include "sip/header/credentials.hpp"

#include "auth_params.hpp"

namespace offhook::sip {
namespace {

// The member of that name; null for a parameter that nobody knows. The length tells most names apart.
std::string_view* member(CredentialsView& out, std::string_view name) {
  const auto is = [name](std::string_view other, std::string_view& field) {
    return iequals(name, other) ? &field : nullptr;
  };
  switch (name.size()) {
    case 2: return is("nc", out.nc);
    case 3: return ascii_lower(name.front()) == 'q' ? is("qop", out.qop) : is("uri", out.uri);
    case 5: return ascii_lower(name.front()) == 'r' ? is("realm", out.realm) : is("nonce", out.nonce);
    case 6: return ascii_lower(name.front()) == 'c' ? is("cnonce", out.cnonce) : is("opaque", out.opaque);
    case 8:
      switch (ascii_lower(name.front())) {
        case 'u': return ascii_lower(name[4]) == 'n' ? is("username", out.username) : is("userhash", out.userhash);
        default: return is("response", out.response);
      }
    case 9:
      return ascii_lower(name.front()) == 'u' ? is("username*", out.username_ext) : is("algorithm", out.algorithm);
    default: return nullptr;
  }
}

}  // namespace

Result<CredentialsView> CredentialsView::parse(std::string_view value) {
  CredentialsView out;
  Cursor cursor(value);
  if (!take_digest(cursor)) return fail(Module::Sip, "no Digest credentials", cursor.offset());
  const bool good = take_auth_params(cursor, [&out](std::string_view name, std::string_view text) {
    std::string_view* const field = member(out, name);
    if (field == nullptr) return true;
    if (field->data() != nullptr) return false;
    *field = text;
    return true;
  });
  if (!good || !cursor.done()) return fail(Module::Sip, "broken Digest credentials", cursor.offset());
  return out;
}

}  // namespace offhook::sip
