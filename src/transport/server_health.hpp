// Servers that did not answer, or asked to be left alone: they are tried last for a while. RFC 3261 §21.5.4 (503 and
// its Retry-After), RFC 3263 §4.3.
#pragma once
#include <map>
#include <vector>

#include "base/time.hpp"
#include "transport/locate.hpp"

namespace offhook::transport {

class ServerHealth {
 public:
  // `retry_after`: as the server wished; 0 takes 32 s, and twice that each time it fails again, up to five minutes.
  void failed(TimePoint now, const Target& target, seconds retry_after);
  void succeeded(const Target& target);
  [[nodiscard]] bool is_penalised(TimePoint now, const Target& target) const;
  // Targets without a penalty first, then the others by the end of theirs; otherwise the order stays.
  void order(TimePoint now, std::vector<Target>& targets) const;
  [[nodiscard]] std::size_t size() const { return penalties_.size(); }

 private:
  struct Key {
    Protocol protocol;
    Endpoint remote;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Penalty {
    TimePoint until;
    Duration length{};
  };
  [[nodiscard]] TimePoint until(TimePoint now, const Target& target) const;
  void make_room();
  std::map<Key, Penalty> penalties_;
};

}  // namespace offhook::transport
