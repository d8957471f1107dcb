// What an event package has to say: RFC 6665 §5. The machine of subscriptions (subscriptions.hpp) knows no package, and
// a package no dialog.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "sip/header/accept.hpp"
#include "sip/message.hpp"

namespace offhook::proxy {

// Something that has happened to a resource, as its package keeps it until the watchers have been told.
class EventChange {
 public:
  virtual ~EventChange() = default;
};
using EventChanges = std::vector<std::shared_ptr<const EventChange>>;

struct EventBody {
  std::string type, text;
};

class EventPackage {
 public:
  virtual ~EventPackage() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;  // as in Event: "reg"
  [[nodiscard]] virtual std::string_view content_type() const = 0;
  [[nodiscard]] virtual seconds default_expires() const = 0;
  // Between two notifications of changes to one watcher (§5.10).
  [[nodiscard]] virtual Duration pace() const = 0;

  // Does it speak of that address-of-record? The first package of a name that does is taken.
  [[nodiscard]] virtual bool covers(std::string_view /*resource*/) const { return true; }
  // Whose state a watcher gets who asks for that of `resource`.
  [[nodiscard]] virtual std::string resource_for(std::string resource, std::string_view /*watcher*/) const {
    return resource;
  }
  // `watcher`: the address-of-record of the user of ours who asks, authenticated where we ask for that; "" for others.
  [[nodiscard]] virtual bool may_watch(std::string_view resource, std::string_view watcher) const {
    return resource == watcher;
  }
  // Option tag that watchers must support; "" for none.
  [[nodiscard]] virtual std::string_view option() const { return {}; }
  // Without an Accept field the package's own type is meant.
  [[nodiscard]] virtual bool is_accepted(const sip::Message& request) const {
    const auto type = content_type();
    const auto slash = type.find('/');
    return request.count(sip::HeaderId::Accept) == 0 ||
           sip::accepts(request, type.substr(0, slash), type.substr(slash + 1)) != 0;
  }

  // The body of a NOTIFY: all of the resource's state, or what has changed. `version` counts the notifications of one
  // subscription from 0.
  [[nodiscard]] virtual std::string full(Now now, std::string_view resource, std::uint32_t version) const = 0;
  [[nodiscard]] virtual std::string partial(Now now, std::string_view resource, std::uint32_t version,
                                            const EventChanges& changes) const = 0;
  // The same with its type; no changes: all.
  [[nodiscard]] virtual EventBody body(Now now, std::string_view resource, std::uint32_t version,
                                       const EventChanges* changes) const {
    return {std::string(content_type()),
            changes == nullptr ? full(now, resource, version) : partial(now, resource, version, *changes)};
  }
};

}  // namespace offhook::proxy
