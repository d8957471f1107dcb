// What an event package has to say: RFC 6665 §5. The machine of subscriptions (subscriptions.hpp) knows no package, and
// a package no dialog.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace offhook::proxy {

// Something that has happened to a resource, as its package keeps it until the watchers have been told.
class EventChange {
 public:
  virtual ~EventChange() = default;
};
using EventChanges = std::vector<std::shared_ptr<const EventChange>>;

class EventPackage {
 public:
  virtual ~EventPackage() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;  // as in Event: "reg"
  [[nodiscard]] virtual std::string_view content_type() const = 0;
  [[nodiscard]] virtual seconds default_expires() const = 0;
  // Between two notifications of changes to one watcher (§5.10).
  [[nodiscard]] virtual Duration pace() const = 0;
  // The body of a NOTIFY: all of the resource's state, or what has changed. `version` counts the notifications of one
  // subscription from 0.
  [[nodiscard]] virtual std::string full(Now now, std::string_view resource, std::uint32_t version) const = 0;
  [[nodiscard]] virtual std::string partial(Now now, std::string_view resource, std::uint32_t version,
                                            const EventChanges& changes) const = 0;
};

}  // namespace offhook::proxy
