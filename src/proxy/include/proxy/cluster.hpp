// Several proxies that share one location service: any of them takes any request. docs/scaling.md.
//
// A binding that only one node can reach (by a connection that the phone opened, or through a NAT that knows that node)
// carries a Route through it (Binding::through), in the manner of the edge proxies of RFC 5626 §5. The others send
// along that Route; the node knows its token again.
#pragma once
#include <string>
#include <vector>

#include "base/endpoint.hpp"

namespace offhook::proxy {

struct ClusterConfig {
  std::string node;    // URI by which the others reach this one: "sip:10.0.0.1:5060;transport=tcp"; "" for no cluster
  std::string secret;  // of all nodes, of what one of them gives out and another takes: GRUUs, tokens
  // Who may send along a Route through us without being asked who he is: the sender has asked already. Empty: whoever
  // has a token of ours, which only nodes are told.
  std::vector<IpAddress> peers;

  bool operator==(const ClusterConfig&) const = default;
};

// Another node has stopped to answer, or does again.
struct NodeChange {
  std::string node;  // "10.0.0.1:5060"
  bool answers = false;
  bool operator==(const NodeChange&) const = default;
};

}  // namespace offhook::proxy
