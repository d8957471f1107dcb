#include "policy/identity.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "policy/router.hpp"
#include "sip/header/identity.hpp"
#include "sip/header/privacy.hpp"
#include "sip/tel_uri.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;

bool is_private(const sip::Message& message) {
  bool id = false, none = false;
  for (const std::string_view value : message.values(HeaderId::Privacy)) {
    const auto privacy = sip::Privacy::parse(value);
    if (!privacy) continue;
    id = id || privacy->id;
    none = none || privacy->none;
  }
  return id && !none;  // RFC 3323 §4.2: "none" is for nothing else to overrule
}

// RFC 5876 §4.5: one sip or sips URI and one tel URI; what else there is goes no further.
void drop_unexpected(sip::Edit& edit) {
  std::vector<std::string_view> kept;
  bool has_sip = false, has_tel = false, has_others = false;
  for (const std::string_view value : edit.source().values(HeaderId::PAssertedIdentity)) {
    const auto address = sip::NameAddr::parse(value);
    const auto uri = address ? address->parse_uri() : tl::unexpected(address.error());
    bool& has_kind = uri && uri->scheme == sip::Scheme::Tel ? has_tel : has_sip;
    if (!uri || uri->scheme == sip::Scheme::Other || has_kind) {
      has_others = true;
      continue;
    }
    has_kind = true;
    kept.push_back(value);
  }
  if (!has_others) return;
  edit.remove(HeaderId::PAssertedIdentity);
  for (const std::string_view value : kept) edit.append(HeaderId::PAssertedIdentity, value);
}

void strip(sip::Edit& edit, bool believed, bool hides) {
  if (!believed || hides)
    edit.remove(HeaderId::PAssertedIdentity);
  else
    drop_unexpected(edit);
}

// The user of an address-of-record as LocationTable has it.
std::string_view user_of(std::string_view aor) {
  const auto colon = aor.find(':'), at = aor.rfind('@');
  if (colon == std::string_view::npos || at == std::string_view::npos || at < colon) return {};
  return aor.substr(colon + 1, at - colon - 1);
}

// RFC 5627 §3.1.2: behind a temporary GRUU stands somebody who does not want to be named.
bool hides_user(const sip::Uri& uri) {
  const auto gruu = uri.params.find("gr");
  return gruu && gruu->empty();
}

// What is asked for and cannot be given, with ", " between; "" when it is not critical or nothing is missing.
std::string missing_privacy(const sip::Message& request) {
  constexpr std::array<std::string_view, 3> kGiven{"id", "none", "critical"};
  constexpr std::size_t kLongest = 100;  // what comes from the wire is not sent back at any length
  bool critical = false;
  std::string out;
  for (const std::string_view value : request.values(HeaderId::Privacy))
    for (const std::string_view word : sip::Privacy::words(value)) {
      critical = critical || iequals(word, "critical");
      if (std::ranges::any_of(kGiven, [&](std::string_view given) { return iequals(word, given); })) continue;
      if (out.size() + word.size() < kLongest) (out += out.empty() ? "" : ", ") += to_lower(word);
    }
  return critical ? out : std::string{};
}

}  // namespace

void Assertion::edit(sip::Edit& edit, const Manner* manner) const {
  const bool trusted = manner != nullptr && manner->trusted;
  const bool hides = is_private && !trusted;
  strip(edit, believed, hides);
  const std::string& added = manner != nullptr && !manner->identity.empty() ? manner->identity : value;
  if (added.empty() || believed) return;
  edit.remove(HeaderId::PPreferredIdentity);  // it has been heard (§5)
  if (!hides) edit.append(HeaderId::PAssertedIdentity, added);
}

