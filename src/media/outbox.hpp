// Datagrams on their way out: one arena that is used again and again, so that a packet costs no allocation.
#pragma once
#include <optional>
#include <vector>

#include "media/engine.hpp"

namespace offhook::media {

class Outbox {
 public:
  // Whose datagrams follow.
  void speak_for(SessionId session) { session_ = session; }
  // write(std::vector<std::uint8_t>&) appends the bytes of one datagram; where it appends none, none leaves.
  template <class Write>
  void add(const Endpoint& local, const Endpoint& remote, Write&& write) {
    if (taken_ == items_.size()) {
      items_.clear();
      bytes_.clear();
      taken_ = 0;
    }
    const std::size_t begin = bytes_.size();
    write(bytes_);
    if (bytes_.size() > begin) items_.push_back({local, remote, begin, bytes_.size() - begin, session_});
  }

  [[nodiscard]] std::optional<Transmit> take() {
    if (taken_ == items_.size()) return std::nullopt;
    const Item& item = items_[taken_++];
    return Transmit{item.local, item.remote, std::span(bytes_).subspan(item.begin, item.size), item.session};
  }

 private:
  struct Item {
    Endpoint local, remote;
    std::size_t begin, size;
    SessionId session;
  };
  std::vector<std::uint8_t> bytes_;
  std::vector<Item> items_;
  std::size_t taken_ = 0;
  SessionId session_{};
};

}  // namespace offhook::media
