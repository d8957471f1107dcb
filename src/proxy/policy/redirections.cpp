#include "policy/redirections.hpp"

#include <algorithm>

#include "sip/header/contact.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;

constexpr int kWholeQ = 1000;
constexpr std::size_t kMostContacts = 20;  // that are looked at

// §19.1.1, table 1: a Request-URI has no header part.
std::string without_headers(const sip::Uri& uri) {
  return std::string(uri.headers.empty() ? uri.text : uri.text.substr(0, uri.text.size() - uri.headers.size() - 1));
}

}  // namespace

std::vector<Target> Redirections::follow(Now now, const sip::Message& response, const By& by) const {
  const int status = response.status();
  if (config_->policy.redirects == Redirects::Pass || status < 300 || status > 302) return {};
  std::vector<Target> out;
  std::size_t seen = 0;
  for (const std::string_view value : response.values(HeaderId::Contact)) {
    if (++seen > kMostContacts) break;
    const auto contact = sip::Contact::parse(value);
    if (!contact || contact->star || contact->expires() == 0U) continue;
    const auto uri = contact->address.parse_uri();
    if (!uri || (by.wants_sips && uri->scheme != sip::Scheme::Sips)) continue;
    const int q = contact->q().value_or(kWholeQ) * (kWholeQ + 1);
    for (Target& target : targets(now, *uri, by)) {
      target.q = q + std::clamp(target.q, 0, kWholeQ);
      out.push_back(std::move(target));
    }
  }
  std::ranges::stable_sort(out, [](const Target& a, const Target& b) { return a.q > b.q; });
  return out;
}

std::vector<Target> Redirections::targets(Now now, const sip::Uri& uri, const By& by) const {
  if (uri.scheme == sip::Scheme::Tel || names_->is_us(uri, by.local))
    return router_->find(now, dialled(uri), {by.calls_as_user || by.redirects_as_user, nullptr}).targets;
  if (!uri.is_sip() || !by.calls_as_user) return {};
  Target target;
  target.uri = without_headers(uri);
  return {std::move(target)};
}

}  // namespace offhook::proxy
