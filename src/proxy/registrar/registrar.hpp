// The registrar. RFC 3261 §10.3, RFC 3327 (Path), RFC 3608 (Service-Route), RFC 5626 (outbound), RFC 5627 (GRUU).
//
// What is acknowledged is stored, and what is stored is never forgotten:
// - a REGISTER becomes one StoreWrite; the memory table changes when the store has confirmed it, and the 200 leaves
// after that. A write that
//   failed changes nothing (500 or 503, with Retry-After), so memory and store never differ.
// - REGISTERs of one address-of-record that come while its write is under way wait for it: each is judged against
// confirmed bindings.
// - What expired is removed from the store in batches. A batch is always queued before any later write, and never names
// an address-of-record
//   with a write under way: it cannot undo a refresh.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "answers.hpp"
#include "auth/authenticator.hpp"
#include "cluster/nodes.hpp"
#include "guard/guard.hpp"
#include "journal/journal.hpp"
#include "location/table.hpp"
#include "names.hpp"
#include "proxy/core.hpp"
#include "registrar/gruu.hpp"
#include "registrar/observer.hpp"
#include "transaction/layer.hpp"

namespace offhook::proxy {

class Registrar {
 public:
  struct Services {
    const Config* config;
    const Names* names;
    const Answers* answers;
    transaction::Layer* transactions;
    Authenticator* authenticator;
    LocationTable* location;
    const Gruus* gruus;
    Random* random;
    Counters* counters;
    RegistrationObserver* observer;
    const Nodes* nodes;
    Guard* guard;
    Journal* journal;
  };
  explicit Registrar(Services services) : s_(services) {}

  // Bindings from the store, before the first request.
  void load(Now now, const std::vector<Binding>& bindings);
  // A REGISTER for our domain. It is taken while its write is under way.
  void handle(Now now, transaction::ServerId id, sip::Message& request, const transport::Flow& flow);
  // Takes expired bindings out of memory and, later, out of the store.
  void expire(Now now);

  // A connection is gone, and with it what could be reached by nothing else.
  void lose(Now now, std::uint64_t connection);
  // A binding leads nowhere any more (RFC 5626 §7).
  void drop(Now now, const StoreWrite::Remove& which);
  // All bindings of an address-of-record go, because an operator says so; how many there were.
  std::size_t clear(Now now, const std::string& aor);

  [[nodiscard]] std::optional<StoreWrite> poll_store();
  [[nodiscard]] std::optional<std::uint64_t> poll_store_id();
  void stored(Now now, std::uint64_t id, Stored outcome);

  // As in Core. shared.cpp.
  void apply(Now now, const StoreWrite& change);
  void replace(Now now, std::string_view aor, const std::vector<Binding>& bindings);
  [[nodiscard]] std::vector<std::string> addresses() const;
  [[nodiscard]] std::vector<Binding> kept(std::string_view aor, WallTime now) const;

 private:
  // A REGISTER that may be carried out.
  struct Order {
    transaction::ServerId server;
    sip::Message& request;  // is gone when a write is under way
    const transport::Flow& flow;
    bool informs = false;  // Authenticator::Outcome::informs
  };
  struct Pending {  // a write under way
    transaction::ServerId server;
    sip::Message request;  // the transaction has its bytes, and would read them again
    bool informs = false;
    StoreWrite write;
  };
  struct Waiting {
    transaction::ServerId server;
    bool informs = false;
  };
  struct Busy {                    // an address-of-record with a write under way
    std::vector<Waiting> waiting;  // the oldest first
    std::vector<StoreWrite::Remove> expired;
  };

  // The address-of-record that the request may change; nothing when it was answered here (420, 401, 403, 404).
  [[nodiscard]] std::optional<std::string> admit(Now now, Order& order);
  [[nodiscard]] std::optional<Reply> authenticate(Now now, Order& order, std::string_view user);
  // True when a write is under way now.
  bool execute(Now now, const Order& order, const std::string& aor);
  void take_out(Now now, std::uint64_t connection);
  void put(Now now, const Binding& binding);
  void remove(Now now, const StoreWrite::Remove& which, body::ContactEvent event);
  void gone(StoreWrite::Remove which);
  [[nodiscard]] std::string contact_value(Now now, const LocationTable::Entry& entry, bool with_gruus) const;
  void adopt(Now now, const Binding& binding);
  [[nodiscard]] static Binding named(const StoreWrite::Remove& which);
  void flush_expired();
  void finish(Now now, const std::string& aor);
  // What the 200 to `request` says; `informs` as in Order.
  struct Success {
    const sip::Message& request;
    const transport::Flow& flow;
    bool informs = false;
  };
  [[nodiscard]] Reply success(Now now, const Success& which, const std::string& aor) const;

  Services s_;
  std::uint64_t last_id_ = 0;
  // For the store: a write that is pending, or one of what has expired.
  struct Queued {
    std::uint64_t id = 0;
    std::vector<StoreWrite::Remove> expired{};
  };
  std::deque<Queued> writes_;
  std::vector<StoreWrite::Remove> expired_;
  std::unordered_map<std::uint64_t, Pending> pending_;
  std::unordered_map<std::string, Busy> busy_;
  std::vector<std::uint64_t> lost_;  // connections that went while a write was under way
};

}  // namespace offhook::proxy
