// Asserted identities: RFC 3325 and RFC 5876, with the privacy of RFC 3323 that a proxy can give.
//
// What a sender says of himself in P-Asserted-Identity counts only when it is a trunk that is believed; from anybody
// else the field goes. Where the settings want it, a user who has shown his password is given one: the address in his
// P-Preferred-Identity when it is his, else his own. With "Privacy: id" none of it leaves for one who is not trusted:
// trunks whose addresses are trusted are, phones are not.
//
// The same holds for responses, whose senders cannot be asked for a password (RFC 5876 §3). Who is known there is the
// user who has registered the contact with his password: it was called by an address and a branch that nobody else has
// seen. He is named to users who have shown theirs and to trunks, not to strangers.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "answers.hpp"
#include "names.hpp"
#include "proxy/core.hpp"
#include "route/facts.hpp"
#include "route/targets.hpp"
#include "sip/edit.hpp"
#include "sip/message.hpp"

namespace offhook::proxy {

class Router;

// What becomes of the identities of one request, whoever it is forwarded to, and of those in the responses to it.
struct Assertion {
  bool believed = false;    // the one that came may stay
  bool is_private = false;  // Privacy: id
  std::string value{};      // of the field to be added; "" for none

  // Of the responses. `by_node`: it came from another node of our cluster, which does all this for who has sent it.
  bool by_node = false;
  bool hears_private = false;   // who has sent it may see what is private
  bool names_answerer = false;  // a user of ours who answers is named
  std::string callee{};         // the user whom the Request-URI names, unescaped; "" for none
  std::string own{};            // of all users of ours, for him who has sent it; "": each one's own
  Endpoint local{};             // the socket that it came to

  // `manner` of the target; null for a phone.
  void edit(sip::Edit& edit, const Manner* manner) const;
};

class Identities {
 public:
  // All must outlive it.
  Identities(const Config& config, const Names& names, const Router& router)
      : config_(&config), names_(&names), router_(&router) {}
  // Null when nothing is to be done for who has sent it, which costs next to nothing.
  [[nodiscard]] std::shared_ptr<const Assertion> of(const sip::Message& request, const transport::Flow& flow,
                                                    const Facts& facts) const;

  // A response of `target`, to which the request had gone at `address`. `request` is its Assertion, null for none.
  void answered(sip::Edit& edit, const Assertion* request, const Target& target, const IpAddress& address) const;
  // A response of which nothing is known but where it comes from and where it goes.
  void passed(sip::Edit& edit, const IpAddress& from, const IpAddress& to) const;

  // 500 for a request whose sender wants none but a private call (Privacy: critical) of a kind that is not to be had
  // here (RFC 3323 §5). Trusted trunks are to say so themselves, and so is who stands in a Route.
  [[nodiscard]] static std::optional<Reply> refuse(const sip::Message& request, const Facts& facts,
                                                   const std::vector<Target>& targets);

 private:
  // `user` as the message that he has sent wants him to be called.
  [[nodiscard]] std::string preferred(const sip::Message& message, const Endpoint& local, std::string_view user) const;
  [[nodiscard]] std::string answerer(const sip::Message& response, const Assertion& request,
                                     const Target& target) const;
  const Config* config_;
  const Names* names_;
  const Router* router_;
};

}  // namespace offhook::proxy
