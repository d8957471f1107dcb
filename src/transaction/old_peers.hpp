// Server transactions of peers that speak RFC 2543: their branch, if any, identifies nothing, so that the header fields
// of the request are compared, each by its own rules. RFC 3261 §17.2.3, second half; §9.2 for CANCEL.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>

#include "sip/header/via.hpp"
#include "sip/message.hpp"
#include "transaction/layer.hpp"

namespace offhook::transaction {

class OldPeers {
 public:
  // What has to be compared beyond the key.
  struct Request {
    ServerId id;
    std::string uri, via;
    std::string to_tag;        // of the request
    std::string response_tag;  // of our last response: what an ACK has in its To
  };
  // Key: what compares octet by octet. An item's address is good until it is removed.
  using Table = std::unordered_multimap<std::string, Request>;
  using Item = Table::value_type;

  Item* add(const sip::Message& request, const sip::Via& via, ServerId id);
  void remove(const Item* item);

  // The transaction that `request` repeats.
  [[nodiscard]] ServerId find(const sip::Message& request, const sip::Via& via) const;
  // The one that a CANCEL means, if its method is `method`.
  [[nodiscard]] ServerId find_cancelled(const sip::Message& cancel, const sip::Via& via, std::string_view method) const;
  // The INVITE whose response an ACK acknowledges.
  [[nodiscard]] ServerId find_acknowledged(const sip::Message& ack, const sip::Via& via) const;

 private:
  template <class F>
  [[nodiscard]] ServerId find_if(const sip::Message& request, const sip::Via& via, std::string_view method,
                                 F&& has_tag) const;
  Table table_;
};

}  // namespace offhook::transaction
