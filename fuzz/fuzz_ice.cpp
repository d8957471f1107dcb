// A full ICE agent: what comes to its ports from a peer that knows the passwords, and from anybody else, between its
// ticks. Whatever comes, it stays bounded, answers with messages, and sends to no address that nobody has named or
// checked from.
//
// Input: flags (1 controlling, 2 one component, 4 a lite peer), then steps: what (time goes on; a check of the peer; an
// answer to our last request, sealed by the peer; the same, but anything behind the header; anything at all; another
// plan), and its bytes.
#include <set>
#include <string>

#include "ice/agent.hpp"
#include "steps.hpp"

namespace {
using namespace offhook;

constexpr std::string_view kOurs = "a password of us, and long", kTheirs = "a password of them, and long";

Endpoint address_of(std::uint8_t number) {
  return {IpAddress::v4(192, 0, 2, static_cast<std::uint8_t>(number % 8)),
          static_cast<std::uint16_t>(4000 + number % 4)};
}

media::IcePlan plan_of(std::uint8_t flags) {
  media::IcePlan out;
  out.local.ufrag = "ours" + std::to_string(flags >> 6U);
  out.local.password = kOurs;
  out.local.candidates.push_back({"3", 1, 1, {IpAddress::v4(198, 51, 100, 1), 5000}, sdp::IceType::Relayed, {}});
  out.remote.ufrag = "theirs" + std::to_string(flags >> 6U);
  out.remote.password = kTheirs;
  out.remote.lite = (flags & 4U) != 0;
  out.controlling = (flags & 1U) != 0;
  out.components = (flags & 2U) != 0 ? 1 : 2;
  for (std::uint8_t i = 0; i < (flags >> 3U & 7U); ++i)
    out.remote.candidates.push_back({std::to_string(i % 3),
                                     static_cast<std::uint16_t>(1 + i % 2),
                                     1000U + i,
                                     address_of(i),
                                     sdp::IceType::Host,
                                     {}});
  return out;
}

std::string bytes_of(Input& input) {
  std::string out;
  for (unsigned size = input.next() % 96U; size > 0; --size) out += static_cast<char>(input.next());
  return out;
}

// A message whose integrity the peer has made: the attributes are anything.
std::string sealed(std::string message, const std::string& attributes, std::string_view password) {
  message += attributes;
  message.resize((message.size() + 3) & ~std::size_t{3});
  stun::put_integrity(message, password);
  return message;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input{data, data + size};
  const std::uint8_t flags = input.next();
  SeededRandom random(flags);
  media::IcePlan plan = plan_of(flags);
  media::IceAgent agent(plan, random);
  TimePoint now{seconds(100)};
  std::set<Endpoint> known;
  for (const auto& candidate : plan.remote.candidates) known.insert(candidate.address);
  std::string last;  // request of ours
  Endpoint last_to;
  std::uint16_t last_component = 1;
  for (int steps = 0; input.at != input.end && steps < 300; ++steps) {
    const std::uint8_t step = input.next();
    const Endpoint from = address_of(input.next());
    const auto component = static_cast<std::uint16_t>(1 + (step >> 6U & 1U));
    const auto receive = [&](std::uint16_t at, const Endpoint& source, const std::string& bytes) {
      const auto answer = agent.receive(now, at, source, bytes, at == 1 && (step & 0x80U) != 0);
      if (answer) require(stun::Message::parse(*answer).has_value());
      known.insert(source);
    };
    switch (step % 6U) {
      case 0: now += milliseconds(20) * (1 + input.next() * (step & 0x20U ? 10 : 1)); break;
      case 1: {
        stun::CheckRequest check;
        check.id = stun::new_transaction_id(random);
        check.username = plan.local.ufrag + ':' + plan.remote.ufrag;
        check.password = kOurs;
        const std::uint8_t how = input.next();
        check.use_candidate = (how & 1U) != 0;
        check.controlling = (how & 2U) != 0;
        check.tie_breaker = (how & 4U) != 0 ? ~std::uint64_t{0} : how;
        check.priority = how * 7919U;
        receive(component, from, stun::check_request(check));
        break;
      }
      case 2: {
        const stun::CheckRole role{(step & 8U) != 0, (step & 16U) != 0 ? 0 : ~std::uint64_t{0}};
        if (const auto answer = stun::answer_check(last, from, plan.remote.ufrag, kTheirs, role))
          receive(last_component, (step & 0x20U) != 0 ? from : last_to, answer->bytes);
        break;
      }
      case 3: {
        if (last.size() < 20) break;
        std::string head = last.substr(0, 20);
        head[0] = 1;
        head[1] = static_cast<char>((step & 8U) != 0 ? 0x11 : 1);
        receive(last_component, last_to, sealed(std::move(head), bytes_of(input), kTheirs));
        break;
      }
      case 4: receive(component, from, bytes_of(input)); break;
      case 5:
        plan = plan_of(input.next());
        for (const auto& candidate : plan.remote.candidates) known.insert(candidate.address);
        agent.update(plan);
        break;
    }
    for (const auto& datagram : agent.tick(now)) {
      require(known.contains(datagram.to) && (datagram.component == 1 || datagram.component == 2));
      require(!datagram.relayed || datagram.component == 1);
      require(stun::Message::parse(datagram.bytes).has_value());
      last = datagram.bytes;
      last_to = datagram.to;
      last_component = datagram.component;
    }
    require(agent.pairs() <= 100);
    for (const std::uint16_t each : {std::uint16_t{1}, std::uint16_t{2}})
      if (const auto remote = agent.remote(each)) require(known.contains(*remote));
    if (agent.state() == media::IceAgent::State::Completed) require(agent.choice().has_value());
    require(agent.has_lost_consent() == false || !agent.remote(1));
  }
  return 0;
}
