// What the other engines have to know, until the world takes it.
#pragma once
#include <deque>
#include <optional>

#include "proxy/shared_events.hpp"

namespace offhook::proxy {

class Outbox {
 public:
  explicit Outbox(bool is_open) : is_open_(is_open) {}

  [[nodiscard]] bool is_open() const { return is_open_; }
  // Nothing happens when it is not open: there are no others.
  void put(SharedEvent event) {
    if (is_open_) events_.push_back(std::move(event));
  }
  [[nodiscard]] std::optional<SharedEvent> poll() {
    if (events_.empty()) return std::nullopt;
    auto out = std::move(events_.front());
    events_.pop_front();
    return out;
  }

 private:
  bool is_open_;
  std::deque<SharedEvent> events_;
};

// Of a value that follows one of version `last`, by the wall clock; 0 for none. Later than it whatever that clock says.
[[nodiscard]] inline std::uint64_t next_version(std::uint64_t last, WallTime now) {
  const auto time = static_cast<std::uint64_t>(now.time_since_epoch().count());
  return time > last ? time : last + 1;
}

}  // namespace offhook::proxy
