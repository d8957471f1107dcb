// A party's configuration file, the same in every world: an account at the proxy and the script's own lines, as a phone
// would read them.
#pragma once
#include <string>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "config/phone_config.hpp"
#include "flow/world.hpp"

namespace offhook::flow {

// The password that worlds give a party's user at the proxy.
[[nodiscard]] std::string party_password(const PartyPlan& plan);
// The file's text, with the header line; the plan's settings stand last and so win.
[[nodiscard]] std::string party_cfg(const PartyPlan& plan, Endpoint proxy);
// Read as the phone reads it. The complaint names the setting: "B.cfg:12".
[[nodiscard]] Checked<config::PhoneConfig> party_config(const PartyPlan& plan, Endpoint proxy);

}  // namespace offhook::flow
