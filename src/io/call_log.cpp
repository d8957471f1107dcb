#include "io/call_log.hpp"

#include <chrono>
#include <utility>

#include "call_log_sinks.hpp"

namespace offhook::io {
namespace {

constexpr seconds kAgain{5};

}  // namespace

Checked<std::unique_ptr<CallLog>> CallLog::open(const CallLogSettings& settings, Loop& loop, Done done) {
  std::vector<Target> targets;
  const auto add = [&](const std::string& path, auto open_sink) -> Checked<void> {
    if (path.empty()) return {};
    auto sink = open_sink(path);
    if (!sink) return complain("cannot open the records of calls: " + sink.error().what, path);
    targets.push_back({std::move(*sink), {}});
    return {};
  };
  if (auto opened = add(settings.sqlite, open_sqlite_sink); !opened) return tl::unexpected(opened.error());
  if (auto opened = add(settings.json, open_json_sink); !opened) return tl::unexpected(opened.error());
  return std::unique_ptr<CallLog>(new CallLog(std::move(targets), loop, std::move(done)));
}

CallLog::CallLog(std::vector<Target> targets, Loop& loop, Done done)
    : targets_(std::move(targets)), loop_(&loop), done_(std::move(done)), writer_([this] { work(); }) {}

CallLog::~CallLog() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  writer_.join();
}

std::vector<proxy::CallRecord> CallLog::open_calls() {
  std::vector<proxy::CallRecord> out;
  for (Target& target : targets_)
    for (auto& call : target.sink->open_calls()) out.push_back(std::move(call));
  return out;
}

void CallLog::submit(std::vector<proxy::RecordWrite> writes) {
  if (writes.empty()) return;
  std::vector<std::uint64_t> refused;
  {
    const std::lock_guard lock(mutex_);
    for (auto& write : writes) {
      if (queue_.size() < kQueue)
        queue_.push_back(std::move(write));
      else
        refused.push_back(write.id);
    }
  }
  wake_.notify_one();
  if (refused.empty()) return;
  loop_->post([done = done_, refused = std::move(refused)] { done(refused, "too many records wait for the disk"); });
}

Histogram CallLog::commits() const {
  const std::lock_guard lock(mutex_);
  return commits_;
}

// To each file what it has not taken yet; "" when all of them have taken all.
std::string CallLog::write(std::vector<Target>& targets, const std::vector<proxy::RecordWrite>& batch) {
  std::string error;
  for (Target& target : targets) {
    for (const auto& item : batch) target.waiting.push_back(item.call);
    if (target.waiting.empty()) continue;
    const std::string why = target.sink->commit(target.waiting);
    if (why.empty()) {
      target.waiting.clear();
      continue;
    }
    error = why;
    if (target.waiting.size() > kBacklog)
      target.waiting.erase(target.waiting.begin(), target.waiting.end() - static_cast<std::ptrdiff_t>(kBacklog));
  }
  return error;
}

// Under load the batch grows by itself while the disk works.
void CallLog::work() {
  bool failed = false;
  for (;;) {
    std::vector<proxy::RecordWrite> batch;
    bool last = false;
    {
      std::unique_lock lock(mutex_);
      const auto ready = [this] { return closing_ || !queue_.empty(); };
      if (failed)
        wake_.wait_for(lock, kAgain, ready);
      else
        wake_.wait(lock, ready);
      batch = std::exchange(queue_, {});
      last = closing_;
    }
    const auto began = std::chrono::steady_clock::now();
    std::string error = write(targets_, batch);
    const auto took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began);
    const bool changed = failed != !error.empty();
    failed = !error.empty();
    std::vector<std::uint64_t> ids;
    for (const auto& item : batch) ids.push_back(item.id);
    if (!batch.empty()) {
      const std::lock_guard lock(mutex_);
      commits_.add(took);
    }
    if (!ids.empty() || changed)
      loop_->post([done = done_, ids = std::move(ids), error = std::move(error)] { done(ids, error); });
    if (last && batch.empty()) return;
  }
}

}  // namespace offhook::io
