#include "io/log_writer.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>

namespace offhook::io {
namespace {

using testing::HasSubstr;
using testing::Not;

WallTime at(int s) { return WallTime(seconds(1'700'000'000 + s)); }
LogEvent event(LogLevel level, const std::string& message) { return {level, "test", message, {}}; }

class LogWriterTest : public testing::Test {
 protected:
  LogWriterTest() { EXPECT_EQ(::pipe2(pipe_.data(), O_CLOEXEC), 0); }
  ~LogWriterTest() override {
    for (const int fd : pipe_)
      if (fd >= 0) ::close(fd);
  }
  void start(LogWriter::Settings settings) { writer_ = std::make_unique<LogWriter>(pipe_[1], settings); }
  // Everything, at its end.
  std::string text() {
    writer_.reset();
    ::close(std::exchange(pipe_[1], -1));
    std::string out;
    std::array<char, 4096> piece{};
    for (ssize_t got = 0; (got = ::read(pipe_[0], piece.data(), piece.size())) > 0;)
      out.append(piece.data(), static_cast<std::size_t>(got));
    return out;
  }

  std::array<int, 2> pipe_{-1, -1};
  std::unique_ptr<LogWriter> writer_;
};

TEST_F(LogWriterTest, LinesUpToALevel) {
  start({LogFormat::Logfmt, LogLevel::Warning, 0});
  writer_->write(at(0), event(LogLevel::Info, "no"));
  writer_->write(at(0), event(LogLevel::Error, "one"));
  writer_->configure({LogFormat::Json, LogLevel::Info, 0});
  writer_->write(at(1), event(LogLevel::Info, "two"));
  EXPECT_EQ(text(),
            "time=2023-11-14T22:13:20.000Z level=error area=test message=one\n"
            "{\"time\":\"2023-11-14T22:13:21.000Z\",\"level\":\"info\",\"area\":\"test\",\"message\":\"two\"}\n");
}

TEST_F(LogWriterTest, WhatComesTooFastIsCounted) {
  start({LogFormat::Text, LogLevel::Info, 3});
  for (int i = 0; i < 10; ++i) writer_->write(at(0), event(LogLevel::Info, "line " + std::to_string(i)));
  writer_->write(at(0), event(LogLevel::Error, "an error"));
  writer_->write(at(1), event(LogLevel::Info, "next"));
  const std::string all = text();
  EXPECT_THAT(all, HasSubstr("line 2\n"));
  EXPECT_THAT(all, Not(HasSubstr("line 3\n")));
  EXPECT_THAT(all, HasSubstr("an error\n"));
  EXPECT_THAT(all, HasSubstr("lines were left out: there were too many (count 7)\n"));
  EXPECT_THAT(all, HasSubstr("next\n"));
}

TEST_F(LogWriterTest, WhatIsLeftOutIsToldAtTheEnd) {
  start({LogFormat::Text, LogLevel::Info, 1});
  for (int i = 0; i < 3; ++i) writer_->write(at(0), event(LogLevel::Info, "x"));
  EXPECT_THAT(text(), HasSubstr("(count 2)"));
}

// Nobody reads: the pipe holds 64 kB, the queue its lines, and the caller never waits.
TEST_F(LogWriterTest, ASlowReaderHoldsUpNobody) {
  start({LogFormat::Text, LogLevel::Info, 0});
  const std::string long_line(1000, 'x');
  for (int i = 0; i < 30'000; ++i) writer_->write(at(0), event(LogLevel::Info, long_line));
  writer_.reset();  // ends though nobody reads
  std::string held(1 << 20, '\0');
  ASSERT_EQ(::fcntl(pipe_[0], F_SETFL, O_NONBLOCK), 0);
  const ssize_t size = ::read(pipe_[0], held.data(), held.size());
  EXPECT_GT(size, 32'768);
  EXPECT_LE(size, 65'536);
}

TEST_F(LogWriterTest, AReaderThatIsGoneEndsNobody) {
  start({LogFormat::Text, LogLevel::Info, 0});
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  ::close(std::exchange(pipe_[0], -1));
  for (int i = 0; i < 100; ++i) writer_->write(at(0), event(LogLevel::Info, "x"));
  writer_.reset();
  EXPECT_EQ(::signal(SIGPIPE, before), SIG_IGN);
}

}  // namespace
}  // namespace offhook::io
