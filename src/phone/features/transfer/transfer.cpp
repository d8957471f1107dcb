#include "features/transfer/transfer.hpp"

#include <algorithm>

#include "desk.hpp"
#include "features/features.hpp"

namespace offhook::phone::transfer {
namespace {

constexpr int kDecline = 603, kServiceUnavailable = 503, kRequestTerminated = 487;

Call* call_made_for(Desk& desk, ua::CallId transferor) {
  const auto found = std::ranges::find_if(desk.calls, [&](const Call& c) {
    return c.order && c.order->transferor == transferor && c.facts.stage != Stage::Ended;
  });
  return found == desk.calls.end() ? nullptr : &*found;
}

std::string name_of(const ua::Party& party) { return party.user.empty() ? party.uri : party.user; }

void report(Desk& desk, Now now, Call& call, int status) {
  if (!call.order) return;
  desk.ua.notify_transfer(now, call.order->transferor, status);
  if (status >= 200) call.order.reset();
}

void start(Desk& desk, Now now, Call& call) {
  desk.cancel(call, CallTimer::TransferStart);
  if (desk.dial(now, call, call.order->referred_by))
    alert(desk, now, call);
  else
    report(desk, now, call, kServiceUnavailable);
}

void on_requested(Desk& desk, Now now, const ua::TransferRequested& event) {
  Call* call = desk.find(event.call);
  // Attended transfer (a target with Replaces) is not among our features yet; taking it for a blind one would ring a
  // third phone.
  const bool attended = event.refer_to.find('?') != std::string::npos;
  if (call == nullptr || call->facts.stage != Stage::Established || attended ||
      call_made_for(desk, event.call) != nullptr) {
    desk.ua.refuse_transfer(now, event.call, kDecline);
    return;
  }
  call->note = "being transferred to " + name_of(event.target);
  Call& next = desk.add_call(now, true, call->line, event.target);
  next.target = event.refer_to;
  next.order = TransferOrder{event.call, event.referred_by};
  next.note = "transferred by " + name_of(call->peer);
  desk.arm(next, CallTimer::TransferStart, now.mono + kPatience);
  desk.ua.accept_transfer(now, event.call);
}

void on_progress(Desk& desk, Now now, const ua::TransferProgress& event) {
  Call* call = desk.find(event.call);
  if (call == nullptr) return;
  const auto status = std::to_string(event.status);
  const bool failed = event.finished && event.status >= 300;
  if (call->facts.stage == Stage::Ended) {
    call->note = failed ? "transfer to " + call->target + " failed: " + status
                        : "transferred to " + call->target + (event.finished ? "" : ": " + status);
  } else {
    if (event.finished) call->facts.transferring = false;
    call->note = failed ? "transfer refused: " + status : "transfer to " + call->target + ": " + status;
  }
  desk.refresh(now, *call);
}

void on_ended(Desk& desk, Now now, const ua::CallEnded& event) {
  Call* next = call_made_for(desk, event.call);
  Call* call = desk.find(event.call);
  if (next != nullptr && call != nullptr) call->note = "transferred to " + name_of(next->peer);
  if (next != nullptr && next->facts.stage == Stage::Waiting) start(desk, now, *next);
  if (call == nullptr) return;
  if (call->facts.transferring && event.by == ua::EndedBy::Local) call->note = "transferred to " + call->target;
  report(desk, now, *call, event.status >= 300 ? event.status : kRequestTerminated);
}

void on_established(Desk& desk, Now now, const ua::CallEstablished& event) {
  Call* call = desk.find(event.call);
  if (call == nullptr || !call->order || call->facts.stage != Stage::Established) return;
  Call* first = desk.find(call->order->transferor);
  report(desk, now, *call, 200);
  if (first != nullptr && first->facts.stage != Stage::Ended)
    desk.hang_up(now, *first, "transferred to " + name_of(call->peer));
}

}  // namespace

void request(Desk& desk, Now now, Call& call, const std::string& target) {
  call.facts.transferring = true;
  call.target = target;
  call.note = "transfer to " + target;
  desk.ua.transfer(now, call.ua, target);
  desk.refresh(now, call);
}

void on_event(Desk& desk, Now now, const ua::Event& event) {
  if (const auto* requested = std::get_if<ua::TransferRequested>(&event))
    on_requested(desk, now, *requested);
  else if (const auto* progress = std::get_if<ua::TransferProgress>(&event))
    on_progress(desk, now, *progress);
  else if (const auto* ended = std::get_if<ua::CallEnded>(&event))
    on_ended(desk, now, *ended);
  else if (const auto* established = std::get_if<ua::CallEstablished>(&event))
    on_established(desk, now, *established);
  else if (const auto* ringing = std::get_if<ua::CallProgress>(&event)) {
    if (Call* call = desk.find(ringing->call)) report(desk, now, *call, ringing->status);
  }
}

void on_timer(Desk& desk, Now now, Call& call, CallTimer timer) {
  if (timer == CallTimer::TransferStart && call.facts.stage == Stage::Waiting && call.order) start(desk, now, call);
}

void abandoned(Desk& desk, Now now, Call& call) { report(desk, now, call, kRequestTerminated); }

}  // namespace offhook::phone::transfer
