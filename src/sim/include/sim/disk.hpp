// The proxy's store in a simulated world: a disk that takes its time, and a power cut that takes what was not yet on
// it.
//
// Writes are committed in groups, in their order: what came while a commit ran goes into the next one. Only then the
// proxy is told.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "proxy/location.hpp"

namespace offhook::sim {

struct DiskOptions {
  Duration commit_min{milliseconds(2)};
  Duration commit_max{milliseconds(2)};
};

class Disk {
 public:
  // `random` must outlive the disk.
  Disk(DiskOptions options, Random& random) : options_(options), random_(&random) {}

  void write(TimePoint now, proxy::StoreWrite write);
  // When the running commit ends; nothing when none runs.
  [[nodiscard]] std::optional<TimePoint> deadline() const { return due_; }

  struct Committed {
    std::vector<std::uint64_t> ids;
    bool ok = true;
  };
  // Ends the commit that is due and begins the next one.
  [[nodiscard]] Committed commit(TimePoint now);
  // Power is cut, or the process killed: what waits is gone; the commit that runs is on the disk as a whole or not at
  // all, which of them nobody knows.
  void crash();
  // Commits fail from now on ("disk full"), until told otherwise.
  void set_failing(bool failing) { failing_ = failing; }

  [[nodiscard]] std::vector<proxy::Binding> bindings() const;
  [[nodiscard]] std::size_t size() const { return table_.size(); }

 private:
  void begin(TimePoint now);
  void apply();

  DiskOptions options_;
  Random* random_;
  using Key = std::tuple<std::string, std::string, std::string, std::uint32_t>;  // as StoreWrite::Remove names it
  std::map<Key, proxy::Binding> table_;
  std::vector<proxy::StoreWrite> waiting_, running_;
  std::optional<TimePoint> due_;
  bool failing_ = false;
};

}  // namespace offhook::sim
