// What a REGISTER asks of the bindings of one address-of-record: RFC 3261 §10.3 steps 6 and 7, RFC 5626 §6, as a
// function from facts to a change.
#pragma once
#include <string>
#include <string_view>
#include <variant>

#include "answers.hpp"
#include "location/table.hpp"
#include "names.hpp"
#include "proxy/core.hpp"
#include "transport/flow.hpp"

namespace offhook::proxy {

struct RegisterFacts {
  Now now;
  const sip::Message* request = nullptr;
  transport::Flow flow;  // where it came from
  std::string_view aor;
  LocationTable::Entries existing;
};

// The change for the store (without id; empty for a query), or the refusal of all of it: 400, 403, 420, 423, 439, 500.
[[nodiscard]] std::variant<StoreWrite, Reply> plan_register(const RegisterFacts& facts, const Config& config,
                                                            const Names& names);

// The endpoint to send requests to instead of the contact's own, when the REGISTER came through a NAT; "" otherwise. A
// NAT shows itself twice: the contact and the topmost Via both name another address than the source. A phone that
// registers a contact elsewhere on purpose, with a true Via, is taken at its word; so is one behind another proxy
// (several Via: its Path leads back).
[[nodiscard]] std::string received_from(const sip::Message& request, const sip::Uri& contact, const Endpoint& source);

}  // namespace offhook::proxy
