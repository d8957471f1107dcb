#include "io/log_writer.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

namespace offhook::io {
namespace {

constexpr int kLook = 200;                    // ms, between looks at whether to end
constexpr std::chrono::seconds kPatience{2};  // with a reader that does not read, at the end
constexpr std::size_t kPiece = 4096;          // PIPE_BUF: what poll() promises room for

}  // namespace

LogWriter::LogWriter(int fd, Settings settings) : fd_(fd), settings_(settings), writer_([this] { work(); }) {}

LogWriter::~LogWriter() {
  {
    const std::lock_guard lock(mutex_);
    if (left_out_ != 0) tell_left_out(WallTime(seconds(second_)));
    closing_ = true;
  }
  wake_.notify_one();
  writer_.join();
}

void LogWriter::configure(Settings settings) {
  const std::lock_guard lock(mutex_);
  settings_ = settings;
}

void LogWriter::write(WallTime time, const LogEvent& event) {
  {
    const std::lock_guard lock(mutex_);
    if (event.level > settings_.level) return;
    const auto second = std::chrono::floor<seconds>(time.time_since_epoch()).count();
    if (second != second_) {
      second_ = second;
      lines_ = 0;
      if (left_out_ != 0) tell_left_out(time);
    }
    const bool is_over = settings_.rate != 0 && lines_ >= settings_.rate && event.level != LogLevel::Error;
    if (is_over || queue_.size() >= kQueue) {
      ++left_out_;
      return;
    }
    ++lines_;
    push(time, event);
  }
  wake_.notify_one();
}

void LogWriter::push(WallTime time, const LogEvent& event) {
  queue_.push_back(log_line(settings_.format, time, event) + '\n');
}

void LogWriter::tell_left_out(WallTime time) {
  push(time, {LogLevel::Warning,
              "log",
              "lines were left out: there were too many",
              {{"count", std::to_string(std::exchange(left_out_, 0))}}});
}

void LogWriter::work() {
  while (true) {
    std::vector<std::string> lines;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      lines = std::exchange(queue_, {});
    }
    std::string batch;
    for (const std::string& line : lines) batch += line;
    if (!put(batch)) return;
  }
}

// False when it has to end without.
bool LogWriter::put(std::string_view bytes) {
  std::optional<std::chrono::steady_clock::time_point> until;
  while (!bytes.empty()) {
    pollfd ready{fd_, POLLOUT, 0};
    if (::poll(&ready, 1, kLook) <= 0) {
      const std::lock_guard lock(mutex_);
      if (!closing_) continue;
      if (!until) until = std::chrono::steady_clock::now() + kPatience;
      if (std::chrono::steady_clock::now() >= *until) return false;
      continue;
    }
    const auto written = ::write(fd_, bytes.data(), std::min(bytes.size(), kPiece));
    if (written > 0)
      bytes.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR && errno != EAGAIN)
      return true;  // nobody is there: what waits is lost, later lines may have more luck
  }
  return true;
}

}  // namespace offhook::io
