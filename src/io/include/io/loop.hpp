// One thread's event loop: readable descriptors, timers, posted work, signals. Everything registered here is called on
// the thread that runs run().
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "base/time.hpp"

namespace offhook::io {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Calls `readable` whenever the descriptor has something to read, until unwatch(). The descriptor stays the caller's
  // and outlives the watch.
  void watch(int fd, std::function<void()> readable);
  void unwatch(int fd);

  // One-shot timer, set anew by each call; nothing stops it.
  class Timer {
   public:
    Timer(Loop& loop, std::function<void()> fire);
    ~Timer();
    void set(std::optional<TimePoint> deadline);

   private:
    struct State;
    std::shared_ptr<State> state_;  // shared with the wait that is under way
  };

  // The only call that other threads may make: `work` runs on the loop's thread.
  void post(std::function<void()> work);
  // SIGINT, SIGTERM (the first: `handler`; the second: `again`, where there is one; the next one ends the process by
  // the default action) and SIGHUP, if asked for.
  void on_terminate(std::function<void()> handler, std::function<void()> again = {});
  void on_hangup(std::function<void()> handler);

  void run();  // until stop()
  void stop();
  // Runs until done() or the deadline; done() is asked after each event. For tests and flows.
  bool run_until(const std::function<bool()>& done, TimePoint deadline);

  struct Impl;
  [[nodiscard]] Impl& impl() { return *impl_; }  // for the parts of io that need the context

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace offhook::io
