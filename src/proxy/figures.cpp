#include "proxy/figures.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <type_traits>

namespace offhook::proxy {
namespace {

// Of counters that are nothing but numbers of 64 bits: a new one needs no line here.
template <class C>
void add(C& to, const C& other) {
  static_assert(std::has_unique_object_representations_v<C> && sizeof(C) % sizeof(std::uint64_t) == 0);
  using Numbers = std::array<std::uint64_t, sizeof(C) / sizeof(std::uint64_t)>;
  Numbers sum = std::bit_cast<Numbers>(to);
  const auto more = std::bit_cast<Numbers>(other);
  for (std::size_t i = 0; i < sum.size(); ++i) sum.at(i) += more.at(i);
  to = std::bit_cast<C>(sum);
}

}  // namespace

Figures& Figures::operator+=(const Figures& other) {
  add(transport, other.transport);
  add(transactions, other.transactions);
  add(proxy, other.proxy);
  add(guard, other.guard);
  add(records, other.records);
  bindings = std::max(bindings, other.bindings);
  calls += other.calls;
  transactions_now += other.transactions_now;
  relays += other.relays;
  subscriptions += other.subscriptions;
  timers += other.timers;
  draining = draining || other.draining;
  return *this;
}

Figures figures_of(const Core& core) {
  Figures out;
  out.transport = core.transport_counters();
  out.transactions = core.transaction_counters();
  out.proxy = core.counters();
  out.guard = core.guard_counters();
  out.records = core.record_counters();
  out.bindings = core.binding_count();
  out.calls = core.call_count();
  out.transactions_now = core.transaction_count();
  out.relays = core.relay_count();
  out.subscriptions = core.subscription_count();
  out.timers = core.timer_count();
  out.draining = core.is_draining();
  return out;
}

}  // namespace offhook::proxy
