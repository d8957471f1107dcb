#include "match.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "old_peers.hpp"
#include "services.hpp"

namespace offhook::transaction {
namespace {

// A request of RFC 2543 or later, part by part.
struct Parts {
  std::string method = "INVITE", uri = "sip:bob@example.com", via = "SIP/2.0/UDP pc.example.com;branch=z9hG4bKx";
  std::string from_tag = "a", to_tag = {}, call_id = "c1", cseq = "1";
};

sip::Message message_of(const Parts& p) {
  std::string text = p.method + " " + p.uri + " SIP/2.0\r\nVia: " + p.via +
                     "\r\nFrom: <sip:alice@example.com>;tag=" + p.from_tag + "\r\nTo: <sip:bob@example.com>" +
                     (p.to_tag.empty() ? "" : ";tag=" + p.to_tag) + "\r\nCall-ID: " + p.call_id +
                     "\r\nCSeq: " + p.cseq + " " + p.method + "\r\n\r\n";
  return *sip::Message::parse(std::move(text));
}

sip::Via via_of(const sip::Message& message) { return *sip::Via::parse(*message.top(sip::HeaderId::Via)); }

const Keys& keys() {
  static SeededRandom random(1);
  static const Keys keys(random);
  return keys;
}

Key key_of(const Parts& p, std::string_view method) {
  const auto message = message_of(p);
  return keys().server(via_of(message), method);
}

TEST(ServerKey, WithCookieOnlyBranchSentByAndMethodCount) {
  const Parts base;
  auto same = base;
  same.uri = "sip:carol@example.com", same.from_tag = "b", same.to_tag = "t", same.call_id = "c2", same.cseq = "9";
  same.via = "SIP/2.0/UDP PC.example.com;received=192.0.2.1;branch=z9hG4bKx";
  EXPECT_EQ(key_of(base, "INVITE"), key_of(same, "INVITE"));

  auto branch = base, sent_by = base;
  branch.via = "SIP/2.0/UDP pc.example.com;branch=z9hG4bKy";
  sent_by.via = "SIP/2.0/UDP pc.example.com:5070;branch=z9hG4bKx";
  EXPECT_NE(key_of(base, "INVITE"), key_of(branch, "INVITE"));
  EXPECT_NE(key_of(base, "INVITE"), key_of(sent_by, "INVITE"));
  EXPECT_NE(key_of(base, "INVITE"), key_of(base, "CANCEL"));
}

// §17.2.3, second half: one peer of RFC 2543 with one INVITE under way.
class OldPeer : public testing::Test {
 protected:
  OldPeer() {
    base.via = "SIP/2.0/UDP pc.example.com:5060;branch=1;maddr=192.0.2.9";
    const auto message = message_of(base);
    item = peers.add(message, via_of(message), kId);
  }
  [[nodiscard]] bool repeats(const Parts& parts) const {
    const auto message = message_of(parts);
    return peers.find(message, via_of(message)) == kId;
  }
  [[nodiscard]] bool acknowledges(Parts parts) const {
    parts.method = "ACK";
    const auto message = message_of(parts);
    return peers.find_acknowledged(message, via_of(message)) == kId;
  }
  [[nodiscard]] bool cancels(Parts parts) const {
    parts.method = "CANCEL";
    const auto message = message_of(parts);
    return peers.find_cancelled(message, via_of(message), "INVITE") == kId;
  }
  static constexpr ServerId kId{7, 3};
  Parts base;
  OldPeers peers;
  OldPeers::Item* item = nullptr;
};

TEST_F(OldPeer, EveryFieldCounts) {
  EXPECT_TRUE(repeats(base));
  const std::pair<std::string Parts::*, const char*> changes[] = {
      {&Parts::method, "OPTIONS"},
      {&Parts::uri, "sip:carol@example.com"},
      {&Parts::via, "SIP/2.0/UDP pc.example.com:5060;branch=2;maddr=192.0.2.9"},
      {&Parts::via, "SIP/2.0/TCP pc.example.com:5060;branch=1;maddr=192.0.2.9"},
      {&Parts::via, "SIP/2.0/UDP pc.example.com:5060;branch=1"},
      {&Parts::via, "SIP/2.0/UDP pc.example.com:5060;branch=1;maddr=192.0.2.9;ttl=1"},
      {&Parts::via, "SIP/2.0/UDP pc.example.com:5061;branch=1;maddr=192.0.2.9"},
      {&Parts::from_tag, "b"},
      {&Parts::to_tag, "t"},
      {&Parts::call_id, "C1"},
      {&Parts::cseq, "2"},
  };
  for (const auto& [part, value] : changes) {
    auto other = base;
    other.*part = value;
    EXPECT_FALSE(repeats(other)) << value;
  }
}

TEST_F(OldPeer, EachFieldComparesByItsOwnRules) {
  auto same = base;
  same.uri = "sip:bob@EXAMPLE.com";  // §19.1.4
  same.via = "SIP/2.0/udp PC.example.com:5060;MAddr=192.0.2.9;branch=1;received=192.0.2.1;rport=5060";
  EXPECT_TRUE(repeats(same));
  same.uri = "sip:%62ob@example.com";
  EXPECT_TRUE(repeats(same));
  same.uri = "sip:Bob@example.com";
  EXPECT_FALSE(repeats(same));
}

TEST_F(OldPeer, AckHasTheTagOfTheResponseAndAnyMethodInItsCSeq) {
  item->second.response_tag = "ours";
  auto ack = base;
  EXPECT_FALSE(acknowledges(ack));
  ack.to_tag = "ours";
  EXPECT_TRUE(acknowledges(ack));
  ack.cseq = "2";
  EXPECT_FALSE(acknowledges(ack));
}

TEST_F(OldPeer, CancelHasTheTagOfTheRequest) {
  auto cancel = base;
  EXPECT_TRUE(cancels(cancel));
  cancel.to_tag = "ours";
  EXPECT_FALSE(cancels(cancel));
}

TEST_F(OldPeer, IsForgottenAlone) {
  auto other = base;
  other.uri = "sip:carol@example.com";
  const auto message = message_of(other);
  peers.add(message, via_of(message), ServerId{8, 1});
  peers.remove(item);
  EXPECT_FALSE(repeats(base));
  EXPECT_EQ(peers.find(message, via_of(message)), (ServerId{8, 1}));
}

TEST(ClientKey, IsBranchAndMethodOfCSeq) {
  const auto response = sip::Message::parse(
      "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx, SIP/2.0/UDP b;branch=z9hG4bKy\r\nCSeq: 2 CANCEL\r\n\r\n");
  EXPECT_EQ(keys().client(via_of(*response), *response), keys().client("z9hG4bKx", "CANCEL"));
  EXPECT_NE(keys().client(via_of(*response), *response), keys().client("z9hG4bKx", "INVITE"));
  const auto bare = sip::Message::parse("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a\r\nCSeq: 2 BYE\r\n\r\n");
  EXPECT_FALSE(is_some(keys().client(via_of(*bare), *bare)));
  const auto foreign = sip::Message::parse("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=x\r\nCSeq: 2 FOO\r\n\r\n");
  EXPECT_EQ(keys().client(via_of(*foreign), *foreign), keys().client("x", "FOO"));
}

// Keys of every length, one octet apart, and those that only their separator tells apart.
TEST(Keys, AreAllDifferent) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  std::size_t made = 0;
  const auto add = [&](const Key& key) {
    seen.emplace(key.high, key.low);
    ++made;
  };
  for (std::size_t size = 0; size < 600; ++size) {
    add(keys().client(std::string(size, 'a'), "INVITE"));
    if (size > 0) add(keys().client(std::string(size - 1, 'a') + "b", "INVITE"));
    if (size > 1) add(keys().client("b" + std::string(size - 1, 'a'), "INVITE"));
  }
  add(keys().client("z9hG4bK", "1BYE"));
  add(keys().client("z9hG4bK1", "BYE"));
  EXPECT_EQ(seen.size(), made);
  SeededRandom random(2);
  EXPECT_NE(Keys(random).client("z9hG4bKx", "BYE"), keys().client("z9hG4bKx", "BYE")) << "by the secret";
}

TEST(Keys, AVeryLongSentByIsFoldedToLowerCaseToo) {
  Parts upper, lower;
  upper.via = "SIP/2.0/UDP " + std::string(400, 'A') + ";branch=z9hG4bKx";
  lower.via = "SIP/2.0/UDP " + std::string(400, 'a') + ";branch=z9hG4bKx";
  EXPECT_EQ(key_of(upper, "BYE"), key_of(lower, "BYE"));
}

// Against std::map, with keys that crowd in a few places.
TEST(KeyTable, IsAMap) {
  using Id = Handle<struct SomeTag>;
  SeededRandom random(3);
  KeyTable<Id> table;
  std::map<std::uint64_t, std::pair<Key, Id>> model;
  for (std::uint32_t step = 1; step <= 20000; ++step) {
    const std::uint64_t which = random.below(400);
    const Key key{which + 1, which % 7 == 0 ? which : (which % 16) * 61};
    if (random.below(2) == 0) {
      table.set(key, {step, 1});
      model[which] = {key, Id{step, 1}};
    } else if (const auto known = model.find(which); known != model.end()) {
      table.erase(key, {step, 2});  // another one's: no effect
      table.erase(key, known->second.second);
      model.erase(known);
    } else {
      table.erase(key, {step, 1});
    }
    if (step % 500 != 0) continue;
    ASSERT_EQ(table.size(), model.size());
    for (std::uint64_t n = 0; n < 400; ++n) {
      const auto known = model.find(n);
      ASSERT_EQ(table.find({n + 1, n % 7 == 0 ? n : (n % 16) * 61}),
                known == model.end() ? Id{} : known->second.second);
    }
  }
}

TEST(Payload, KeepsHandleAndLetter) {
  const Payload in{Timer::X, (1U << 28) - 1, 0xfffffffe};
  const auto out = Payload::from_number(in.number());
  EXPECT_EQ(out.timer, in.timer);
  EXPECT_EQ(out.index, in.index);
  EXPECT_EQ(out.generation, in.generation);
}

TEST(Timing, TimeUntilTimerEStandsAtT2) {
  EXPECT_EQ(time_to_t2({}), milliseconds(3500));
  EXPECT_EQ(time_to_t2({.t1 = seconds(5)}), Duration{});
}

// An account whose T2 is 0 must not make a timer that fires for ever within one moment.
TEST(Timing, NoTimerIsShorterThanATick) {
  TimerWheel wheel;
  Clocks clocks;
  const Timers timers{.t1 = {}, .t2 = {}};
  set_timer(wheel, TimePoint(seconds(1)), arm(Timer::E), timers, clocks, {});
  int fired = 0;
  wheel.advance(TimePoint(seconds(1)), [&](std::uint64_t) { ++fired; });
  EXPECT_EQ(fired, 0);
  EXPECT_EQ(wheel.deadline(), TimePoint(milliseconds(1001)));
}

}  // namespace
}  // namespace offhook::transaction
