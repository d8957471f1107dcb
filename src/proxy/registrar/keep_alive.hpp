// Pings to phones behind NATs, so that calls still find the way in. To bindings by datagrams whose REGISTER came from
// elsewhere than its contact says; a flow of RFC 5626 is its phone's own affair (§4.4).
//
// A bare CRLF pair, to which nobody answers; or, where bindings of phones that are gone shall be taken out, OPTIONS,
// which any answer will do for. Each binding is pinged once an interval, in the order in which they were last heard of
// or pinged; not all of those of one moment at once (a restart makes many).
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>

#include "location/table.hpp"
#include "names.hpp"
#include "proxy/core.hpp"
#include "transaction/layer.hpp"

namespace offhook::proxy {

class KeepAlive {
 public:
  struct Services {
    const Config* config;
    const Names* names;
    transport::Layer* transport;
    transaction::Layer* transactions;
    LocationTable* location;
    Random* random;
    std::function<void(Now, const StoreWrite::Remove&)> dead;
  };
  explicit KeepAlive(Services services) : s_(std::move(services)) {}

  void wake(Now now);
  [[nodiscard]] std::optional<TimePoint> deadline() const;

  // Events of client transactions whose owner is_ours().
  [[nodiscard]] static bool is_ours(transaction::Owner owner) { return owner >> 62 == kOwner >> 62; }
  void respond(const transaction::ResponseReceived& event);
  void fail(Now now, transaction::Owner owner);

 private:
  static constexpr transaction::Owner kOwner = transaction::Owner{1} << 63;
  static_assert(kOwner >> transaction::ServerId::kNumberBits != 0, "no relay's number has it");
  void ping(Now now, const PackedBinding& binding);
  [[nodiscard]] sip::Message options(const PackedBinding& binding);

  Services s_;
  TimePoint not_before_{};
  transaction::Owner last_ = 0;
  std::unordered_map<transaction::Owner, StoreWrite::Remove> asked_;
};

}  // namespace offhook::proxy
