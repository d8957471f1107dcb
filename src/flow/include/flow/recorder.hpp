// The record is the truth: every datagram at the wire, with time and direction, as the worlds (io, sim) saw it.
// Ladders, captures, expectations and the browser's view are all drawn from it. Single thread; a media thread hands its
// packets over by value.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "transport/flow.hpp"

namespace offhook::flow {

enum class Kind : std::uint8_t { Sip, Rtp, Rtcp };

struct Record {
  std::uint64_t number = 0;  // 1, 2, … over the life of the recorder
  Kind kind = Kind::Sip;
  transport::Protocol protocol = transport::Protocol::Udp;
  Now sent;                            // when it left (or, from a stranger, when it arrived)
  std::optional<TimePoint> delivered;  // first arrival at a party of ours; nothing: lost, or the peer is a stranger
  int deliveries = 0;
  Endpoint from, to;
  std::string from_party, to_party;  // names; the endpoint's text for strangers
  std::string bytes;
  bool retransmission = false;  // SIP: the same bytes went the same way before
};

struct RecorderLimits {
  std::size_t sip = 20000;   // oldest are dropped beyond
  std::size_t rtp = 200000;  // 0 keeps no RTP bytes, only counts
};

class Recorder {
 public:
  explicit Recorder(RecorderLimits limits = {}) : limits_(limits) {}

  // Gives an endpoint (signalling or media) a party's name. Both sides of a datagram between named endpoints are seen
  // by us.
  void name(Endpoint endpoint, std::string party);
  [[nodiscard]] std::string party(Endpoint endpoint) const;

  void sent(Now now, Kind kind, const transport::Flow& flow, std::string_view bytes);
  // An arrival: of a datagram that a party of ours sent (then that record is completed), or from a stranger (a new
  // record).
  void received(Now now, Kind kind, const transport::Flow& flow, std::string_view bytes);

  [[nodiscard]] const std::deque<Record>& sip() const { return sip_; }
  [[nodiscard]] const std::deque<Record>& rtp() const { return rtp_; }
  // RTP packets sent from that party since the start (counted even when bytes are not kept).
  [[nodiscard]] std::uint64_t rtp_sent(std::string_view party) const;
  // Called with each new or completed SIP record, at once; for live views.
  void on_sip(std::function<void(const Record&)> watcher) { watcher_ = std::move(watcher); }
  // Grows with every SIP record that is new or completed: who has looked at this number has seen it all.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }
  // The record with that number, while it is kept.
  [[nodiscard]] const Record* sip(std::uint64_t number) const;
  void clear();

 private:
  // Where the records of one datagram (kind, way and bytes) are: their numbers, oldest first.
  using Sightings = std::unordered_map<std::uint64_t, std::vector<std::uint64_t>>;
  Record& append(Now now, Kind kind, transport::Protocol protocol, Endpoint from, Endpoint to, std::string_view bytes);
  void changed(const Record& record);
  [[nodiscard]] Record* find(Kind kind, std::uint64_t number);
  void drop_oldest(std::deque<Record>& records, std::size_t limit);

  RecorderLimits limits_;
  Sightings sightings_;
  std::map<Endpoint, std::string> names_;
  std::deque<Record> sip_, rtp_;
  std::map<std::string, std::uint64_t, std::less<>> rtp_sent_;
  std::function<void(const Record&)> watcher_;
  std::uint64_t next_ = 1;
  std::uint64_t changes_ = 0;
};

}  // namespace offhook::flow
