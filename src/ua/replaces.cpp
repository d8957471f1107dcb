// An INVITE with Replaces takes the place of a call that we have. RFC 3891 §3.
//
// Who names the Call-ID and both tags is a party of that call, or has been told by one or by the proxy between them:
// they are drawn at random, and that is all the authorization here (§3 leaves the rest to local policy).
#include <algorithm>
#include <functional>
#include <utility>

#include "calls.hpp"
#include "sip/header/replaces.hpp"

namespace offhook::ua {
namespace {

using sip::HeaderId;

// Dialogs that are over and still answered 603 instead of 481.
constexpr std::size_t kRemembered = 16;
// So that a phone which rings for the replaced call shows no missed one (RFC 3326).
constexpr std::string_view kTaken = "SIP;cause=200;text=\"Call completed elsewhere\"";

// §6.1: a tag of zero also stands for none, as peers of RFC 2543 have it.
bool is_tag(std::string_view named, std::string_view tag) { return named == tag || (named == "0" && tag.empty()); }

bool is_meant(const sip::Replaces& replaces, const dialog::DialogId& id) {
  return replaces.call_id == id.call_id && is_tag(replaces.to_tag, id.local_tag) &&
         is_tag(replaces.from_tag, id.remote_tag);
}

// An early dialog that the caller began is not to be replaced (§3): it counts as no match.
bool is_meant(const sip::Replaces& replaces, const Call& call) {
  if (call.phase == Phase::Answered || call.phase == Phase::Established)
    return call.dialog && is_meant(replaces, call.dialog->id());
  if (call.phase != Phase::Inviting || !call.invitation) return false;
  return std::ranges::any_of(call.invitation->early, [&](const EarlyDialog& early) {
    return !early.bye_sent && is_meant(replaces, early.dialog.id());
  });
}

}  // namespace

Calls::Replacement Calls::replacement(const sip::Message& invite) const {
  const std::size_t count = invite.count(HeaderId::Replaces);
  if (count == 0) return {};
  if (count > 1) return {400, "More Than One Replaces", {}};
  if (invite.count(HeaderId::Join) > 0) return {400, "Replaces And Join", {}};
  const auto replaces = sip::Replaces::parse(*invite.find(HeaderId::Replaces));
  if (!replaces) return {400, "Bad Replaces", {}};
  const Call* found = nullptr;
  std::size_t matches = 0;
  calls_.for_each([&](CallId, const Call& call) {
    if (!is_meant(*replaces, call)) return;
    found = &call;
    ++matches;
  });
  if (matches == 1 && replaces->early_only && found->phase != Phase::Inviting) return {486, {}, {}};
  if (matches == 1) return {0, {}, found->id};
  if (matches > 1) return {481, {}, {}};
  const dialog::DialogId id{std::string(replaces->call_id), std::string(replaces->to_tag),
                            std::string(replaces->from_tag)};
  const bool is_over = std::ranges::find(over_, std::hash<dialog::DialogId>{}(id)) != over_.end();
  return {is_over ? 603 : 481, {}, {}};
}

void Calls::supersede(Now now, Call& call) {
  Call* replaced = find(std::exchange(call.replaces, CallId{}));
  if (replaced == nullptr || replaced->phase == Phase::Over) return;
  replaced->replaced_by = call.id;
  if (replaced->phase != Phase::Inviting) return end(now, *replaced, EndedBy::Local, 0, {});
  replaced->invitation->cancelled = true;
  core_->cancel(now, replaced->invitation->sent, kTaken);
  tell_ended(*replaced, EndedBy::Local, 487, sip::reason_phrase(487));
}

void Calls::remember(const Call& call) {
  const auto note = [&](const dialog::Dialog& dialog) {
    if (over_.size() >= kRemembered) over_.erase(over_.begin());
    over_.push_back(std::hash<dialog::DialogId>{}(dialog.id()));
  };
  if (call.dialog) note(*call.dialog);
  if (!call.invitation) return;
  for (const EarlyDialog& early : call.invitation->early) note(early.dialog);
}

}  // namespace offhook::ua
