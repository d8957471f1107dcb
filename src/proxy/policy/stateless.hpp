// The stateless proxy: RFC 3261 §16.11. What is forwarded here makes no transaction: our branch is computed from the
// request, so that retransmissions, the CANCEL and the ACK of a refusal get the same one, and responses go back by the
// Via that the request brought along. The first target alone is tried, no 100 is sent, nothing is retransmitted.
//
// For everything that is not meant for us (`stateless`), perhaps spread over next hops by Call-ID, or for what goes to
// a trunk that is stateless. Callers who owe us a password go the other way: a retransmission would look like a replay.
//
// The branch is "z9hG4bKs", our socket and the connection by which the request came, a keyed hash of these and of its
// Via, From tag, Call-ID and CSeq number, and the loop mark: nobody can have us send a response to where no request
// came from.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "answers.hpp"
#include "base/siphash.hpp"
#include "names.hpp"
#include "policy/identity.hpp"
#include "policy/router.hpp"
#include "proxy/core.hpp"
#include "route/forward.hpp"
#include "transport/layer.hpp"
#include "transport/resolver.hpp"

namespace offhook::proxy {

class Stateless {
 public:
  struct Services {
    const Config* config;
    const Names* names;
    const Router* router;
    const Identities* identities;
    const Forwarder* forwarder;
    transport::Layer* transport;
    transport::Resolver* resolver;
    Counters* counters;
    std::uint64_t loop_secret;
    std::function<std::vector<Target>(Now, const Facts&)> targets;  // where the router has no say
    std::function<void(const transport::Flow&)> keep;               // a connection that Record-Route will name
  };
  Stateless(Services services, Random& random);
  // After config or router have changed.
  void reconfigure();

  // True: it was dealt with, by forwarding, an answer, or silence. False: it is for the transactions.
  [[nodiscard]] bool take(Now now, const transport::Incoming& incoming);
  // False: nobody here waits for it.
  bool located(Now now, const transport::Located& event);

 private:
  struct Waiting {
    sip::Message request;
    transport::Flow in;
    Target target;
  };
  // Requests for us go to proxies behind us.
  [[nodiscard]] bool balances() const { return !s_.config->policy.next_hops.empty(); }
  [[nodiscard]] std::optional<Facts> facts_of(const sip::Message& request, const transport::Flow& in) const;
  [[nodiscard]] bool is_for_us(const sip::Message& request, const Facts& facts) const;
  [[nodiscard]] std::optional<Router::Route> route(Now now, const sip::Message& request, const Facts& facts) const;
  [[nodiscard]] Target next_hop(const sip::Message& request) const;
  void forward(Now now, const transport::Incoming& incoming, const Facts& facts, std::vector<Target> targets);
  void send(const sip::Message& request, const transport::Flow& in, const Facts& facts, const Target& target,
            const std::vector<transport::Target>& servers);
  void refuse(const sip::Message& request, const transport::Flow& in, const Reply& reply) const;
  [[nodiscard]] std::optional<Reply> check(const sip::Message& request, const Facts& facts) const;
  // `from`: the address that it comes from.
  [[nodiscard]] bool respond(const sip::Message& response, const sip::Via& top, const IpAddress& from) const;
  [[nodiscard]] std::string branch(const sip::Message& request, const transport::Flow& in) const;
  [[nodiscard]] std::uint64_t hash(const sip::Message& message, const sip::Via& via, std::string_view origin) const;

  Services s_;
  SipKey key_;
  bool everything_ = false, some_trunks_ = false;
  std::map<transport::ResolutionId, Waiting> waiting_;
};

}  // namespace offhook::proxy
