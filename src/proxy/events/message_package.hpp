// Messages that wait: the message-summary package, RFC 3842. The counts come from whoever keeps the mailboxes (an API),
// and are kept in memory, where several engines share them: at each of them. Unsolicited NOTIFYs are sent by one: the
// one that was told the counts, or has taken the registration.
#pragma once
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "body/message_summary.hpp"
#include "events/notifier.hpp"
#include "events/subscriptions.hpp"
#include "proxy/events.hpp"
#include "registrar/observer.hpp"
#include "sharing/outbox.hpp"

namespace offhook::proxy {

class MessagePackage final : public EventPackage, public RegistrationObserver {
 public:
  // All of them must outlive it.
  MessagePackage(const Names& names, const EventSettings& settings, Notifier& notifier, Subscriptions& subscriptions,
                 Outbox& outbox)
      : names_(&names), settings_(&settings), notifier_(&notifier), subscriptions_(&subscriptions), outbox_(&outbox) {
    subscriptions.add(*this);
  }

  // Of a user (unescaped).
  void set(Now now, std::string_view user, const Messages& messages);
  [[nodiscard]] Messages of(std::string_view user) const;
  // Set at another engine.
  void learn(TimePoint now, const SharedMessages& shared);
  // All that are kept, as they are shared.
  void for_each(const std::function<void(SharedEvent)>& f) const;
  [[nodiscard]] bool is_watched(std::string_view user) const;  // here
  // Is he watched at another engine?
  void use(std::function<bool(std::string_view user)> elsewhere) { elsewhere_ = std::move(elsewhere); }
  // Whether registrations that are told now have been taken by others.
  void set_foreign(bool is_foreign) { is_foreign_ = is_foreign; }

  [[nodiscard]] std::string_view name() const override { return "message-summary"; }
  [[nodiscard]] std::string_view content_type() const override { return body::kMessageSummaryType; }
  [[nodiscard]] seconds default_expires() const override { return seconds(3600); }  // §3.4
  [[nodiscard]] Duration pace() const override { return seconds(1); }               // §3.10
  [[nodiscard]] bool covers(std::string_view /*resource*/) const override { return settings_->messages; }
  // Asked for the mailboxes' own address: that of the watcher's.
  [[nodiscard]] std::string resource_for(std::string resource, std::string_view watcher) const override;
  [[nodiscard]] std::string full(Now now, std::string_view resource, std::uint32_t version) const override;
  [[nodiscard]] std::string partial(Now now, std::string_view resource, std::uint32_t version,
                                    const EventChanges& /*changes*/) const override {
    return full(now, resource, version);
  }

  // A phone that registers is told what waits, when it expects it so.
  [[nodiscard]] bool is_watching(std::string_view aor) const override;
  void changed(Now now, const PackedBinding& binding, body::ContactEvent event) override;
  void wake(Now now);  // tells them, behind the 200 to their REGISTER

 private:
  struct Counts {
    Messages messages;
    std::uint64_t version = 0;
  };
  void notify(Now now, std::string_view aor);
  [[nodiscard]] bool is_told(const std::string& aor) const;  // to subscribers, here or elsewhere

  const Names* names_;
  const EventSettings* settings_;
  Notifier* notifier_;
  Subscriptions* subscriptions_;
  Outbox* outbox_;
  std::vector<std::string> due_;                    // who has registered
  std::unordered_map<std::string, Counts> counts_;  // by address-of-record
  std::function<bool(std::string_view)> elsewhere_;
  bool is_foreign_ = false;
};

}  // namespace offhook::proxy
