// The location service's values, and the port to what keeps them. RFC 3261 §10.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "transport/flow.hpp"

namespace offhook::proxy {

// A stream connection by which a contact is reached. RFC 5626.
struct BindingFlow {
  std::uint64_t number = 0;
  transport::Protocol protocol = transport::Protocol::Udp;
  Endpoint remote;
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
  // The stream connection that the REGISTER came over: requests to the contact take it while it stands (RFC 5626 §5.3).
  // Its number is 0 for UDP, for what came through another proxy, and when it is lost; a store does not keep it.
  BindingFlow connection{};
};

// One batch for the store: all of it or nothing. An empty `contact` in `remove` removes every binding of that aor.
struct StoreWrite {
  struct Remove {
    std::string aor, contact;
  };
  std::uint64_t id = 0;
  std::vector<Binding> put;  // insert or replace by (aor, contact)
  std::vector<Remove> remove;
};

}  // namespace offhook::proxy
