// What a parked call is sent by us: the REFER that takes it back to who has parked it, and the BYE.
#include <utility>

#include "body/sipfrag.hpp"
#include "park/park.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;
using sip::Method;

constexpr int kMostRecalls = 3;
constexpr Duration kLongestRecall = minutes(3);  // that the phone may take to say how it ended

}  // namespace

void Park::wait(TimePoint now, Id id) {
  Parked& parked = *table_.find(id);
  wheel_.cancel(parked.recall);
  parked.recall = {};
  if (const auto time = s_.config->features.park_time; time.count() > 0)
    parked.recall = wheel_.arm(now + time, id.number());
}

void Park::wake(Now now) {
  wheel_.advance(now.mono, [&](std::uint64_t payload) {
    const Id id = Id::from_number(payload & ~kRepeat);
    Parked* const parked = table_.find(id);
    if (parked == nullptr) return;
    if ((payload & kRepeat) != 0) return repeat(now, id);
    parked->recall = {};
    recall(now, id);
  });
}

void Park::recall(Now now, Id id) {
  Parked& parked = *table_.find(id);
  if (parked.is_over || parked.owner != 0) return;
  if (parked.parker.empty() || ++parked.recalls > kMostRecalls) return end(now, id);
  auto refer = parked.dialog.request(Method::Refer);
  const std::string host = '@' + s_.names->canonical_host() + '>';
  refer.add(HeaderId::Contact, s_.names->contact(parked.flow));
  refer.add(HeaderId::ReferTo, "<sip:" + sip::escape_user(parked.parker) + host);
  refer.add(HeaderId::ReferredBy, "<sip:" + sip::escape_user(parked.orbit) + host);
  if (!s_.config->server_name.empty()) refer.add(HeaderId::UserAgent, s_.config->server_name);
  parked.recall = wheel_.arm(now.mono + kLongestRecall, id.number());
  send(now, id, Method::Refer, refer.build());
}

// RFC 3515 §2.4.5: who was parked talks to somebody else now, or waits on.
void Park::progress(Now now, Id id, const sip::Message& notify) {
  const auto said = body::Sipfrag::parse(notify.body());
  const int status = said ? said->status() : 0;
  if (status >= 200 && status < 300) return end(now, id);
  if (status >= 300) wait(now.mono, id);
}

void Park::end(Now now, Id id) {
  Parked& parked = *table_.find(id);
  if (std::exchange(parked.is_over, true)) return;
  auto bye = parked.dialog.request(Method::Bye);
  if (!s_.config->server_name.empty()) bye.add(HeaderId::UserAgent, s_.config->server_name);
  auto message = bye.build();
  tell_end(now, message);
  by_orbit_.erase(parked.orbit);
  wheel_.cancel(parked.recall);
  wheel_.cancel(parked.repeat);
  if (parked.owner != 0) by_owner_.erase(parked.owner);
  if (parked.resolution) {
    waiting_.erase(parked.resolution);
    s_.resolver->cancel(parked.resolution);
    parked.resolution = {};
  }
  send(now, id, Method::Bye, std::move(message));
}

void Park::send(Now now, Id id, sip::Method method, sip::Message request) {
  Parked& parked = *table_.find(id);
  parked.sent = method;
  parked.owner = kOwner | ++last_;
  by_owner_[parked.owner] = id;
  if (parked.is_near) return launch(now, parked, request, parked.flow);
  const auto uri = sip::Uri::parse(parked.dialog.next_hop());
  const auto destination = uri ? transport::destination_of(*uri) : std::nullopt;
  if (!destination) return concluded(now, id, 503);
  const auto location = s_.resolver->locate(now, *destination);
  if (location.pending) {
    parked.resolution = location.pending;
    parked.waiting = std::move(request);
    waiting_[location.pending] = id;
    return;
  }
  for (const transport::Target& to : location.targets)
    if (const auto local = s_.names->local_for(to.protocol, to.remote.address, parked.flow))
      return launch(now, parked, request, {to.protocol, *local, to.remote, 0, to.server_name});
  concluded(now, id, 503);
}

void Park::launch(Now now, Parked& parked, const sip::Message& request, const transport::Flow& flow) {
  (void)s_.transactions->start(now.mono, request, flow, parked.owner);
}

bool Park::located(Now now, const transport::Located& event) {
  const auto found = waiting_.extract(event.id);
  if (found.empty()) return false;
  Parked& parked = *table_.find(found.mapped());
  parked.resolution = {};
  const sip::Message request = *std::exchange(parked.waiting, std::nullopt);
  for (const transport::Target& to : event.location.targets) {
    const auto local = s_.names->local_for(to.protocol, to.remote.address, parked.flow);
    if (!local) continue;
    launch(now, parked, request, {to.protocol, *local, to.remote, 0, to.server_name});
    return true;
  }
  concluded(now, found.mapped(), 503);
  return true;
}

void Park::respond(Now now, const transaction::ResponseReceived& event) {
  const auto found = by_owner_.find(event.owner);
  if (found != by_owner_.end() && event.response.status() >= 200)
    concluded(now, found->second, event.response.status());
}

void Park::fail(Now now, transaction::Owner owner) {
  const auto found = by_owner_.find(owner);
  if (found != by_owner_.end()) concluded(now, found->second, 408);
}

// Our request has its final answer. A REFER that is accepted is heard of again (progress()).
void Park::concluded(Now now, Id id, int status) {
  Parked& parked = *table_.find(id);
  by_owner_.erase(std::exchange(parked.owner, 0));
  if (parked.sent == Method::Bye) return erase(id);
  if (status >= 300) end(now, id);
}

void Park::erase(Id id) {
  Parked& parked = *table_.find(id);
  wheel_.cancel(parked.recall);
  wheel_.cancel(parked.repeat);
  if (parked.resolution) {
    waiting_.erase(parked.resolution);
    s_.resolver->cancel(parked.resolution);
  }
  if (parked.owner != 0) by_owner_.erase(parked.owner);
  by_dialog_.erase(parked.dialog.id());
  if (const auto orbit = by_orbit_.find(parked.orbit); orbit != by_orbit_.end() && orbit->second == id)
    by_orbit_.erase(orbit);
  table_.erase(id);
}

}  // namespace offhook::proxy
