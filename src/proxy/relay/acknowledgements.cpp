#include "relay/acknowledgements.hpp"

#include "loop.hpp"
#include "route/preprocess.hpp"

namespace offhook::proxy {
namespace {

constexpr std::size_t kMostWaiting = 1000;

}  // namespace

void Acknowledgements::forward(Now now, const sip::Message& request, const transport::Flow& in, const Plan& plan,
                               const Target& target) {
  const auto hop = s_.forwarder->next_hop(request, plan, target);
  if (hop.address) return send(request, in, plan, target, {*hop.address});
  if (!hop.name) return;
  const auto location = s_.resolver->locate(now, *hop.name);
  if (!location.pending) return send(request, in, plan, target, location.targets);
  if (waiting_.size() < kMostWaiting) waiting_.emplace(location.pending, Waiting{request, in, target});
}

void Acknowledgements::send(const sip::Message& request, const transport::Flow& in, const Plan& plan,
                            const Target& target, const std::vector<transport::Target>& servers) const {
  for (const auto& server : servers) {
    auto outgoing = s_.forwarder->make(request, plan, target, server, in);
    if (!outgoing) continue;
    ++s_.counters->forwarded_requests;
    s_.transactions->send_stateless(outgoing->request, outgoing->flow, loop_mark(request, s_.loop_secret));
    return;
  }
}

void Acknowledgements::located(const transport::Located& event) {
  const auto found = waiting_.extract(event.id);
  if (found.empty()) return;
  const Waiting& ack = found.mapped();
  send(ack.request, ack.in, preprocess(ack.request, *s_.names, ack.in.local), ack.target, event.location.targets);
}

}  // namespace offhook::proxy
