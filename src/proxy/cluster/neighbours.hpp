// The other nodes of the cluster: which of them can be reached. A machine that has vanished answers nothing, not even
// by ICMP; a call by way of it would hang for half a minute. So each node that a binding leads to is asked by OPTIONS,
// every second; one that has not answered in kPatience is dead until it does, and nothing new goes there.
//
// It is the way that calls take which is tried, so it does not matter what the store's side of the network says.
//
// Of the shards of a process only the first one asks; the others are told (adopt).
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "names.hpp"
#include "proxy/core.hpp"
#include "transaction/layer.hpp"
#include "transport/resolver.hpp"

namespace offhook::proxy {

class Neighbours {
 public:
  struct Services {
    const Config* config;
    const Names* names;
    transaction::Layer* transactions;
    transport::Resolver* resolver;
    Random* random;
    std::function<void(Now, std::string_view node)> died;
  };
  explicit Neighbours(Services services) : s_(std::move(services)) {}

  // A binding leads there; `node` as node_of() has it. Known from now on.
  void meet(Now now, std::string_view node);
  [[nodiscard]] bool any_dead() const { return dead_ != 0; }
  [[nodiscard]] bool is_dead(std::string_view node) const;
  // A Route value that names it.
  [[nodiscard]] bool is_dead_hop(std::string_view route) const;
  // What has become of them since it was asked last, for a log.
  [[nodiscard]] std::optional<NodeChange> poll();
  // What the first shard has found out.
  void adopt(Now now, const NodeChange& change);

  void wake(Now now);
  [[nodiscard]] std::optional<TimePoint> deadline() const;

  // Events of client transactions whose owner is_ours().
  [[nodiscard]] static bool is_ours(transaction::Owner owner) { return owner >> 61 == kOwner >> 61; }
  void respond(Now now, const transaction::ResponseReceived& event);
  void fail(Now now, transaction::Owner owner, transaction::ClientId client);
  // False: nobody here waits for it.
  bool located(Now now, const transport::Located& event);

  static constexpr Duration kPause = seconds(1), kPatience = seconds(4);

 private:
  // Of the space of KeepAlive, whose numbers never come that far.
  static constexpr transaction::Owner kOwner = transaction::Owner{5} << 61;
  struct Neighbour {
    std::string node;
    transaction::Owner owner = 0;
    transaction::ClientId client;        // of the OPTIONS that is under way
    transport::ResolutionId resolution;  // it waits for
    std::optional<TimePoint> due;        // of the next one; nothing while one is under way
    std::optional<TimePoint> judged;     // when it is dead without an answer
    TimePoint met{}, died{};
    bool is_dead = false;
  };
  [[nodiscard]] bool asks() const { return s_.config->shards.index == 0; }
  [[nodiscard]] Neighbour* add(Now now, std::string_view node);
  [[nodiscard]] Neighbour* find(transaction::Owner owner);
  void ask(Now now, Neighbour& neighbour);
  void send(Now now, Neighbour& neighbour, const std::vector<transport::Target>& servers);
  [[nodiscard]] sip::Message options(const Neighbour& neighbour) const;
  void lives(Now now, Neighbour& neighbour);
  void dies(Now now, Neighbour& neighbour);
  // False when it was so already.
  bool set_dead(Now now, Neighbour& neighbour, bool dead);
  void report(const Neighbour& neighbour);

  Services s_;
  std::vector<Neighbour> neighbours_;
  std::vector<NodeChange> changes_;
  std::size_t dead_ = 0;
  transaction::Owner last_ = 0;
};

}  // namespace offhook::proxy
