// What passed on the wire, transaction by transaction, and what RFC 3261 §17 allows of it.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "rig.hpp"
#include "sip/header/cseq.hpp"
#include "sip/header/via.hpp"

namespace offhook::transaction {

class Ledger {
 public:
  void sent(Duration now, const transport::Transmit& out) {
    const auto message = sip::Message::parse(out.bytes);
    ASSERT_TRUE(message) << out.bytes;
    Entry& entry = entry_of(*message);
    entry.stream = out.flow.protocol != transport::Protocol::Udp;
    if (message->is_request()) {
      if (message->method() == sip::Method::Ack) {
        // The branch tells whose ACK it is: the layer's has the INVITE's own.
        if (entry.requests.empty()) return;
        ++entry.acks;
        entry.ack_tags.insert(std::string(message->to_tag()));
      } else {
        entry.requests.push_back(now);
        entry.owner = std::string(message->call_id());
      }
    } else if (message->status() >= 200) {
      entry.finals.insert(message->status());
      ++entry.finals_sent;
      if (message->status() >= 300) entry.refusal_tags.insert(std::string(message->to_tag()));
    } else {
      EXPECT_TRUE(entry.finals.empty()) << "a provisional response after the final one";
    }
  }

  void delivered(const sip::Message& message) {
    if (message.is_request() && message.method() == sip::Method::Ack) return;
    Entry& entry = entry_of(message);
    if (message.is_request()) {
      entry.received += 1;
      return;
    }
    if (message.status() < 200 || entry.over) return;
    if (message.status() < 300)
      entry.succeeded = entry.refusals == 0 || entry.succeeded;
    else if (!entry.succeeded)
      ++entry.refusals;
  }
  void client_over(Owner owner) {
    for (auto& [key, entry] : entries_)
      if (key.second != "CANCEL" && entry.owner == "call-" + std::to_string(owner)) entry.over = true;
  }

  void check() const {
    for (const auto& [key, entry] : entries_) {
      SCOPED_TRACE(key.second + " " + entry.owner);
      EXPECT_LE(entry.finals.size(), 1) << "a server transaction gave two answers";
      check_acks(key.second == "INVITE", entry);
      check_repetition(key.second == "INVITE", entry);
    }
  }

 private:
  struct Entry {
    std::string owner;
    bool stream = false, succeeded = false, over = false;
    std::vector<Duration> requests;  // when it was sent
    int received = 0;                // at the server
    std::set<int> finals;            // statuses
    int finals_sent = 0;
    int refusals = 0;  // that reached the client while it lived
    int acks = 0;      // of the layer
    std::set<std::string> ack_tags, refusal_tags;
  };
  using Key = std::pair<std::string, std::string>;  // branch, method

  Entry& entry_of(const sip::Message& message) {
    const auto via = sip::Via::parse(*message.top(sip::HeaderId::Via));
    std::string method(sip::CSeq::parse(*message.find(sip::HeaderId::CSeq))->method);
    if (method == "ACK") method = "INVITE";
    return entries_[{std::string(via->branch()), method}];
  }

  // §17.1.1.3: each refusal that comes is acknowledged, a 2xx never by the layer (§13.2.2.4).
  static void check_acks(bool invite, const Entry& entry) {
    if (entry.requests.empty()) return;  // an ACK of the TU has a branch of its own
    EXPECT_EQ(entry.acks, invite ? entry.refusals : 0);
    for (const auto& tag : entry.ack_tags) EXPECT_TRUE(entry.refusal_tags.contains(tag)) << "an ACK to no refusal";
  }

  // Table 4 with T1 500 ms, T2 4 s: 7 times an INVITE, 11 times anything else within 64*T1; a stream repeats nothing.
  static void check_repetition(bool invite, const Entry& entry) {
    if (entry.requests.empty()) return;
    const std::size_t most = entry.stream ? 1 : invite ? 7 : 11;
    EXPECT_LE(entry.requests.size(), most);
    Duration wait = milliseconds(500);
    for (std::size_t i = 1; i < entry.requests.size(); ++i) {
      EXPECT_GE(entry.requests[i] - entry.requests[i - 1], std::min<Duration>(wait, invite ? minutes(1) : seconds(4)));
      wait = invite ? wait * 2 : milliseconds(500);  // a non-INVITE stands at T2 once it has a 1xx
    }
    EXPECT_LT(entry.requests.back() - entry.requests.front(), seconds(32));
    if (entry.finals.empty() || *entry.finals.begin() < 300) return;  // a 2xx to INVITE is the TU's to repeat
    EXPECT_LE(entry.finals_sent, (entry.stream || !invite ? 1 : 11) + std::max(0, entry.received - 1));
  }

  std::map<Key, Entry> entries_;
};

}  // namespace offhook::transaction
