#include "pickup/pickup.hpp"

#include <algorithm>

#include "sip/header/name_addr.hpp"
#include "sip/header/replaces.hpp"

namespace offhook::proxy {

std::optional<Router::Route> Pickup::find(Now now, const sip::Message& request, const Facts& facts) const {
  const auto& features = s_.config->features;
  if (features.pickup.empty() && features.group_pickup.empty() && features.retrieve.empty()) return std::nullopt;
  if (request.method() != sip::Method::Invite || !facts.to_tag.empty()) return std::nullopt;
  if (!facts.to_us || !facts.from_us || facts.emergency) return std::nullopt;
  const std::string number = sip::unescape(facts.uri.user);
  std::vector<std::string> users;
  CallState state = CallState::Ringing;
  if (!features.group_pickup.empty() && number == features.group_pickup)
    users = companions(facts.from_user);
  else if (!features.pickup.empty() && number.size() > features.pickup.size() && number.starts_with(features.pickup))
    users = {number.substr(features.pickup.size())};
  else if (!features.retrieve.empty() && number.starts_with(features.retrieve)) {
    const std::string orbit = number.substr(features.retrieve.size());
    users = {orbit.empty() ? facts.from_user : orbit};
    state = CallState::Answered;  // by park/
  } else
    return std::nullopt;
  Router::Route out;
  out.refusal = {404, "Nothing To Pick Up"};
  for (const std::string& user : users) {
    const auto look = [&](const CallDialog& dialog) {
      if (!out.targets.empty() || dialog.is_caller || dialog.state != state) return;
      if (!dialog.peer_replaces) {
        out.refusal = {488, "Caller Knows No Replaces"};
        return;
      }
      if (Target target = target_of(now, dialog); !target.uri.empty()) out.targets.push_back(std::move(target));
    };
    s_.calls->for_each_dialog(now.mono, user, look);
    if (s_.others != nullptr) s_.others->for_each_other(now.mono, user, look);
  }
  return out;
}

// Whoever is in a group with him, in the order of the configuration.
std::vector<std::string> Pickup::companions(std::string_view user) const {
  std::vector<std::string> out;
  for (const Group& group : s_.config->policy.groups) {
    if (std::find(group.members.begin(), group.members.end(), user) == group.members.end()) continue;
    for (const std::string& member : group.members)
      if (member != user && std::find(out.begin(), out.end(), member) == out.end()) out.push_back(member);
  }
  return out;
}

// Of a user of ours by the way that his registration came.
Target Pickup::target_of(Now now, const CallDialog& dialog) const {
  const auto contact =
      sip::NameAddr::parse(sip::CommaSplitter(dialog.remote_target).next().value_or(std::string_view{}));
  Target out;
  if (!contact) return out;
  const auto caller = sip::NameAddr::parse(dialog.remote);
  const auto uri = caller ? caller->parse_uri() : tl::unexpected(caller.error());
  if (uri && dialog.peer_is_ours)
    for (const Target& bound : targets_of(s_.location->find(s_.names->aor(uri->user)), now.mono))
      if (bound.uri.substr(0, bound.uri.find(';')) == contact->uri.substr(0, contact->uri.find(';'))) out = bound;
  out.uri = contact->uri;
  auto manner = std::make_shared<Manner>();
  manner->replaces = sip::Replaces{dialog.call_id, dialog.remote_tag, dialog.local_tag, false}.text();
  out.manner = std::move(manner);
  // The call is that user's now, not of who is called by that number.
  out.aor = uri && dialog.peer_is_ours ? s_.names->aor(uri->user) : "sip:none";
  return out;
}

}  // namespace offhook::proxy
