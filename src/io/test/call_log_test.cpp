// Records of calls in real files.
#include "io/call_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/clock.hpp"
#include "io/files.hpp"

namespace offhook::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr WallTime kStart{seconds(1'700'000'000)};

proxy::CallRecord call(const std::string& id) {
  proxy::CallRecord out;
  out.number = 7;
  out.call_id = id;
  out.caller_tag = "a";
  out.callee_tag = "b";
  out.caller = "sip:1001@example.test";
  out.caller_user = "1001";
  out.dialled = "sip:1002@example.test";
  out.callee = "sip:1002@example.test";
  out.callee_user = "1002";
  out.started = {TimePoint(seconds(5)), kStart};
  out.rang = Now{{}, kStart + seconds(1)};
  out.answered = Now{{}, kStart + seconds(2)};
  out.state = proxy::CallState::Answered;
  out.status = 200;
  return out;
}
proxy::CallRecord ended(const std::string& id) {
  auto out = call(id);
  out.state = proxy::CallState::Ended;
  out.ended = Now{{}, kStart + milliseconds(12'500)};
  out.end = proxy::CallEnd::Hangup;
  out.ended_by = proxy::CallSide::Callee;
  return out;
}

class CallLogTest : public testing::Test {
 protected:
  CallLogTest() {
    char name[] = "/tmp/offhook-cdr-XXXXXX";
    folder_ = ::mkdtemp(name);
    settings_ = {folder_ + "/cdr.db", folder_ + "/cdr.jsonl"};
  }
  ~CallLogTest() override {
    log_.reset();
    for (const char* file : {"/cdr.db", "/cdr.db-wal", "/cdr.db-shm", "/cdr.jsonl"}) ::unlink((folder_ + file).c_str());
    ::rmdir(folder_.c_str());
  }
  void open() {
    auto opened =
        CallLog::open(settings_, loop_, [this](const std::vector<std::uint64_t>& ids, const std::string& error) {
          ids_.insert(ids_.end(), ids.begin(), ids.end());
          error_ = error;
          ++told_;
        });
    ASSERT_TRUE(opened) << opened.error().text();
    log_ = std::move(*opened);
  }
  // Waits for the commit.
  void write(std::vector<proxy::CallRecord> calls) {
    const std::size_t before = ids_.size(), more = calls.size();
    std::vector<proxy::RecordWrite> writes;
    for (auto& call : calls) writes.push_back({++last_id_, std::move(call)});
    log_->submit(std::move(writes));
    EXPECT_TRUE(loop_.run_until([&] { return ids_.size() == before + more; }, now().mono + seconds(30)));
  }
  std::vector<std::string> rows(const std::string& sql) {
    sqlite3* database = nullptr;
    sqlite3_open(settings_.sqlite.c_str(), &database);
    std::vector<std::string> out;
    sqlite3_exec(
        database, sql.c_str(),
        [](void* into, int count, char** values, char**) {
          std::string row;
          for (int i = 0; i < count; ++i)
            row += (i == 0 ? "" : "|") + std::string(values[i] == nullptr ? "-" : values[i]);
          static_cast<std::vector<std::string>*>(into)->push_back(row);
          return 0;
        },
        &out, nullptr);
    sqlite3_close(database);
    return out;
  }
  std::string json() { return read_file(settings_.json).value_or(""); }

  std::string folder_;
  CallLogSettings settings_;
  Loop loop_;
  std::unique_ptr<CallLog> log_;
  std::vector<std::uint64_t> ids_;
  std::string error_;
  int told_ = 0;
  std::uint64_t last_id_ = 0;
};

TEST_F(CallLogTest, ACallIsOneRowAndOneLine) {
  open();
  write({call("x")});
  EXPECT_THAT(rows("SELECT call_id, answered_us - started_us, ended_us FROM call"), ElementsAre("x|2000000|-"));
  EXPECT_EQ(json(), "");
  write({ended("x")});
  EXPECT_EQ(error_, "");
  EXPECT_THAT(rows("SELECT call_id, caller_user, callee_user, status, reason, ended_by, duration_us FROM call"),
              ElementsAre("x|1001|1002|200|hangup|callee|10500000"));
  EXPECT_EQ(
      json(),
      R"({"answered":"2023-11-14T22:13:22.000Z","call_id":"x","callee":"sip:1002@example.test","callee_tag":"b",)"
      R"("callee_user":"1002","caller":"sip:1001@example.test","caller_tag":"a","caller_user":"1001",)"
      R"("dialled":"sip:1002@example.test","duration":10.5,"ended":"2023-11-14T22:13:32.500Z","ended_by":"callee",)"
      R"("id":7,"rang":"2023-11-14T22:13:21.000Z","reason":"hangup","started":"2023-11-14T22:13:20.000Z",)"
      R"("state":"ended","status":200})"
      "\n");
}

TEST_F(CallLogTest, WhatHasEndedStaysAsItIs) {
  open();
  write({ended("x"), call("x")});
  write({ended("x")});
  EXPECT_THAT(rows("SELECT count(*), max(reason) FROM call"), ElementsAre("1|hangup"));
}

TEST_F(CallLogTest, TheShardOfACallIsKeptAndOldFilesGetOne) {
  open();
  auto of_second = call("x");
  of_second.shard = 1;
  write({of_second, call("y")});
  log_.reset();
  rows("ALTER TABLE call DROP COLUMN shard");  // as an earlier version made it
  open();
  EXPECT_THAT(rows("SELECT call_id, shard FROM call"), ElementsAre("x|0", "y|0"));
  write({of_second});
  log_.reset();
  open();
  const auto open_calls = log_->open_calls();
  ASSERT_EQ(open_calls.size(), 2);
  EXPECT_EQ(open_calls[0].shard, 1);
  EXPECT_EQ(open_calls[1].shard, 0);
}

TEST_F(CallLogTest, CallsThatAreOpenAreGoneOnWith) {
  open();
  write({call("x"), call("y"), ended("z")});
  write({ended("y")});
  log_.reset();
  open();
  const auto open_calls = log_->open_calls();
  ASSERT_EQ(open_calls.size(), 1);
  EXPECT_EQ(open_calls[0].call_id, "x");
  EXPECT_EQ(open_calls[0].caller_tag, "a");
  EXPECT_EQ(open_calls[0].callee_tag, "b");
  EXPECT_EQ(open_calls[0].started.wall, kStart);
  EXPECT_EQ(open_calls[0].answered->wall, kStart + seconds(2));
}

TEST_F(CallLogTest, ALineThatACrashHasCutOffIsTakenAway) {
  ASSERT_TRUE(write_file(settings_.json, "{\"call_id\":\"whole\"}\n{\"call_id\":\"ha"));
  open();
  write({ended("x")});
  const auto text = json();
  EXPECT_TRUE(text.starts_with("{\"call_id\":\"whole\"}\n{\"answered\"")) << text;
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
}

TEST_F(CallLogTest, WhatALockedFileDoesNotTakeComesLater) {
  open();
  sqlite3* other = nullptr;
  sqlite3_open(settings_.sqlite.c_str(), &other);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
  write({ended("x")});
  EXPECT_THAT(error_, HasSubstr("locked"));
  EXPECT_EQ(std::ranges::count(json(), '\n'), 1);
  sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  write({ended("y")});
  EXPECT_EQ(error_, "");
  EXPECT_THAT(rows("SELECT call_id FROM call ORDER BY call_id"), ElementsAre("x", "y"));
  EXPECT_EQ(std::ranges::count(json(), '\n'), 2);
}

TEST_F(CallLogTest, SaysWhichFileCannotBeOpened) {
  for (const CallLogSettings& settings :
       {CallLogSettings{"/no/such/cdr.db", ""}, CallLogSettings{"", "/no/such/cdr.db"}}) {
    const auto opened = CallLog::open(settings, loop_, {});
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().text(), testing::StartsWith("cannot open the records of calls: "));
    EXPECT_EQ(opened.error().where, "/no/such/cdr.db");
  }
}

}  // namespace
}  // namespace offhook::io
