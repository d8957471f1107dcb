// Coherent state from notifications: RFC 4235 §4.3.
#include <algorithm>

#include "body/dialog_info.hpp"

namespace offhook::body {
namespace {

// §4.1.6: what a participant is not said to have now is as it was in the notification before.
void inherit(DialogInfo::Participant& now, DialogInfo::Participant& before) {
  if (now.identities.empty()) now.identities = std::move(before.identities);
  if (!now.target) now.target = std::move(before.target);
  if (!now.session_description) now.session_description = std::move(before.session_description);
}

}  // namespace

Merge DialogInfoTable::apply(DialogInfo info) {
  // §4.3 discards what is less. The same version again is a full answer to a refresh of a notifier that does not count,
  // or a partial document that is in the table already.
  if (version_ && (info.version < *version_ || (info.version == *version_ && !info.full))) return Merge::Stale;
  const bool follows = info.full || (version_ && info.version - *version_ == 1);
  version_ = info.version;
  if (info.full) {
    dialogs_ = std::move(info.dialogs);
    return Merge::Applied;
  }
  std::erase_if(dialogs_, [](const auto& dialog) { return dialog.state == DialogState::Terminated; });
  bool fits = true;
  for (auto& dialog : info.dialogs) {
    const auto row = std::find_if(dialogs_.begin(), dialogs_.end(), [&](const auto& r) { return r.id == dialog.id; });
    if (row != dialogs_.end()) {
      inherit(dialog.local, row->local);
      inherit(dialog.remote, row->remote);
      *row = std::move(dialog);
    } else if (dialogs_.size() < kMaxRows) {
      dialogs_.push_back(std::move(dialog));
    } else {
      fits = false;
    }
  }
  return follows && fits ? Merge::Applied : Merge::NeedsRefresh;
}

}  // namespace offhook::body
