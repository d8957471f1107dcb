#include "flow/recorder.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace offhook::flow {
namespace {

// The same datagram again has the same key; a collision would only mark a stranger as a retransmission.
std::uint64_t key_of(Kind kind, Endpoint from, Endpoint to, std::string_view bytes) {
  const std::hash<Endpoint> hash;
  const std::uint64_t seed = hash(from) * 31 + hash(to) + static_cast<std::uint64_t>(kind);
  return fnv1a(bytes, seed);
}

}  // namespace

void Recorder::name(Endpoint endpoint, std::string party) { names_[endpoint] = std::move(party); }

std::string Recorder::party(Endpoint endpoint) const {
  const auto it = names_.find(endpoint);
  return it == names_.end() ? endpoint.text() : it->second;
}

void Recorder::sent(Now now, Kind kind, const transport::Flow& flow, std::string_view bytes) {
  if (kind == Kind::Rtp) ++rtp_sent_[party(flow.local)];
  if (kind != Kind::Sip && limits_.rtp == 0) return;
  const Record& record = append(now, kind, flow.protocol, flow.local, flow.remote, bytes);
  changed(record);
}

void Recorder::received(Now now, Kind kind, const transport::Flow& flow, std::string_view bytes) {
  if (kind != Kind::Sip && limits_.rtp == 0) return;
  Record* record = nullptr;
  if (const auto it = sightings_.find(key_of(kind, flow.remote, flow.local, bytes)); it != sightings_.end()) {
    // Of several equal datagrams under way the youngest has most likely arrived: the older one was repeated because it
    // was lost.
    for (const std::uint64_t number : it->second) {
      Record* candidate = find(kind, number);
      if (candidate != nullptr && (record == nullptr || candidate->deliveries == 0)) record = candidate;
    }
  }
  if (record == nullptr) record = &append(now, kind, flow.protocol, flow.remote, flow.local, bytes);
  if (!record->delivered) record->delivered = now.mono;
  ++record->deliveries;
  changed(*record);
}

void Recorder::changed(const Record& record) {
  if (record.kind != Kind::Sip) return;
  ++changes_;
  if (watcher_) watcher_(record);
}

const Record* Recorder::sip(std::uint64_t number) const { return const_cast<Recorder*>(this)->find(Kind::Sip, number); }

Record& Recorder::append(Now now, Kind kind, transport::Protocol protocol, Endpoint from, Endpoint to,
                         std::string_view bytes) {
  std::deque<Record>& records = kind == Kind::Sip ? sip_ : rtp_;
  drop_oldest(records, std::max<std::size_t>(1, kind == Kind::Sip ? limits_.sip : limits_.rtp));
  Record& record = records.emplace_back();
  record.number = next_++;
  record.kind = kind;
  record.protocol = protocol;
  record.sent = now;
  record.from = from;
  record.to = to;
  record.from_party = party(from);
  record.to_party = party(to);
  record.bytes = bytes;
  std::vector<std::uint64_t>& numbers = sightings_[key_of(kind, from, to, bytes)];
  record.retransmission = kind == Kind::Sip && !numbers.empty();
  numbers.push_back(record.number);
  return record;
}

// Numbers grow along a deque, with gaps where the other kinds stand.
Record* Recorder::find(Kind kind, std::uint64_t number) {
  std::deque<Record>& records = kind == Kind::Sip ? sip_ : rtp_;
  const auto it = std::lower_bound(records.begin(), records.end(), number,
                                   [](const Record& record, std::uint64_t n) { return record.number < n; });
  return it != records.end() && it->number == number ? &*it : nullptr;
}

void Recorder::drop_oldest(std::deque<Record>& records, std::size_t limit) {
  while (records.size() >= limit) {
    const Record& oldest = records.front();
    const auto it = sightings_.find(key_of(oldest.kind, oldest.from, oldest.to, oldest.bytes));
    if (it != sightings_.end()) {
      std::erase(it->second, oldest.number);
      if (it->second.empty()) sightings_.erase(it);
    }
    records.pop_front();
  }
}

std::uint64_t Recorder::rtp_sent(std::string_view party) const {
  const auto it = rtp_sent_.find(party);
  return it == rtp_sent_.end() ? 0 : it->second;
}

void Recorder::clear() {
  sip_.clear();
  rtp_.clear();
  rtp_sent_.clear();
  sightings_.clear();
}

}  // namespace offhook::flow
