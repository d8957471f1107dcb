#include "events/message_package.hpp"

#include <tuple>

#include "events/dialog_package.hpp"

namespace offhook::proxy {
namespace {

constexpr std::size_t kMost = 10'000'000;  // counts that others may have us keep

struct CountsChange final : EventChange {};

}  // namespace

std::string MessagePackage::resource_for(std::string resource, std::string_view watcher) const {
  if (settings_->voicemail.empty() || user_of_aor(resource) != settings_->voicemail) return resource;
  return std::string(watcher);
}

void MessagePackage::set(Now now, std::string_view user, const Messages& messages) {
  const std::string aor = names_->aor(sip::escape_user(user));
  const auto [entry, is_new] = counts_.try_emplace(aor);
  Counts& counts = entry->second;
  if (!is_new && counts.messages == messages) return;
  counts = {messages, next_version(counts.version, now.wall)};
  outbox_->put(SharedMessages{aor, messages, counts.version});
  subscriptions_->changed(now.mono, *this, aor, std::make_shared<CountsChange>());
  if (settings_->unsolicited_messages && settings_->messages && !is_told(aor)) notify(now, aor);
}

void MessagePackage::learn(TimePoint now, const SharedMessages& shared) {
  if (counts_.size() >= kMost && !counts_.contains(shared.aor)) return;
  Counts& counts = counts_[shared.aor];
  if (std::tie(shared.version, shared.messages) <= std::tie(counts.version, counts.messages)) return;
  const bool is_news = shared.messages != counts.messages;
  counts = {shared.messages, shared.version};
  if (is_news) subscriptions_->changed(now, *this, shared.aor, std::make_shared<CountsChange>());
}

void MessagePackage::for_each(const std::function<void(SharedEvent)>& f) const {
  for (const auto& [aor, counts] : counts_) f(SharedMessages{aor, counts.messages, counts.version});
}

bool MessagePackage::is_watched(std::string_view user) const {
  return subscriptions_->is_watched(*this, names_->aor(sip::escape_user(user)));
}

bool MessagePackage::is_told(const std::string& aor) const {
  return subscriptions_->is_watched(*this, aor) || (elsewhere_ && elsewhere_(user_of_aor(aor)));
}

Messages MessagePackage::of(std::string_view user) const {
  const auto found = counts_.find(names_->aor(sip::escape_user(user)));
  return found == counts_.end() ? Messages{} : found->second.messages;
}

// A user of whom nothing was said has no messages.
std::string MessagePackage::full(Now /*now*/, std::string_view resource, std::uint32_t /*version*/) const {
  const auto found = counts_.find(std::string(resource));
  const Messages count = found == counts_.end() ? Messages{} : found->second.messages;
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
  if (is_foreign_ || counts_.empty() || !settings_->messages || !settings_->unsolicited_messages) return false;
  const std::string who(aor);
  return counts_.contains(who) && !is_told(who);
}

void MessagePackage::changed(Now /*now*/, const PackedBinding& binding, body::ContactEvent event) {
  if (event == body::ContactEvent::Registered || event == body::ContactEvent::Created) due_.emplace_back(binding.aor());
}

void MessagePackage::wake(Now now) {
  for (const std::string& aor : std::exchange(due_, {})) notify(now, aor);
}

}  // namespace offhook::proxy
