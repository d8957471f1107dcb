// The dialog event package: RFC 4235, of the calls that go through here. It lights the lamps of BLF keys where there is
// no PBX, and says what a phone needs to pick a call up with Replaces.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>

#include "body/dialog_info.hpp"
#include "calls/calls.hpp"
#include "events/subscriptions.hpp"
#include "names.hpp"
#include "proxy/events.hpp"

namespace offhook::proxy {

// All of a member's dialogs go along when one of them changes.
class MemberWatcher {
 public:
  virtual ~MemberWatcher() = default;
  [[nodiscard]] virtual bool is_watching(std::string_view user) const = 0;
  virtual void changed(TimePoint now, std::string_view user) = 0;
};

class DialogPackage final : public EventPackage, public CallWatcher {
 public:
  // All of them must outlive it.
  DialogPackage(const Calls& calls, const Names& names, const EventSettings& settings, Subscriptions& subscriptions)
      : calls_(&calls), names_(&names), settings_(&settings), subscriptions_(&subscriptions) {
    subscriptions.add(*this);
  }
  void watch(MemberWatcher& lists) { lists_ = &lists; }
  void add(const OtherDialogs& others) { others_ = &others; }

  [[nodiscard]] std::string_view name() const override { return "dialog"; }
  [[nodiscard]] std::string_view content_type() const override { return body::kDialogInfoType; }
  [[nodiscard]] seconds default_expires() const override { return seconds(3600); }  // §3.5
  [[nodiscard]] Duration pace() const override { return seconds(1); }               // §3.10
  [[nodiscard]] bool covers(std::string_view resource) const override;
  [[nodiscard]] bool may_watch(std::string_view resource, std::string_view watcher) const override;
  [[nodiscard]] std::string full(Now now, std::string_view resource, std::uint32_t version) const override;
  [[nodiscard]] std::string partial(Now now, std::string_view resource, std::uint32_t version,
                                    const EventChanges& changes) const override;

  [[nodiscard]] bool is_watching(std::string_view user) const override;
  void changed(TimePoint now, const CallDialog& dialog) override;

 private:
  [[nodiscard]] std::string aor(std::string_view user) const { return names_->aor(sip::escape_user(user)); }

  const Calls* calls_;
  const Names* names_;
  const EventSettings* settings_;
  Subscriptions* subscriptions_;
  MemberWatcher* lists_ = nullptr;
  const OtherDialogs* others_ = nullptr;
};

// The user part of an address-of-record, unescaped; "" when it has none.
[[nodiscard]] std::string user_of_aor(std::string_view aor);
// Sixteen hex digits.
[[nodiscard]] std::string event_id(std::uint64_t number);

}  // namespace offhook::proxy
