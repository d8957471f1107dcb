#include "features/redirect/redirect.hpp"

#include "desk.hpp"

namespace offhook::phone::redirect {

void on_event(Desk& desk, Now now, const ua::Event& event) {
  const auto* redirected = std::get_if<ua::CallRedirected>(&event);
  if (redirected == nullptr) return;
  Call* call = desk.find(redirected->call);
  if (call == nullptr || call->facts.stage == Stage::Ended) return;
  call->peer = redirected->to;
  call->note = "forwarded to " + (redirected->to.user.empty() ? redirected->to.uri : redirected->to.user);
  call->facts.stage = Stage::Dialing;
  desk.refresh(now, *call);
}

}  // namespace offhook::phone::redirect
