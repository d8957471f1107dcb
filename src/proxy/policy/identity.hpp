// Asserted identities: RFC 3325 with the privacy of RFC 3323 that a proxy can give.
//
// What a sender says of himself in P-Asserted-Identity counts only when it is a trunk that is believed; from anybody
// else the field goes. Where the settings want it, a user who has shown his password is given one: the address in his
// P-Preferred-Identity when it is his, else his own. With "Privacy: id" none of it leaves for one who is not trusted:
// trunks whose addresses are trusted are, phones are not.
#pragma once
#include <memory>
#include <string>

#include "names.hpp"
#include "proxy/core.hpp"
#include "route/facts.hpp"
#include "route/targets.hpp"
#include "sip/edit.hpp"
#include "sip/message.hpp"

namespace offhook::proxy {

class Router;

// What becomes of the identities of one request, whoever it is forwarded to.
class Assertion {
 public:
  Assertion(bool believed, bool is_private, std::string value)
      : believed_(believed), is_private_(is_private), value_(std::move(value)) {}
  // `manner` of the target; null for a phone.
  void edit(sip::Edit& edit, const Manner* manner) const;

 private:
  bool believed_;      // the one that came may stay
  bool is_private_;    // Privacy: id
  std::string value_;  // of the field to be added; "" for none
};

class Identities {
 public:
  // All must outlive it.
  Identities(const Config& config, const Names& names, const Router& router)
      : config_(&config), names_(&names), router_(&router) {}
  // Null when nothing is to be done, which costs next to nothing.
  [[nodiscard]] std::shared_ptr<const Assertion> of(const sip::Message& request, const transport::Flow& flow,
                                                    const Facts& facts) const;

 private:
  [[nodiscard]] std::string preferred(const sip::Message& request, const transport::Flow& flow,
                                      const Facts& facts) const;
  const Config* config_;
  const Names* names_;
  const Router* router_;
};

}  // namespace offhook::proxy
