#include "events/message_package.hpp"

#include "events/dialog_package.hpp"

namespace offhook::proxy {
namespace {

struct CountsChange final : EventChange {};

}  // namespace

std::string MessagePackage::resource_for(std::string resource, std::string_view watcher) const {
  if (settings_->voicemail.empty() || user_of_aor(resource) != settings_->voicemail) return resource;
  return std::string(watcher);
}

void MessagePackage::set(Now now, std::string_view user, const Messages& messages) {
  const std::string aor = names_->aor(sip::escape_user(user));
  const auto [entry, is_new] = counts_.try_emplace(aor);
  if (!is_new && entry->second == messages) return;
  entry->second = messages;
  if (subscriptions_->is_watched(*this, aor))
    subscriptions_->changed(now.mono, *this, aor, std::make_shared<CountsChange>());
  else if (settings_->unsolicited_messages && settings_->messages)
    notify(now, aor);
}

Messages MessagePackage::of(std::string_view user) const {
  const auto found = counts_.find(names_->aor(sip::escape_user(user)));
  return found == counts_.end() ? Messages{} : found->second;
}

// A user of whom nothing was said has no messages.
std::string MessagePackage::full(Now /*now*/, std::string_view resource, std::uint32_t /*version*/) const {
  const auto found = counts_.find(std::string(resource));
  const Messages count = found == counts_.end() ? Messages{} : found->second;
  body::MessageSummary out;
  out.waiting = count.fresh != 0;
  out.account =
      settings_->voicemail.empty() ? std::string(resource) : names_->aor(sip::escape_user(settings_->voicemail));
  out.counts.push_back({body::MessageClass::Voice, count.fresh, count.old,
                        body::MessageSummary::Urgent{count.urgent_fresh, count.urgent_old}});
  return body::write(out);
}

void MessagePackage::notify(Now now, std::string_view aor) {
  notifier_->notify(now, user_of_aor(aor), {name(), "active", content_type(), full(now, aor, 0)});
}

bool MessagePackage::is_watching(std::string_view aor) const {
  return !counts_.empty() && settings_->messages && settings_->unsolicited_messages &&
         counts_.contains(std::string(aor)) && !subscriptions_->is_watched(*this, aor);
}

void MessagePackage::changed(Now /*now*/, const PackedBinding& binding, body::ContactEvent event) {
  if (event == body::ContactEvent::Registered || event == body::ContactEvent::Created) due_.emplace_back(binding.aor());
}

void MessagePackage::wake(Now now) {
  for (const std::string& aor : std::exchange(due_, {})) notify(now, aor);
}

}  // namespace offhook::proxy
