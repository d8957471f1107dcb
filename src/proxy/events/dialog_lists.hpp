// Lists of lamps: RFC 4662. One subscription to the address of a list instead of one for each of its members; what is
// told of a member is all of his dialogs.
#pragma once
#include <string>

#include "base/random.hpp"
#include "events/dialog_package.hpp"

namespace offhook::proxy {

class DialogLists final : public EventPackage, public MemberWatcher {
 public:
  // All of them must outlive it.
  DialogLists(const DialogPackage& dialogs, const Names& names, const EventSettings& settings,
              Subscriptions& subscriptions, Random& random)
      : dialogs_(&dialogs), names_(&names), settings_(&settings), subscriptions_(&subscriptions), random_(&random) {
    subscriptions.add(*this);
  }

  [[nodiscard]] std::string_view name() const override { return "dialog"; }
  [[nodiscard]] std::string_view content_type() const override { return "multipart/related"; }
  [[nodiscard]] seconds default_expires() const override { return dialogs_->default_expires(); }
  [[nodiscard]] Duration pace() const override { return dialogs_->pace(); }
  [[nodiscard]] std::string_view option() const override { return "eventlist"; }
  [[nodiscard]] bool covers(std::string_view resource) const override { return find(resource) != nullptr; }
  [[nodiscard]] bool may_watch(std::string_view /*resource*/, std::string_view watcher) const override {
    return settings_->blf == Watchers::Users && !watcher.empty();
  }
  [[nodiscard]] std::string full(Now now, std::string_view resource, std::uint32_t version) const override {
    return body(now, resource, version, nullptr).text;
  }
  [[nodiscard]] std::string partial(Now now, std::string_view resource, std::uint32_t version,
                                    const EventChanges& changes) const override {
    return body(now, resource, version, &changes).text;
  }
  [[nodiscard]] EventBody body(Now now, std::string_view resource, std::uint32_t version,
                               const EventChanges* changes) const override;

  [[nodiscard]] bool is_watching(std::string_view user) const override;
  void changed(TimePoint now, std::string_view user) override;
  // The list of that address; null for none.
  [[nodiscard]] const LampList* find(std::string_view resource) const;

 private:
  [[nodiscard]] std::string aor(std::string_view user) const { return names_->aor(sip::escape_user(user)); }
  // f(const LampList&) for each watched list that he is in; true ends it.
  template <class F>
  void for_each_list(std::string_view user, F&& f) const;

  const DialogPackage* dialogs_;
  const Names* names_;
  const EventSettings* settings_;
  Subscriptions* subscriptions_;
  Random* random_;
};

}  // namespace offhook::proxy
