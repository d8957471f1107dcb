#include "records/records.hpp"

#include <utility>

namespace offhook::proxy {

void Records::write(const CallRecord& call) { writes_.push_back({++last_id_, call}); }

void Records::answered(const CallRecord& call) {
  write(call);
  fresh_ = call.number;
}

void Records::ended(const CallRecord& call) {
  if (call.status == 401 || call.status == 407) return;
  ++counters_.calls;
  write(call);
  fresh_ = call.end == CallEnd::Hangup ? call.number : 0;
}

bool Records::hold(TimePoint now, std::uint64_t call, transaction::ServerId server, transaction::Response& response) {
  if (fresh_ == 0 || std::exchange(fresh_, 0) != call) return false;
  held_.emplace(last_id_, Held{server, std::move(response), now + settings_.patience});
  return true;
}

std::optional<RecordWrite> Records::poll() {
  if (writes_.empty()) return std::nullopt;
  RecordWrite next = std::move(writes_.front());
  writes_.pop_front();
  return next;
}

void Records::recorded(TimePoint now, std::uint64_t id, bool ok) {
  if (!ok) ++counters_.failed;
  auto held = held_.extract(id);
  if (!held.empty()) transactions_->respond(now, held.mapped().server, std::move(held.mapped().response));
}

void Records::wake(TimePoint now) {
  while (!held_.empty() && held_.begin()->second.until <= now) {
    ++counters_.late;
    const auto held = held_.extract(held_.begin());
    transactions_->respond(now, held.mapped().server, held.mapped().response);
  }
}

std::optional<TimePoint> Records::deadline() const {
  return held_.empty() ? std::nullopt : std::optional(held_.begin()->second.until);
}

}  // namespace offhook::proxy
