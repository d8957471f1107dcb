#include "sip/header/join.hpp"

#include "dialog_name.hpp"

namespace offhook::sip {
std::string Join::text() const {
  std::string out(call_id);
  out += ";to-tag=";
  out += to_tag;
  out += ";from-tag=";
  out += from_tag;
  return out;
}

Result<Join> Join::parse(std::string_view value) {
  const auto dialog = rule::dialog_name(value, "to-tag", "from-tag");
  if (!dialog) return tl::unexpected(dialog.error());
  return Join{dialog->call_id, dialog->first_tag, dialog->second_tag};
}

}  // namespace offhook::sip
