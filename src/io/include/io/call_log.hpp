// Records of calls on the disk: a table of SQLite, a file of JSON lines, or both. Written by a thread of its own, all
// that waits in one commit; a record is told done when it is on the disk in each of them.
//
// What a file does not take now is kept, the newest kBacklog records, and tried again with the next one and every few
// seconds. The same call is in a file once: SQLite has a key for it, and a line of JSON is written when the call has
// ended.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/histogram.hpp"
#include "base/result.hpp"
#include "io/loop.hpp"
#include "proxy/records.hpp"

namespace offhook::io {

// [cdr]
struct CallLogSettings {
  std::string sqlite, json;  // files; "" for none
  [[nodiscard]] bool on() const { return !sqlite.empty() || !json.empty(); }
  friend bool operator==(const CallLogSettings&, const CallLogSettings&) = default;
};

class CallLog {
 public:
  // The ids of one commit; `error` is "" when they are on the disk, else why they are kept in memory for now.
  using Done = std::function<void(const std::vector<std::uint64_t>& ids, const std::string& error)>;
  static constexpr std::size_t kBacklog = 10'000;  // records
  static constexpr std::size_t kQueue = 100'000;

  // Opens or creates the files. Complaint: "cannot open the records of calls: … (cdr.db)".
  [[nodiscard]] static Checked<std::unique_ptr<CallLog>> open(const CallLogSettings& settings, Loop& loop, Done done);
  // Finishes what was submitted.
  ~CallLog();

  // Calls that were answered and have no end in SQLite's table, for the engine to go on with; before the first
  // submit().
  [[nodiscard]] std::vector<proxy::CallRecord> open_calls();
  // More than kQueue that wait are refused.
  void submit(std::vector<proxy::RecordWrite> writes);
  // How long its commits have taken so far, those that failed included.
  [[nodiscard]] Histogram commits() const;

  // A file that takes records; on the writer's thread.
  class Sink {
   public:
    virtual ~Sink() = default;
    // All of them or none; "" when they are on the disk.
    virtual std::string commit(const std::vector<proxy::CallRecord>& calls) = 0;
    // Answered and not ended, where it knows.
    [[nodiscard]] virtual std::vector<proxy::CallRecord> open_calls() { return {}; }
  };

 private:
  struct Target {
    std::unique_ptr<Sink> sink;
    std::vector<proxy::CallRecord> waiting;
  };
  CallLog(std::vector<Target> targets, Loop& loop, Done done);
  void work();
  [[nodiscard]] std::string write(std::vector<Target>& targets, const std::vector<proxy::RecordWrite>& batch);

  std::vector<Target> targets_;  // the writer's
  Loop* loop_;
  Done done_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<proxy::RecordWrite> queue_;
  Histogram commits_;
  bool closing_ = false;
  std::thread writer_;
};

}  // namespace offhook::io
