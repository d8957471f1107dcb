// Coherent state from notifications: RFC 3680 §5.2.
#include <algorithm>

#include "body/reg_info.hpp"

namespace offhook::body {
namespace {

template <class Rows>
auto find(Rows& rows, const std::string& id) {
  return std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.id == id; });
}

bool is_gone(const RegInfo::Contact& contact) { return contact.state == ContactState::Terminated; }

}  // namespace

Merge RegInfoTable::apply(RegInfo info) {
  // §5.2 discards what is less. The same version again is a full answer to a refresh of a notifier that does not count,
  // or a partial document that is in the table already.
  if (version_ && (info.version < *version_ || (info.version == *version_ && !info.full))) return Merge::Stale;
  // Unlike RFC 4235, §5.2 refreshes behind a gap even when the state is full; with full state there is nothing to ask.
  const bool follows = info.full || (version_ && info.version - *version_ == 1);
  version_ = info.version;
  if (info.full) {
    registrations_.clear();
  } else {
    for (auto& registration : registrations_) std::erase_if(registration.contacts, is_gone);
    std::erase_if(registrations_, [](const auto& row) { return row.state == RegistrationState::Terminated; });
  }
  contacts_ = 0;
  for (const auto& registration : registrations_) contacts_ += 1 + registration.contacts.size();
  bool fits = true;
  for (auto& registration : info.registrations) fits &= update(std::move(registration));
  return follows && fits ? Merge::Applied : Merge::NeedsRefresh;
}

// False when there is no room for it all.
bool RegInfoTable::update(RegInfo::Registration registration) {
  auto row = find(registrations_, registration.id);
  if (row == registrations_.end()) {
    if (contacts_ == kMaxRows) return false;
    ++contacts_;
    row = registrations_.insert(row, {registration.aor, registration.id, registration.state, {}});
  }
  row->aor = std::move(registration.aor);
  row->state = registration.state;
  for (auto& contact : registration.contacts) {
    if (const auto known = find(row->contacts, contact.id); known != row->contacts.end()) {
      *known = std::move(contact);
    } else {
      if (contacts_ == kMaxRows) return false;
      ++contacts_;
      row->contacts.push_back(std::move(contact));
    }
  }
  return true;
}

}  // namespace offhook::body
