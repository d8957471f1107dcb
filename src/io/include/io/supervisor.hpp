// What a service manager wants to know (sd_notify(3)), by its socket and without its library. Nothing happens where
// there is none.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace offhook::io {

class Supervisor {
 public:
  // Of the environment: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID.
  [[nodiscard]] static Supervisor of_environment();
  // `address`: a path, or an abstract name that begins with '@'; "" for nobody.
  explicit Supervisor(std::string address = {}, std::optional<Duration> watchdog = {})
      : address_(std::move(address)), watchdog_(watchdog) {}

  // "READY=1", several lines as well. False when it could not be told.
  bool tell(std::string_view state) const;
  // How often WATCHDOG=1 has to be told: half of what the manager waits. Nothing when it does not wait.
  [[nodiscard]] std::optional<Duration> watchdog() const {
    return watchdog_ ? std::optional(*watchdog_ / 2) : std::nullopt;
  }

 private:
  std::string address_;
  std::optional<Duration> watchdog_;
};

}  // namespace offhook::io
