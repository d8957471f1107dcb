// The ACK of a 2xx is no transaction: it is forwarded and forgotten (RFC 3261 §16.6 last part, §16.11). One that cannot
// go on is dropped.
#pragma once
#include <cstdint>
#include <map>
#include <span>

#include "names.hpp"
#include "proxy/core.hpp"
#include "relay/job.hpp"
#include "route/forward.hpp"
#include "transaction/layer.hpp"
#include "transport/resolver.hpp"

namespace offhook::proxy {

class Acknowledgements {
 public:
  struct Services {
    transaction::Layer* transactions;
    const Forwarder* forwarder;
    const Names* names;
    transport::Resolver* resolver;
    Counters* counters;
    std::uint64_t loop_secret;
  };
  explicit Acknowledgements(Services services) : s_(services) {}

  // Where the next hop is a name it waits for its resolution, a thousand of them at most.
  void forward(Now now, const Job& ack, const Target& target);
  // Nothing happens when nobody here waits for it.
  void located(const transport::Located& event);

 private:
  struct Waiting {
    sip::Message request;
    transport::Flow in;
    Target target;
  };
  void send(const Job& ack, const Forwarder::Way& way, const Target& target,
            std::span<const transport::Target> servers) const;

  Services s_;
  std::map<transport::ResolutionId, Waiting> waiting_;
};

}  // namespace offhook::proxy
