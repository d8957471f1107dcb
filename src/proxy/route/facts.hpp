// What the rooms have to know of one request, read once: where it goes (§16.4) and who says to send it.
#pragma once
#include <optional>
#include <string>

#include "names.hpp"
#include "proxy/policy.hpp"
#include "route/preprocess.hpp"
#include "sip/message.hpp"
#include "sip/uri.hpp"

namespace offhook::proxy {

struct Facts {
  Plan plan;
  sip::Uri uri;            // the effective Request-URI
  bool to_us = false;      // it is ours, and no Route leads elsewhere
  bool in_dialog = false;  // a To tag, and it came along our Record-Route
  bool from_us = false;    // From names our domain
  bool by_node = false;    // another node of our cluster has let it in (Nodes::vouches; not read_facts' affair)
  std::string from_user;   // of From, unescaped
  std::string_view from_tag, to_tag;  // "" where there is none
  // Filled in by the policy room (policy/router.hpp).
  const Trunk* peer = nullptr;  // it comes from a trunk that is believed
  bool emergency = false;       // an emergency call: for everybody, and before everything
};

// Views into `request`. Nothing when Request-URI or Route cannot be read. `local`: the socket it came to.
[[nodiscard]] std::optional<Facts> read_facts(const sip::Message& request, const Names& names, const Endpoint& local);

}  // namespace offhook::proxy
