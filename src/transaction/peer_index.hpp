// Which transactions have to do with a peer: a list a remote endpoint, threaded through the transactions themselves, so
// that a peer that cannot be reached costs as much as it has transactions, and an entry no allocation of its own.
#pragma once
#include <algorithm>
#include <unordered_map>
#include <vector>

#include "base/endpoint.hpp"
#include "base/slot_map.hpp"

namespace offhook::transaction {

template <class Tag>
struct PeerLink {
  Handle<Tag> next, previous;
};

// `Value` has a member `PeerLink<Tag> peer` and lives in the SlotMap that each call is given.
template <class Tag, class Value>
class PeerIndex {
 public:
  using Id = Handle<Tag>;
  using Values = SlotMap<Tag, Value>;

  void add(Values& values, Id id, const Endpoint& remote) {
    Id& head = heads_[remote];
    values.find(id)->peer = {head, {}};
    if (Value* old = values.find(head)) old->peer.previous = id;
    head = id;
  }
  // `remote` as it was given to add().
  void remove(Values& values, Id id, const Endpoint& remote) {
    const PeerLink<Tag> link = values.find(id)->peer;
    if (Value* next = values.find(link.next)) next->peer.previous = link.previous;
    if (Value* previous = values.find(link.previous))
      previous->peer.next = link.next;
    else if (link.next)
      heads_[remote] = link.next;
    else
      heads_.erase(remote);
  }
  // In the order in which they were added.
  template <class F>
  [[nodiscard]] std::vector<Id> select(const Values& values, const Endpoint& remote, F&& wanted) const {
    std::vector<Id> out;
    const auto head = heads_.find(remote);
    if (head == heads_.end()) return out;
    for (Id id = head->second; const Value* value = values.find(id); id = value->peer.next)
      if (wanted(*value)) out.push_back(id);
    std::reverse(out.begin(), out.end());
    return out;
  }
  [[nodiscard]] std::size_t size() const { return heads_.size(); }

 private:
  std::unordered_map<Endpoint, Id> heads_;
};

}  // namespace offhook::transaction
