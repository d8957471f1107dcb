// What has gone over the wire of late: SIP messages in a ring of bytes, for a proxy that runs for years. Bounded in
// bytes and in time; the oldest make room. No credentials are kept (flow/wire_text.hpp).
//
// Unlike the Recorder, which belongs to a flow or a demo, it knows no parties and no deliveries, and a message costs a
// copy and one pass over it. Single thread.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "flow/recorder.hpp"

namespace offhook::flow {

struct WireRingSettings {
  std::size_t bytes = 0;  // of everything; 0 keeps nothing
  seconds age{900};       // what is older goes
  friend bool operator==(const WireRingSettings&, const WireRingSettings&) = default;
};

// All messages of the dialogs and transactions (by Call-ID) of which one message fits: any of these. Nothing at all
// fits everything.
struct WireQuestion {
  std::vector<std::string> call_ids;
  std::vector<std::string> users;  // unescaped; of Request-URI, From or To
  std::vector<Endpoint> remotes;   // peers
  TimePoint since{};
  std::size_t most = SIZE_MAX;  // bytes; the newest count
};

class WireRing {
 public:
  explicit WireRing(WireRingSettings settings);
  // Another age; other bytes begin anew.
  void configure(WireRingSettings settings);

  // What has no Call-ID is left out: keep-alives, STUN, junk.
  void received(Now now, const transport::Flow& flow, std::string_view bytes) { add(now, false, flow, bytes); }
  void sent(Now now, const transport::Flow& flow, std::string_view bytes) { add(now, true, flow, bytes); }

  // In their order, numbered from 1 on over the life of the ring; our side is called "proxy". A sent message counts as
  // delivered.
  [[nodiscard]] std::deque<Record> find(const WireQuestion& question) const;

  [[nodiscard]] std::size_t count() const { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const { return text_bytes_ + entries_.size() * sizeof(Entry); }

 private:
  struct Entry {
    std::size_t offset = 0, size = 0;  // in the buffer
    std::uint64_t number = 0;
    Now at{};
    std::uint64_t call = 0;                // hash of its Call-ID
    std::array<std::uint64_t, 3> users{};  // and of its users; 0 for none
    Endpoint local, remote;
    transport::Protocol protocol = transport::Protocol::Udp;
    bool sent = false;
  };
  void add(Now now, bool sent, const transport::Flow& flow, std::string_view bytes);
  void drop_oldest();
  // Where a message of that size goes; what was there is gone.
  [[nodiscard]] std::size_t make_room(std::size_t size);
  [[nodiscard]] Record record_of(const Entry& entry) const;

  WireRingSettings settings_;
  std::size_t capacity_ = 0;
  std::unique_ptr<char[]> buffer_;
  std::size_t write_ = 0;  // the next byte
  std::deque<Entry> entries_;
  std::size_t text_bytes_ = 0;
  std::uint64_t next_ = 1;
};

// Those of several rings as one, by time, numbered anew; what was sent the same way before is marked as such. The
// newest `most` bytes.
[[nodiscard]] std::deque<Record> merge(std::vector<std::deque<Record>> parts, std::size_t most = SIZE_MAX);

}  // namespace offhook::flow
