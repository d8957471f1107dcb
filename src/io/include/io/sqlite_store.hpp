// The location service's durable store: SQLite in WAL mode, written by a thread of its own in group commits. A write is
// told done only after the commit that covers it has reached the disk (synchronous=FULL).
//
// submit() from the engine's thread; `done` is posted to the loop in order of submission. The queue is bounded: beyond
// it submit() refuses at once (done({id}, false)).
#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "io/loop.hpp"
#include "proxy/location.hpp"

namespace offhook::io {

class SqliteStore {
 public:
  // The ids of one commit, in order of submission.
  using Done = std::function<void(const std::vector<std::uint64_t>& ids, bool ok)>;

  // Opens or creates the file. Complaint: "cannot open the store: … (proxy.db)".
  [[nodiscard]] static Checked<std::unique_ptr<SqliteStore>> open(const std::string& path, Loop& loop, Done done);
  // Finishes what was submitted.
  ~SqliteStore();

  // All bindings kept; before the first submit().
  [[nodiscard]] Checked<std::vector<proxy::Binding>> load();
  void submit(proxy::StoreWrite write);

  static constexpr std::size_t kQueue = 100'000;

 private:
  struct Database;
  SqliteStore(std::unique_ptr<Database> database, Loop& loop, Done done);
  void work();

  std::unique_ptr<Database> database_;
  Loop* loop_;
  Done done_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<proxy::StoreWrite> queue_;
  bool closing_ = false;
  std::thread writer_;
};

}  // namespace offhook::io
