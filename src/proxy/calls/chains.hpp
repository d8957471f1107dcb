// Handles under hashes, several under one: an index that costs 16 octets an entry and no allocation of its own. What is
// found may belong to another key of the same hash; the caller compares.
#pragma once
#include <cstdint>
#include <vector>

#include "base/slot_map.hpp"

namespace offhook::proxy {

template <class Tag>
class Chains {
 public:
  using Id = Handle<Tag>;

  void insert(std::uint64_t hash, Id id) {
    if (size_ >= heads_.size()) grow();
    std::uint32_t at = free_;
    if (at == kNone) {
      at = static_cast<std::uint32_t>(nodes_.size());
      nodes_.emplace_back();
    } else {
      free_ = nodes_[at].next;
    }
    nodes_[at].id = id.number();
    nodes_[at].hash = fold(hash);
    link(at);
    ++size_;
  }
  void erase(std::uint64_t hash, Id id) {
    if (heads_.empty()) return;
    std::uint32_t* at = &heads_[slot(fold(hash))];
    while (*at != kNone && (nodes_[*at].hash != fold(hash) || nodes_[*at].id != id.number())) at = &nodes_[*at].next;
    if (*at == kNone) return;
    const std::uint32_t gone = *at;
    *at = nodes_[gone].next;
    nodes_[gone].next = free_;
    free_ = gone;
    --size_;
  }
  // f(Id) → true: enough. f must not change the index.
  template <class F>
  void find(std::uint64_t hash, F&& f) const {
    if (heads_.empty()) return;
    for (std::uint32_t at = heads_[slot(fold(hash))]; at != kNone; at = nodes_[at].next)
      if (nodes_[at].hash == fold(hash) && f(Id::from_number(nodes_[at].id))) return;
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::size_t kFirst = 64;  // a power of two, as every later size
  struct Node {
    std::uint64_t id = 0;
    std::uint32_t hash = 0;
    std::uint32_t next = kNone;
  };
  [[nodiscard]] static std::uint32_t fold(std::uint64_t hash) { return static_cast<std::uint32_t>(hash ^ hash >> 32); }
  [[nodiscard]] std::size_t slot(std::uint32_t hash) const { return hash & (heads_.size() - 1); }
  void link(std::uint32_t at) {
    std::uint32_t& head = heads_[slot(nodes_[at].hash)];
    nodes_[at].next = head;
    head = at;
  }
  void grow() {
    std::vector<std::uint32_t> used;
    used.reserve(size_);
    for (std::uint32_t head : heads_)
      for (; head != kNone; head = nodes_[head].next) used.push_back(head);
    heads_.assign(heads_.empty() ? kFirst : heads_.size() * 2, kNone);
    for (const std::uint32_t at : used) link(at);
  }

  std::vector<Node> nodes_;
  std::vector<std::uint32_t> heads_;
  std::uint32_t free_ = kNone;
  std::size_t size_ = 0;
};

}  // namespace offhook::proxy
