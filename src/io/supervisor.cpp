#include "io/supervisor.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "base/ascii.hpp"

namespace offhook::io {
namespace {

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view{} : value;
}

}  // namespace

Supervisor Supervisor::of_environment() {
  std::optional<Duration> watchdog;
  const auto pid = variable("WATCHDOG_PID");
  const auto wait = parse_number<std::int64_t>(variable("WATCHDOG_USEC"));
  if (wait && *wait > 0 && (pid.empty() || pid == std::to_string(::getpid()))) watchdog = Duration(*wait);
  return Supervisor(std::string(variable("NOTIFY_SOCKET")), watchdog);
}

bool Supervisor::tell(std::string_view state) const {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (address_.size() < 2 || address_.size() >= sizeof name.sun_path) return false;
  std::memcpy(name.sun_path, address_.data(), address_.size());
  if (name.sun_path[0] == '@') name.sun_path[0] = '\0';
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return false;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  const auto sent =
      ::sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&name), length);
  ::close(fd);
  return sent == static_cast<ssize_t>(state.size());
}

}  // namespace offhook::io
