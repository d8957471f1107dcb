// This node among the others: Routes through it to what only it can reach, and the tokens in them.
//
//   <sip:n-d<socket><peer>-<check>@10.0.0.1:5060;lr>         datagrams to a peer behind a NAT, from that socket of ours
//   <sip:n-s<connection>.<run>-<check>@10.0.0.1:5060;lr>     a stream connection of that run of the process; when it is
//                                                            gone, the contact may be called
//   <sip:n-f<connection>.<run>-<check>@10.0.0.1:5060;lr>     the same, and when it is gone, so is the binding
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/random.hpp"
#include "proxy/cluster.hpp"
#include "proxy/location.hpp"
#include "proxy/shards.hpp"

namespace offhook::proxy {

// Stream connections that are open, by number.
using Connections = std::unordered_map<std::uint64_t, BindingFlow>;

// A user part as it stands in those Routes.
[[nodiscard]] bool is_node_token(std::string_view user);
// A Path that begins with another node.
[[nodiscard]] bool leads_to_node(std::string_view path);
// The node of such a Path, "10.0.0.1:5060;transport=tcp"; "" for another one.
[[nodiscard]] std::string_view node_of(std::string_view path);

// "10.0.0.1:5060" of a node's URI: a name of ours, whatever we listen at. "" without a cluster.
[[nodiscard]] std::string node_name(const ClusterConfig& config);

class Nodes {
 public:
  // `connections` must outlive it.
  Nodes(ClusterConfig config, Random& random, const Connections& connections, const ShardSettings& shards = {});

  [[nodiscard]] bool on() const { return !config_.node.empty(); }
  [[nodiscard]] bool is_ours(std::string_view route) const;
  // The Route value through us to a binding that came to us; "" when everybody can reach it, and without a cluster.
  [[nodiscard]] std::string through(const Binding& binding) const;
  // A binding of the store as this node has to see it: one of another node gets that node as its Path, one of our own
  // its connection. Nothing when it cannot be reached by anybody any more.
  [[nodiscard]] std::optional<Binding> localise(Binding binding) const;

  // Where a token leads.
  struct Way {
    BindingFlow flow{};  // number 0 for datagrams, and for a connection that is gone
    bool is_lost = false;
    bool contact_will_do = false;  // when it is lost
  };
  // Nothing for a token that no Nodes with our secret has made.
  [[nodiscard]] std::optional<Way> read(std::string_view token) const;
  // The request has come along such a token, from one who may: another node has let it in.
  [[nodiscard]] bool vouches(std::string_view token, const IpAddress& source) const;

 private:
  [[nodiscard]] std::string sealed(std::string body) const;

  ClusterConfig config_;
  std::string run_;     // of this process, all its shards
  std::string behind_;  // the token: "@10.0.0.1:5060;lr>"
  const Connections* connections_;
  bool has_shards_;  // whose connections we can use as well
};

}  // namespace offhook::proxy
