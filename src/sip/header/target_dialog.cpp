#include "sip/header/target_dialog.hpp"

#include "dialog_name.hpp"

namespace offhook::sip {
std::string TargetDialog::text() const {
  std::string out(call_id);
  out += ";local-tag=";
  out += local_tag;
  out += ";remote-tag=";
  out += remote_tag;
  return out;
}

Result<TargetDialog> TargetDialog::parse(std::string_view value) {
  const auto dialog = rule::dialog_name(value, "local-tag", "remote-tag");
  if (!dialog) return tl::unexpected(dialog.error());
  return TargetDialog{dialog->call_id, dialog->first_tag, dialog->second_tag};
}

}  // namespace offhook::sip
