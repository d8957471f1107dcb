#include "io/loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <csignal>

#include "io/clock.hpp"
#include "loop_impl.hpp"

namespace offhook::io {

namespace asio = boost::asio;

Loop::Loop() : impl_(std::make_unique<Impl>()) {
  // A peer that is gone is an error of the write, not the end of the process; the TLS library writes without a flag for
  // that.
  std::signal(SIGPIPE, SIG_IGN);
}

Loop::~Loop() {
  for (auto& [fd, watch] : impl_->watches) {
    watch->gone = true;
    watch->descriptor.release();  // the descriptor is not ours to close
  }
}

void Loop::Impl::wait(const std::shared_ptr<Watch>& watch) {
  watch->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                               [this, watch](boost::system::error_code error) {
                                 if (watch->gone || error) return;
                                 watch->readable();
                                 if (!watch->gone) wait(watch);
                               });
}

void Loop::watch(int fd, std::function<void()> readable) {
  auto watch = std::make_shared<Impl::Watch>(
      Impl::Watch{asio::posix::stream_descriptor(impl_->context, fd), std::move(readable)});
  impl_->watches[fd] = watch;
  impl_->wait(watch);
}

void Loop::unwatch(int fd) {
  const auto it = impl_->watches.find(fd);
  if (it == impl_->watches.end()) return;
  it->second->gone = true;
  it->second->descriptor.release();
  impl_->watches.erase(it);
}

struct Loop::Timer::State {
  asio::steady_timer timer;
  std::function<void()> fire;
  std::optional<TimePoint> deadline;  // that is wanted
  std::optional<TimePoint> armed;     // that the kernel knows of: not later, for deadlines move on all the time
  bool gone = false;

  void arm(const std::shared_ptr<State>& self, TimePoint at) {
    armed = at;
    timer.expires_at(std::chrono::steady_clock::time_point(at.time_since_epoch()));
    timer.async_wait([self](boost::system::error_code error) {
      if (error || self->gone) return;
      self->armed.reset();
      if (!self->deadline) return;
      if (*self->deadline > now().mono) return self->arm(self, *self->deadline);
      self->deadline.reset();
      self->fire();
    });
  }
};

Loop::Timer::Timer(Loop& loop, std::function<void()> fire)
    : state_(std::make_shared<State>(State{asio::steady_timer(loop.impl().context), std::move(fire), {}, {}})) {}

Loop::Timer::~Timer() {
  state_->gone = true;
  state_->timer.cancel();
}

void Loop::Timer::set(std::optional<TimePoint> deadline) {
  state_->deadline = deadline;
  if (deadline && (!state_->armed || *deadline < *state_->armed)) state_->arm(state_, *deadline);
}

void Loop::post(std::function<void()> work) { asio::post(impl_->context, std::move(work)); }

void Loop::on_terminate(std::function<void()> handler, std::function<void()> again) {
  impl_->terminate = std::make_unique<asio::signal_set>(impl_->context, SIGINT, SIGTERM);
  impl_->terminate->async_wait(
      [this, handler = std::move(handler), again = std::move(again)](boost::system::error_code error, int) mutable {
        if (error) return;
        impl_->terminate->clear();  // the next one meets the default action, or `again`
        if (again) on_terminate(std::move(again));
        handler();
      });
}

void Loop::on_hangup(std::function<void()> handler) {
  impl_->hangup = std::make_unique<asio::signal_set>(impl_->context, SIGHUP);
  // A recursive lambda by value keeps waiting for the next one.
  struct Wait {
    Impl* impl;
    std::function<void()> handler;
    void operator()() const {
      impl->hangup->async_wait([self = *this](boost::system::error_code error, int) {
        if (error) return;
        self.handler();
        self();
      });
    }
  };
  Wait{impl_.get(), std::move(handler)}();
}

void Loop::run() {
  impl_->context.restart();
  impl_->context.run();
}

void Loop::stop() { impl_->context.stop(); }

bool Loop::run_until(const std::function<bool()>& done, TimePoint deadline) {
  impl_->context.restart();
  while (!done()) {
    const auto at = std::chrono::steady_clock::time_point(deadline.time_since_epoch());
    if (impl_->context.run_one_until(at) == 0) return done();
    if (now().mono >= deadline) return done();
  }
  return true;
}

}  // namespace offhook::io
