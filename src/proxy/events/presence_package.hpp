// Presence: what users publish (RFC 3903) and who watches it (RFC 3856), as PIDF (RFC 3863). Several publications of a
// user are put together; of one who has published nothing his registration speaks. Engines that share them have all of
// them, and take what refreshes or takes back any.
#pragma once
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "answers.hpp"
#include "base/timer_wheel.hpp"
#include "body/presence.hpp"
#include "events/subscriptions.hpp"
#include "location/table.hpp"
#include "proxy/core.hpp"
#include "proxy/events.hpp"
#include "registrar/observer.hpp"
#include "sharing/outbox.hpp"

namespace offhook::proxy {

class PresencePackage final : public EventPackage, public RegistrationObserver {
 public:
  struct Services {
    const Config* config;
    const LocationTable* location;
    const Answers* answers;
    Subscriptions* subscriptions;
    Random* random;
    Outbox* outbox;
  };
  // All of them must outlive it.
  explicit PresencePackage(Services services) : s_(services) { s_.subscriptions->add(*this); }

  // A PUBLISH by that user himself: 200 with SIP-ETag, 400, 403 (too many), 412, 415, 423, 489.
  void publish(Now now, transaction::ServerId id, const sip::Message& request, std::string_view aor);
  // Published at another engine.
  void learn(Now now, const SharedPublication& shared);
  // All that are kept, as they are shared.
  void for_each(Now now, const std::function<void(SharedEvent)>& f) const;
  [[nodiscard]] bool is_on() const { return s_.config->events.presence != Watchers::Nobody; }

  [[nodiscard]] std::string_view name() const override { return "presence"; }
  [[nodiscard]] std::string_view content_type() const override { return body::kPresenceType; }
  [[nodiscard]] seconds default_expires() const override { return seconds(3600); }  // RFC 3856 §6.4
  [[nodiscard]] Duration pace() const override { return seconds(5); }               // §6.10
  [[nodiscard]] bool covers(std::string_view /*resource*/) const override { return is_on(); }
  [[nodiscard]] bool may_watch(std::string_view resource, std::string_view watcher) const override;
  [[nodiscard]] std::string full(Now now, std::string_view resource, std::uint32_t version) const override;
  [[nodiscard]] std::string partial(Now now, std::string_view resource, std::uint32_t version,
                                    const EventChanges& /*changes*/) const override {
    return full(now, resource, version);
  }

  [[nodiscard]] bool is_watching(std::string_view aor) const override;
  void changed(Now now, const PackedBinding& binding, body::ContactEvent event) override;

  void wake(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> deadline() const { return wheel_.deadline(); }
  [[nodiscard]] std::size_t size() const { return table_.size(); }

 private:
  struct Tag;
  using Id = Handle<Tag>;
  struct Publication {
    std::string aor, etag;
    std::string id;  // for other engines
    std::uint64_t version = 0;
    body::Presence presence;
    TimePoint until;
    TimerId timer;
  };
  // Of a PUBLISH: what it is about, or its refusal.
  struct Asked {
    seconds expires{};
    Id id;  // of what it refreshes
    std::optional<body::Presence> presence;
  };
  [[nodiscard]] std::optional<Reply> read(const sip::Message& request, std::string_view aor, Asked& asked) const;
  [[nodiscard]] std::optional<Reply> read_body(const sip::Message& request, Asked& asked) const;
  [[nodiscard]] Id find(std::string_view aor, std::string_view etag) const;
  Id add(std::string_view aor, std::string id);
  void set(TimePoint now, Id id, std::string etag, std::uint64_t version, Duration lasts);
  [[nodiscard]] Id find_shared(const SharedPublication& shared) const;
  void remove(Id id);
  [[nodiscard]] static SharedPublication shared(Now now, const Publication& one, bool ends);
  void share(Now now, const Publication& one, bool ends);
  // It was there, and is not to come back with an older version.
  void bury(const SharedPublication& shared);
  void told(TimePoint now, std::string_view aor);

  Services s_;
  SlotMap<Tag, Publication> table_;
  std::unordered_map<std::string, std::vector<Id>> by_aor_;
  std::deque<SharedPublication> buried_;  // the latest
  TimerWheel wheel_;
};

}  // namespace offhook::proxy
