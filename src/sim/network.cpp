#include "sim/network.hpp"

#include <algorithm>

namespace offhook::sim {
namespace {

std::pair<std::string, std::string> pair_of(const std::string& a, const std::string& b) {
  return a < b ? std::pair(a, b) : std::pair(b, a);
}

}  // namespace

NetworkOptions NetworkOptions::rough() {
  NetworkOptions out;
  out.delay_max = milliseconds(40);
  out.loss = 0.05;
  out.duplication = 0.02;
  out.reordering = 0.1;
  return out;
}

std::vector<TimePoint> Network::send(TimePoint now, const std::string& from_party, const std::string& to_party,
                                     Endpoint from, Endpoint to) {
  if (blocked(from_party, to_party)) return {};
  if (random_->unit() < options_.loss) return {};
  std::vector<TimePoint> out;
  const int copies = random_->unit() < options_.duplication ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    TimePoint at = now + delay();
    if (random_->unit() < options_.reordering) {
      at += Duration(static_cast<Duration::rep>(random_->unit() * static_cast<double>(options_.reordering_by.count())));
    } else {
      TimePoint& last = last_arrival_[{from, to}];
      at = last = std::max(last, at);
    }
    out.push_back(at);
  }
  return out;
}

void Network::cut(const std::string& a, const std::string& b) { cuts_.insert(pair_of(a, b)); }
void Network::heal(const std::string& a, const std::string& b) { cuts_.erase(pair_of(a, b)); }
void Network::set_down(const std::string& party, bool down) {
  if (down)
    down_.insert(party);
  else
    down_.erase(party);
}

bool Network::blocked(const std::string& a, const std::string& b) const {
  return down_.contains(a) || down_.contains(b) || cuts_.contains(pair_of(a, b));
}

Duration Network::delay() {
  const auto range =
      static_cast<std::uint64_t>(std::max<Duration::rep>(0, (options_.delay_max - options_.delay_min).count()));
  // A constant delay draws nothing.
  return options_.delay_min +
         (range == 0 ? Duration(0) : Duration(static_cast<Duration::rep>(random_->below(range + 1))));
}

}  // namespace offhook::sim
