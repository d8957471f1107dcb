// What an engine counts and holds, as one value: those of several shards add up.
#pragma once
#include <cstddef>

#include "proxy/core.hpp"

namespace offhook::proxy {

struct Figures {
  transport::Counters transport;
  transaction::Counters transactions;
  Counters proxy;
  GuardCounters guard;
  RecordCounters records;
  std::size_t bindings = 0;  // the same ones in every shard: not added
  std::size_t calls = 0, transactions_now = 0, relays = 0, subscriptions = 0, timers = 0;
  bool draining = false;

  Figures& operator+=(const Figures& other);
};

[[nodiscard]] Figures figures_of(const Core& core);

}  // namespace offhook::proxy
