// 3xx: the caller tries the targets that the callee names. RFC 3261 §8.1.3.4: same From, To, Call-ID, the next CSeq;
// guide §6.8.
#include <algorithm>
#include <utility>

#include "calls.hpp"
#include "party.hpp"
#include "sip/header/contact.hpp"

namespace offhook::ua {
namespace {

// Phones that forward to each other would send a caller in circles.
constexpr std::size_t kMaxTargets = 5;

}  // namespace

void Calls::take_targets(Call& call, const sip::Message& response) {
  Invitation& invitation = *call.invitation;
  std::vector<std::pair<int, std::string>> found;
  for (const std::string_view value : response.values(sip::HeaderId::Contact)) {
    const auto contact = sip::Contact::parse(value);
    if (!contact || contact->star) continue;
    const auto uri = contact->address.parse_uri();
    if (!uri || uri->scheme != sip::Scheme::Sip) continue;  // tel:, mailto: and the like are for a person
    found.emplace_back(contact->q().value_or(1000), without_headers(contact->address.uri));
  }
  // Ours go before those still waiting from a redirection before, the highest q first: the best stands last.
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (auto it = found.rbegin(); it != found.rend(); ++it) invitation.waiting.push_back(std::move(it->second));
}

bool Calls::try_next_target(Now now, Call& call, int status, std::string_view diversion) {
  Invitation& invitation = *call.invitation;
  while (!invitation.waiting.empty() && invitation.tried.size() <= kMaxTargets) {
    const std::string uri = std::move(invitation.waiting.back());
    invitation.waiting.pop_back();
    if (std::find(invitation.tried.begin(), invitation.tried.end(), uri) != invitation.tried.end()) continue;
    call.peer = party_of_uri(uri);
    core_->tell(CallRedirected{call.id, status, call.peer});
    send_invite(now, call, uri, diversion);
    return true;
  }
  return false;
}

}  // namespace offhook::ua