std::shared_ptr<const Assertion> Identities::of(const sip::Message& request, const transport::Flow& flow,
                                                const Facts& facts) const {
  const bool is_said = request.find(HeaderId::PAssertedIdentity).has_value();
  const bool is_shown = config_->challenges_calls() && facts.from_us && !facts.by_node && !facts.emergency;
  const bool asserts = router_->asserts_identity() && !facts.in_dialog;
  const bool believed = facts.peer != nullptr || facts.by_node;
  if (!is_said && !(asserts && is_shown) && !believed && !router_->has_identities()) return nullptr;
  auto out = std::make_shared<Assertion>();
  out->believed = believed;
  out->is_private = is_private(request);
  out->local = flow.local;
  if (asserts && is_shown) out->value = preferred(request, flow.local, facts.from_user);
  out->by_node = facts.by_node;
  out->hears_private = facts.peer != nullptr && !facts.peer->trusted.empty();
  out->names_answerer = asserts && config_->challenges_registrations() && (is_shown || facts.peer != nullptr);
  if (!out->names_answerer) return out;
  if (facts.to_us && !hides_user(facts.uri)) out->callee = dialled(facts.uri);
  if (facts.peer != nullptr && !facts.peer->identity.empty()) out->own = '<' + facts.peer->identity + '>';
  return out;
}

std::string Identities::preferred(const sip::Message& message, const Endpoint& local, std::string_view user) const {
  for (const std::string_view value : message.values(HeaderId::PPreferredIdentity)) {
    const auto wish = sip::Identity::parse(value);
    if (!wish) continue;
    const auto tel = sip::telephone(wish->uri);
    const std::string name = tel ? tel->number() : sip::unescape(wish->uri.user);
    const bool is_here = wish->uri.scheme == sip::Scheme::Tel || names_->is_us(wish->uri, local);
    if (is_here && router_->is_alias_of(name, user))
      return sip::name_addr(wish->address.display_name(), wish->address.uri);
  }
  return "<sip:" + sip::escape_user(user) + '@' + names_->canonical_host() + '>';
}

std::string Identities::answerer(const sip::Message& response, const Assertion& request, const Target& target) const {
  if (!request.names_answerer || !target.is_registered) return {};
  const std::string_view user = target.aor.empty() ? std::string_view(request.callee) : user_of(target.aor);
  if (user.empty()) return {};
  return request.own.empty() ? preferred(response, request.local, user) : request.own;
}

void Identities::answered(sip::Edit& edit, const Assertion* request, const Target& target,
                          const IpAddress& address) const {
  if (request != nullptr && request->by_node) return;
  const sip::Message& response = edit.source();
  const bool is_said = response.find(HeaderId::PAssertedIdentity).has_value();
  const std::string named = request != nullptr ? answerer(response, *request, target) : std::string{};
  if (!is_said && named.empty()) return;  // nearly every time
  const bool believed = (target.manner && target.manner->trusted) || router_->trunk_at(address) != nullptr;
  const bool hides = is_private(response) && !(request != nullptr && request->hears_private);
  strip(edit, believed, hides);
  if (named.empty() || (believed && is_said)) return;
  edit.remove(HeaderId::PPreferredIdentity);
  if (!hides) edit.append(HeaderId::PAssertedIdentity, named);
}

void Identities::passed(sip::Edit& edit, const IpAddress& from, const IpAddress& to) const {
  if (!edit.source().find(HeaderId::PAssertedIdentity)) return;
  strip(edit, router_->trunk_at(from) != nullptr, is_private(edit.source()) && router_->plan().trusting(to) == nullptr);
}

std::optional<Reply> Identities::refuse(const sip::Message& request, const Facts& facts,
                                        const std::vector<Target>& targets) {
  if (!request.find(HeaderId::Privacy) || !facts.to_tag.empty() || facts.plan.remaining > 0) return std::nullopt;
  if (facts.emergency || facts.by_node) return std::nullopt;
  if (std::ranges::all_of(targets, [](const Target& target) { return target.manner && target.manner->trusted; }))
    return std::nullopt;
  const std::string missing = missing_privacy(request);
  if (missing.empty()) return std::nullopt;
  Reply out{500};
  out.made_reason = "Privacy Failure: No " + missing;
  return out;
}

}  // namespace offhook::proxy
