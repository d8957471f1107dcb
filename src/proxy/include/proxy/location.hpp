// The location service's values, and the port to what keeps them. RFC 3261 §10.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "transport/flow.hpp"

namespace offhook::proxy {

// The flow by which a contact is reached. RFC 5626.
struct BindingFlow {
  std::uint64_t number = 0;  // of a stream connection; 0 for UDP
  transport::Protocol protocol = transport::Protocol::Udp;
  Endpoint remote;
  Endpoint local{};  // our socket; port 0 where it is not known (after a restart)
};

struct Binding {
  std::string aor;      // sip::aor_key of the address-of-record
  std::string contact;  // the URI as registered, with its parameters
  std::string call_id;
  std::uint32_t cseq = 0;
  WallTime expires;
  int q = 1000;      // thousandths
  std::string path;  // Path values joined by ", "; "" for none (RFC 3327)
  std::string user_agent;
  std::string received;  // endpoint text where the REGISTER came from, "" when it is what the contact says (or no NAT
                         // lies between, see registrar/)
  // The connection that the REGISTER came over: requests to the contact take it while it stands (RFC 5626 §5.3). Its
  // number is 0 for UDP, for what came through another proxy, and when it is lost; a store does not keep it.
  BindingFlow connection{};
  std::string instance{};    // +sip.instance without quotes and angle brackets: "urn:uuid:…"; "" for none
  std::uint32_t reg_id = 0;  // with `instance`: the flow of that instance (RFC 5626 §6); 0: no such binding
  // In a cluster: the Route value of the one node that can reach the contact, "<sip:token@10.0.0.1:5060;lr>"; "" when
  // every node can. Of the store: the table in memory has it no more (cluster.hpp).
  std::string through{};
};

// One batch for the store: all of it or nothing.
struct StoreWrite {
  // Names a binding: the address-of-record, the contact's text, and the flow where it is one of RFC 5626. An empty
  // `contact` stands for every binding of that address-of-record.
  struct Remove {
    std::string aor, contact;
    std::string instance{};
    std::uint32_t reg_id = 0;
    // Housekeeping, not a user's wish: only if the binding still ends at that time. Others may have refreshed it
    // meanwhile. The epoch: whatever it is.
    WallTime only{};
  };
  std::uint64_t id = 0;
  std::vector<Binding> put;  // insert or replace by what Remove would name; `instance` counts only with a reg_id
  std::vector<Remove> remove;
};

// What has become of a StoreWrite.
enum class Stored : std::uint8_t {
  Yes,
  Failed,       // the store could not keep it
  Unreachable,  // the store is not there; whether it has kept it is not known
  Outdated,     // the store has a later request of the same Call-ID, by way of another node
};

}  // namespace offhook::proxy
