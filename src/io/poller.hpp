// Many descriptors behind one: an epoll instance that a Loop watches as a single descriptor. An idle connection costs
// nothing in user space here.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace offhook::io {

class Poller {
 public:
  struct Event {
    std::uint64_t token = 0;
    bool readable = false, writable = false;  // both are set when the descriptor failed: a read or write tells why
  };

  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  // False when the kernel has no room for another.
  [[nodiscard]] bool add(int fd, std::uint64_t token, bool write);
  void change(int fd, std::uint64_t token, bool read, bool write);
  void remove(int fd);
  // What is ready now, up to 128; does not wait.
  [[nodiscard]] std::span<const Event> take();

 private:
  int fd_;
  std::vector<Event> events_;
};

}  // namespace offhook::io
