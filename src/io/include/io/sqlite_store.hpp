// The location service's durable store: SQLite in WAL mode, written by a thread of its own in group commits. A write is
// told done only after the commit that covers it has reached the disk (synchronous=FULL). A commit waits for
// as many as the last one had, as long as they keep coming and not beyond its delay.
//
// submit() from the engine's thread; `done` is posted to the loop in order of submission. The queue is bounded: beyond
// it submit() refuses at once.
#pragma once
#include <chrono>
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
#include "proxy/location.hpp"

namespace offhook::io {

class SqliteStore {
 public:
  // The ids of one commit, in order of submission; `error` is "" when they are on the disk, else why nothing was kept:
  // "database or disk is full", "database is locked".
  using Done = std::function<void(const std::vector<std::uint64_t>& ids, const std::string& error)>;
  static constexpr std::chrono::microseconds kDelay{2000};

  // Opens or creates the file. Complaint: "cannot open the store: … (proxy.db)".
  [[nodiscard]] static Checked<std::unique_ptr<SqliteStore>> open(const std::string& path, Loop& loop, Done done,
                                                                  std::chrono::microseconds delay = kDelay);
  // Finishes what was submitted.
  ~SqliteStore();

  // All bindings kept, some thousand at a time, so that a large store is not in memory twice; those of an
  // address-of-record come together. Before the first submit(), by one thread at a time.
  [[nodiscard]] Checked<void> load(const std::function<void(const std::vector<proxy::Binding>&)>& take);
  void submit(std::vector<proxy::StoreWrite> writes);
  // How long its commits have taken so far, those that failed included.
  [[nodiscard]] Histogram commits() const;

  static constexpr std::size_t kQueue = 100'000;

 private:
  struct Database;
  // So many are worth a commit at any time; and what has paused for a part of the delay is not waited for.
  static constexpr std::size_t kMostEnough = 1024;
  static constexpr int kPauses = 8;
  SqliteStore(std::unique_ptr<Database> database, Loop& loop, Done done, std::chrono::microseconds delay);
  [[nodiscard]] std::vector<proxy::StoreWrite> gather();
  void work();
  void note(Duration took);

  std::unique_ptr<Database> database_;
  Loop* loop_;
  Done done_;
  std::chrono::microseconds delay_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<proxy::StoreWrite> queue_;
  Histogram commits_;
  bool closing_ = false;
  std::size_t enough_ = 1;  // writes that are not kept waiting: as many as the last commit had
  std::thread writer_;
};

}  // namespace offhook::io
