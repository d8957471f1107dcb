// What a REGISTER asks of the bindings of one address-of-record: RFC 3261 §10.3 steps 6 and 7, as a function from facts
// to a change.
#pragma once
#include <string>
#include <string_view>
#include <variant>

#include "answers.hpp"
#include "location/table.hpp"
#include "proxy/core.hpp"
#include "transport/flow.hpp"

namespace offhook::proxy {

struct RegisterFacts {
  Now now;
  const sip::Message* request = nullptr;
  transport::Flow flow;  // where it came from
  std::string_view aor;
  const LocationTable::Entries* existing = nullptr;
};

// The change for the store (without id; empty for a query), or the refusal: 400, 403, 423, 500.
[[nodiscard]] std::variant<StoreWrite, Reply> plan_register(const RegisterFacts& facts, const Config& config);

// The endpoint to send requests to instead of the contact's own, when the REGISTER came through a NAT; "" otherwise. A
// NAT shows itself twice: the contact and the topmost Via both name another address than the source. A phone that
// registers a contact elsewhere on purpose, with a true Via, is taken at its word; so is one behind another proxy
// (several Via: its Path leads back).
[[nodiscard]] std::string received_from(const sip::Message& request, const sip::Uri& contact, const Endpoint& source);

}  // namespace offhook::proxy
