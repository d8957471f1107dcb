#include "events/dialog_package.hpp"

#include <algorithm>

#include "sip/header/name_addr.hpp"

namespace offhook::proxy {
namespace {

using Element = body::DialogInfo::Dialog;

struct DialogChange final : EventChange {
  explicit DialogChange(Element what) : element(std::move(what)) {}
  Element element;
};

body::DialogState state_of(CallState state) {
  switch (state) {
    case CallState::Trying: return body::DialogState::Trying;
    case CallState::Ringing: return body::DialogState::Early;
    case CallState::Answered: return body::DialogState::Confirmed;
    case CallState::Ended: break;
  }
  return body::DialogState::Terminated;
}

// §3.7.1
void say_why(const CallDialog& dialog, Element& out) {
  switch (dialog.end) {
    case CallEnd::None: return;
    case CallEnd::Hangup:
      out.event = dialog.ended_here ? body::DialogEvent::LocalBye : body::DialogEvent::RemoteBye;
      return;
    case CallEnd::Cancelled: out.event = body::DialogEvent::Cancelled; return;
    case CallEnd::Silent:
    case CallEnd::Expired: out.event = body::DialogEvent::Timeout; return;
    case CallEnd::Failed: break;
  }
  out.event = dialog.status == 408 ? body::DialogEvent::Timeout : body::DialogEvent::Rejected;
  out.code = dialog.status;
}

body::DialogInfo::Participant participant(std::string_view address, std::string_view contact) {
  body::DialogInfo::Participant out;
  if (const auto who = sip::NameAddr::parse(address))
    out.identities.push_back({std::string(who->uri), who->display_name()});
  const auto target = sip::NameAddr::parse(sip::CommaSplitter(contact).next().value_or(std::string_view{}));
  if (target && !target->uri.empty()) out.target = body::DialogInfo::Target{std::string(target->uri), {}};
  return out;
}

Element element_of(const CallDialog& dialog) {
  Element out;
  out.id = event_id(dialog.id);
  out.call_id = dialog.call_id;
  out.local_tag = dialog.local_tag;
  out.remote_tag = dialog.remote_tag;
  out.direction = dialog.is_caller ? body::DialogDirection::Initiator : body::DialogDirection::Recipient;
  out.state = state_of(dialog.state);
  say_why(dialog, out);
  out.duration = static_cast<std::uint64_t>(std::chrono::floor<seconds>(dialog.age).count());
  out.local = participant(dialog.local, dialog.local_target);
  out.remote = participant(dialog.remote, dialog.remote_target);
  return out;
}

}  // namespace

std::string user_of_aor(std::string_view aor) {
  const auto uri = sip::Uri::parse(aor);
  return uri ? sip::unescape(uri->user) : std::string{};
}

std::string event_id(std::uint64_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[number >> shift & 15U];
  return out;
}

bool DialogPackage::covers(std::string_view /*resource*/) const { return settings_->blf != Watchers::Nobody; }

bool DialogPackage::may_watch(std::string_view resource, std::string_view watcher) const {
  return settings_->blf == Watchers::Users ? !watcher.empty() : resource == watcher;
}

std::string DialogPackage::full(Now now, std::string_view resource, std::uint32_t version) const {
  body::DialogInfo out;
  out.version = version;
  out.entity = resource;
  const std::string user = user_of_aor(resource);
  const auto add = [&](const CallDialog& dialog) { out.dialogs.push_back(element_of(dialog)); };
  calls_->for_each_dialog(now.mono, user, add);
  if (others_ != nullptr) others_->for_each_other(now.mono, user, add);
  return body::write(out);
}

std::string DialogPackage::partial(Now /*now*/, std::string_view resource, std::uint32_t version,
                                   const EventChanges& changes) const {
  body::DialogInfo out;
  out.version = version;
  out.full = false;
  out.entity = resource;
  for (const auto& change : changes) {
    const auto& one = static_cast<const DialogChange&>(*change).element;
    std::erase_if(out.dialogs, [&](const Element& earlier) { return earlier.id == one.id; });
    out.dialogs.push_back(one);
  }
  return body::write(out);
}

bool DialogPackage::is_watching(std::string_view user) const {
  return (lists_ != nullptr && lists_->is_watching(user)) ||
         (subscriptions_->watches(*this) && subscriptions_->is_watched(*this, aor(user)));
}

void DialogPackage::changed(TimePoint now, const CallDialog& dialog) {
  if (lists_ != nullptr && lists_->is_watching(dialog.user)) lists_->changed(now, dialog.user);
  const std::string resource = aor(dialog.user);
  if (subscriptions_->is_watched(*this, resource))
    subscriptions_->changed(now, *this, resource, std::make_shared<DialogChange>(element_of(dialog)));
}

}  // namespace offhook::proxy
