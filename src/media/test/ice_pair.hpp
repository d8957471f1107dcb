// Two agents on a network with NATs, in virtual time.
#pragma once
#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ice/agent.hpp"
#include "nat_network.hpp"

namespace offhook::media {

using sdp::IceCandidate;
using sdp::IceType;
using IceState = IceAgent::State;

struct IceEnd {
  std::string name;
  Endpoint base;  // RTP; RTCP is the port above
  Nat nat;
  sdp::IceSide ice;
  std::optional<IceAgent> agent;
  SeededRandom random{1};

  [[nodiscard]] Endpoint port(std::uint16_t component) const {
    return {base.address, static_cast<std::uint16_t>(base.port + component - 1)};
  }
};

class Ice : public testing::Test {
 protected:
  Ice() {
    left.name = "left";
    left.base = {IpAddress::v4(10, 0, 0, 2), 11780};
    left.nat.address = IpAddress::v4(203, 0, 113, 1);
    right.name = "right";
    right.base = {IpAddress::v4(10, 1, 0, 2), 11780};
    right.nat.address = IpAddress::v4(203, 0, 113, 2);
    right.random = SeededRandom(2);
  }
  void gather(IceEnd& side, bool reflexive) {
    side.ice.ufrag = side.name + "frag";
    side.ice.password = side.name + std::string(22, 'p');
    for (std::uint16_t component = 1; component <= components; ++component) {
      const Endpoint own = side.port(component);
      side.ice.candidates.push_back(
          {"1", component, sdp::ice_priority(IceType::Host, component), own, IceType::Host, {}});
      if (!reflexive || side.nat.kind == NatKind::None) continue;
      const Endpoint seen = side.nat.out(own, kStun);
      side.ice.candidates.push_back({"2", component, sdp::ice_priority(IceType::ServerReflexive, component), seen,
                                     IceType::ServerReflexive, own});
    }
  }
  [[nodiscard]] IcePlan plan(const IceEnd& own, const IceEnd& other, bool controlling) const {
    return {own.ice, other.ice, controlling, components, false};
  }
  void begin(bool left_controls = true, bool right_controls = false, bool reflexive = true) {
    gather(left, reflexive);
    gather(right, reflexive);
    left.agent.emplace(plan(left, right, left_controls), left.random);
    right.agent.emplace(plan(right, left, right_controls), right.random);
  }
  void send(IceEnd& from, IceEnd& to, std::uint16_t component, const Endpoint& remote, const std::string& bytes) {
    ++sent;
    if (component == silent) return;
    note(from, component, bytes);
    if (same_site && remote.address == to.base.address) return arrive(from.port(component), to, remote, bytes);
    const Endpoint seen = from.nat.out(from.port(component), remote);
    if (lost && lost(from, bytes)) return;
    if (to.nat.kind == NatKind::None && remote.address != to.base.address) return;
    if (const auto inside = to.nat.in(seen, remote)) arrive(seen, to, *inside, bytes);
  }
  void note(const IceEnd& from, std::uint16_t component, const std::string& bytes) {
    const auto message = stun::Message::parse(bytes);
    if (!message || message->message_class != stun::Class::Request) return;
    const std::string id(message->id.begin(), message->id.end());
    if (begun.insert(id).second) starts.push_back({now, &from});
    if (message->find(stun::kUseCandidate)) nominated[{&from, component}].insert(id);
  }
  void arrive(const Endpoint& seen, IceEnd& to, const Endpoint& at, const std::string& bytes) {
    const auto fly = [&] {
      const Duration delay = delay_min + Duration(static_cast<std::int64_t>(dice.below(
                                             static_cast<std::uint64_t>((delay_max - delay_min).count()) + 1)));
      flying.insert({now + delay, {&to, static_cast<std::uint16_t>(at.port - to.base.port + 1), seen, bytes}});
    };
    fly();
    if (dice.below(100) < duplicated) fly();
  }
  void deliver() {
    while (!flying.empty() && flying.begin()->first <= now) {
      const Flying each = std::move(flying.extract(flying.begin()).mapped());
      if (!each.to->agent) continue;
      IceEnd& other = each.to == &left ? right : left;
      if (const auto answer = each.to->agent->receive(now, each.component, each.from, each.bytes))
        send(*each.to, other, each.component, each.from, *answer);
    }
  }
  void run(Duration span) {
    for (const TimePoint end = now + span; now < end; now += milliseconds(20)) {
      deliver();
      for (IceEnd* side : {&left, &right}) {
        if (!side->agent) continue;
        for (const auto& datagram : side->agent->tick(now))
          send(*side, side == &left ? right : left, datagram.component, datagram.to, datagram.bytes);
      }
    }
  }
  // Both have come to the same two ends of the way.
  void expect_one_pair(std::uint16_t component) {
    const auto a = left.agent->choice(), b = right.agent->choice();
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->local[component - 1U].address, b->remote[component - 1U]);
    EXPECT_EQ(b->local[component - 1U].address, a->remote[component - 1U]);
  }
  void expect_completed() {
    EXPECT_EQ(left.agent->state(), IceState::Completed);
    EXPECT_EQ(right.agent->state(), IceState::Completed);
  }

  static constexpr std::uint16_t kBoth[] = {1, 2};
  static constexpr Endpoint kStun{IpAddress::v4(198, 51, 100, 1), 3478};
  struct Flying {
    IceEnd* to;
    std::uint16_t component;
    Endpoint from;
    std::string bytes;
  };
  struct Start {
    TimePoint at;
    const IceEnd* by;
  };
  IceEnd left, right;
  std::uint16_t components = 2;
  bool same_site = false;  // host candidates reach one another
  std::function<bool(const IceEnd& from, const std::string& bytes)> lost;
  Duration delay_min = milliseconds(10), delay_max = milliseconds(10);
  std::uint16_t silent = 0;      // a component whose datagrams get lost
  std::uint64_t duplicated = 0;  // of a hundred
  SeededRandom dice{99};
  std::multimap<TimePoint, Flying> flying;
  TimePoint now{seconds(1000)};
  int sent = 0;
  std::set<std::string> begun;  // transactions
  std::vector<Start> starts;
  std::map<std::pair<const IceEnd*, std::uint16_t>, std::set<std::string>> nominated;
};

}  // namespace offhook::media
