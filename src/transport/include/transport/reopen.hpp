// Where a response goes whose stream connection is gone: RFC 3261 §18.2.2, first bullet, and RFC 3263 §5.
#pragma once
#include <optional>

#include "sip/header/via.hpp"
#include "transport/flow.hpp"
#include "transport/locate.hpp"

namespace offhook::transport {

struct Reopened {
  Target first;                     // the address that the request came from, at the port of sent-by, else the default
  std::optional<Destination> then;  // where that fails: the sent-by, when it is a name, by RFC 3263 §5
};

// `top` is the response's top Via, `lost` the flow of its request. Nothing when there is no other way: UDP; WebSocket
// (its clients cannot be called, RFC 7118 §5); a sent-by of ".invalid". A sent-by that is another number than the one
// the request came from is a client behind a NAT: only `first` is tried, since that number means nothing here.
[[nodiscard]] std::optional<Reopened> reopen(const sip::Via& top, const Flow& lost);

// Is `target` as far away as `source`, or further? A stranger who may choose a sent-by must not have us connect into
// the network that he cannot reach himself: nobody on the Internet names a private or loopback address, nobody in a
// private network a loopback one, and nobody at all a multicast group.
[[nodiscard]] bool is_no_nearer(const IpAddress& target, const IpAddress& source);

}  // namespace offhook::transport
