// A line's identity and how it reaches its server. Guide: account.X.*; RFC 3261 §10.2, §22.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/endpoint.hpp"
#include "base/slot_map.hpp"
#include "base/time.hpp"
#include "sdp/codec.hpp"
#include "sdp/offer_answer.hpp"
#include "transaction/layer.hpp"
#include "transport/locate.hpp"

namespace offhook::ua {

struct AccountTag;
using AccountId = Handle<AccountTag>;

enum class HoldStyle : std::uint8_t { SendOnly, Inactive, ZeroAddress };

struct Account {
  std::string user;    // 1001
  std::string domain;  // host of the address-of-record; with the port when it is not 5060: "127.0.0.1", "pbx:5080"
  std::string display_name;
  std::string auth_user, password;
  transport::Target next_hop;  // outbound proxy, else the registrar
  std::string outbound_route;  // "<sip:proxy;lr>" put as Route into requests outside dialogs; "" for none
  seconds expires{3600};
  seconds retry_interval{30};  // after a failed registration; 0: no retry
  bool contact_line_param = true;
  std::string user_agent;  // "" sends none
  transaction::Timers timers;
  std::vector<sdp::Codec> codecs;
  milliseconds ptime{20};
  HoldStyle hold_style = HoldStyle::SendOnly;
};

}  // namespace offhook::ua
