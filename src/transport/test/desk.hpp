// A resolver with a zone behind it, in virtual time.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "transport/resolver.hpp"

namespace offhook::transport {

inline std::string name_of(dns::Type type) {
  switch (type) {
    case dns::Type::A: return "A";
    case dns::Type::Aaaa: return "AAAA";
    case dns::Type::Srv: return "SRV";
    case dns::Type::Naptr: return "NAPTR";
  }
  return {};
}

inline dns::Answer addresses(std::initializer_list<const char*> list, seconds ttl = seconds(300)) {
  std::vector<IpAddress> out;
  for (const char* text : list) out.push_back(*IpAddress::parse(text));
  return {dns::Outcome::NoError, out, ttl, {}};
}
inline dns::Answer srv(std::vector<dns::Srv> list, seconds ttl = seconds(300)) {
  return {dns::Outcome::NoError, std::move(list), ttl, {}};
}
inline dns::Answer naptr(std::vector<dns::Naptr> list, seconds ttl = seconds(300)) {
  return {dns::Outcome::NoError, std::move(list), ttl, {}};
}

// A resolver with a zone behind it. What the zone does not have is NXDOMAIN without SOA.
class Desk {
 public:
  std::map<std::string, dns::Answer> zone;  // "SRV _sip._udp.example.com"
  std::vector<std::string> asked;
  Locator hosts;
  SeededRandom random{5};
  Resolver resolver{random, hosts};
  Now now{TimePoint(seconds(1000)), WallTime(seconds(1'700'000'000))};
  bool is_silent = false;  // DNS does not answer

  void pass(seconds time) {
    now.mono += time;
    now.wall += time;
    resolver.wake(now);
  }

  Location locate(const Destination& destination, std::shared_ptr<const Policy> policy = nullptr) {
    return finish(resolver.locate(now, destination, std::move(policy)));
  }
  Location locate(std::string_view uri, std::shared_ptr<const Policy> policy = nullptr) {
    return finish(resolver.locate(now, *sip::Uri::parse(uri), std::move(policy)));
  }
  // "UDP 192.0.2.1:5060 UDP …", or why not.
  std::string targets(std::string_view uri, std::shared_ptr<const Policy> policy = nullptr) {
    return text_of(locate(uri, std::move(policy)));
  }
  static std::string text_of(const Location& location) {
    if (location.targets.empty()) return std::string(text(location.error));
    std::string out;
    for (const Target& target : location.targets) {
      if (!out.empty()) out += ' ';
      out += std::string(protocol_name(target.protocol)) + ' ' + target.remote.text();
    }
    return out;
  }
  void answer_all() {
    while (const auto question = resolver.poll_question()) {
      const std::string key = name_of(question->type) + ' ' + question->name;
      asked.push_back(key);
      if (is_silent) continue;
      const auto found = zone.find(key);
      resolver.answer(now, question->id,
                      found == zone.end() ? dns::Answer{dns::Outcome::NxDomain, {}, {}, {}} : found->second);
    }
  }

 private:
  Location finish(Location location) {
    if (!location.pending) return location;
    answer_all();
    for (int i = 0; i < 8; ++i) {
      if (auto located = resolver.poll_located()) {
        EXPECT_EQ(located->id, location.pending);
        return std::move(located->location);
      }
      EXPECT_TRUE(resolver.deadline());
      pass(seconds(9));  // past the query timeout
      answer_all();
    }
    ADD_FAILURE() << "never located";
    return location;
  }
};

inline std::shared_ptr<Policy> policy(std::vector<Protocol> protocols = {Protocol::Udp, Protocol::Tcp, Protocol::Tls}) {
  auto out = std::make_shared<Policy>();
  out->protocols = std::move(protocols);
  out->ipv6 = false;
  return out;
}

inline void add_example(Desk& desk) {
  desk.zone["NAPTR example.com"] = naptr({{50, 50, "s", "SIPS+D2T", "", "_sips._tcp.example.com"},
                                          {90, 50, "s", "SIP+D2T", "", "_sip._tcp.example.com"},
                                          {100, 50, "S", "sip+d2u", "", "_sip._udp.example.com"}});
  desk.zone["SRV _sips._tcp.example.com"] = srv({{0, 1, 5061, "server1.example.com"}});
  desk.zone["SRV _sip._tcp.example.com"] =
      srv({{0, 1, 5060, "server1.example.com"}, {1, 2, 5070, "server2.example.com"}});
  desk.zone["SRV _sip._udp.example.com"] = srv({{0, 0, 5080, "server2.example.com"}});
  desk.zone["A server1.example.com"] = addresses({"192.0.2.1"});
  desk.zone["A server2.example.com"] = addresses({"192.0.2.2"});
  desk.zone["A example.com"] = addresses({"192.0.2.9"});
}

}  // namespace offhook::transport
