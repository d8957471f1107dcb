// The log on a descriptor: lines from any thread, written by a thread of its own, so that a slow reader of the log
// holds up no call. Lines that there is no room for, or that come too fast, are counted and told in one line.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/log.hpp"

namespace offhook::io {

class LogWriter {
 public:
  struct Settings {
    LogFormat format = LogFormat::Text;
    LogLevel level = LogLevel::Info;  // what is above is not written
    std::size_t rate = 1000;          // lines a second, errors not counted; 0 for all
  };
  static constexpr std::size_t kQueue = 10'000;  // lines

  // The descriptor stays the caller's, and outlives this.
  LogWriter(int fd, Settings settings);
  // Writes what waits, for two seconds at most.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  void configure(Settings settings);
  void write(WallTime time, const LogEvent& event);

 private:
  void work();
  [[nodiscard]] bool put(std::string_view bytes);
  void push(WallTime time, const LogEvent& event);
  void tell_left_out(WallTime time);

  int fd_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Settings settings_;
  std::vector<std::string> queue_;
  std::int64_t second_ = 0;     // of the wall clock, in which …
  std::size_t lines_ = 0;       // … so many have been written …
  std::uint64_t left_out_ = 0;  // … and since the last line about it these not
  bool closing_ = false;
  std::thread writer_;
};

}  // namespace offhook::io
