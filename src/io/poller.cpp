#include "poller.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>

namespace offhook::io {
namespace {

constexpr int kBatch = 128;

}  // namespace

Poller::Poller() : fd_(::epoll_create1(EPOLL_CLOEXEC)) {}
Poller::~Poller() {
  if (fd_ >= 0) ::close(fd_);
}

bool Poller::add(int fd, std::uint64_t token, bool write) {
  epoll_event event{};
  event.events = EPOLLIN | (write ? EPOLLOUT : 0U);
  event.data.u64 = token;
  return ::epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void Poller::change(int fd, std::uint64_t token, bool read, bool write) {
  epoll_event event{};
  event.events = (read ? EPOLLIN : 0U) | (write ? EPOLLOUT : 0U);
  event.data.u64 = token;
  ::epoll_ctl(fd_, EPOLL_CTL_MOD, fd, &event);
}

void Poller::remove(int fd) { ::epoll_ctl(fd_, EPOLL_CTL_DEL, fd, nullptr); }

std::span<const Poller::Event> Poller::take() {
  std::array<epoll_event, kBatch> raw;
  const int n = ::epoll_wait(fd_, raw.data(), kBatch, 0);
  events_.clear();
  for (int i = 0; i < n; ++i) {
    const epoll_event& event = raw[static_cast<std::size_t>(i)];
    const bool failed = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    events_.push_back(
        {event.data.u64, failed || (event.events & EPOLLIN) != 0, failed || (event.events & EPOLLOUT) != 0});
  }
  return events_;
}

}  // namespace offhook::io
