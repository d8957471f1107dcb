#include "policy/identity.hpp"

#include "policy/router.hpp"
#include "sip/header/identity.hpp"
#include "sip/header/privacy.hpp"
#include "sip/tel_uri.hpp"

namespace offhook::proxy {

using sip::HeaderId;

void Assertion::edit(sip::Edit& edit, const Manner* manner) const {
  const bool trusted = manner != nullptr && manner->trusted;
  const bool hides = is_private_ && !trusted;
  if (!believed_ || hides) edit.remove(HeaderId::PAssertedIdentity);
  const std::string& value = manner != nullptr && !manner->identity.empty() ? manner->identity : value_;
  if (value.empty() || believed_) return;
  edit.remove(HeaderId::PPreferredIdentity);  // it has been heard (§5)
  if (!hides) edit.append(HeaderId::PAssertedIdentity, value);
}

std::shared_ptr<const Assertion> Identities::of(const sip::Message& request, const transport::Flow& flow,
                                                const Facts& facts) const {
  const bool is_said = request.find(HeaderId::PAssertedIdentity).has_value();
  const bool asserts =
      router_->asserts_identity() && config_->challenges_calls() && facts.from_us && !facts.in_dialog && !facts.by_node;
  if (!is_said && !asserts && !router_->has_identities()) return nullptr;
  bool is_private = false;
  for (const std::string_view value : request.values(HeaderId::Privacy))
    if (const auto privacy = sip::Privacy::parse(value)) is_private = is_private || privacy->id;
  return std::make_shared<const Assertion>(
      facts.peer != nullptr || facts.by_node, is_private,
      asserts && !facts.emergency ? preferred(request, flow, facts) : std::string{});
}

std::string Identities::preferred(const sip::Message& request, const transport::Flow& flow, const Facts& facts) const {
  for (const std::string_view value : request.values(HeaderId::PPreferredIdentity)) {
    const auto wish = sip::Identity::parse(value);
    if (!wish) continue;
    const auto tel = sip::telephone(wish->uri);
    const std::string name = tel ? tel->number() : sip::unescape(wish->uri.user);
    const bool is_here = wish->uri.scheme == sip::Scheme::Tel || names_->is_us(wish->uri, flow.local);
    if (is_here && router_->is_alias_of(name, facts.from_user))
      return sip::name_addr(wish->address.display_name(), wish->address.uri);
  }
  return "<sip:" + sip::escape_user(facts.from_user) + '@' + names_->canonical_host() + '>';
}

}  // namespace offhook::proxy
