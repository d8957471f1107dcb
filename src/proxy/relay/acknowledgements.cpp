#include "relay/acknowledgements.hpp"

namespace offhook::proxy {
namespace {

constexpr std::size_t kMostWaiting = 1000;

}  // namespace

void Acknowledgements::forward(Now now, const Job& ack, const Target& target) {
  const auto hop = s_.forwarder->next_hop(ack.request, ack.plan, target);
  if (hop.address) return send(ack, hop.way, target, {&*hop.address, 1});
  if (!hop.name) return;
  const auto location = s_.resolver->locate(now, *hop.name);
  if (!location.pending) return send(ack, hop.way, target, location.targets);
  if (waiting_.size() < kMostWaiting) waiting_.emplace(location.pending, Waiting{ack.request, ack.in, target});
}

void Acknowledgements::send(const Job& ack, const Forwarder::Way& way, const Target& target,
                            std::span<const transport::Target> servers) const {
  for (const auto& server : servers) {
    auto outgoing = s_.forwarder->make(ack.request, way, target, server, ack.in);
    if (!outgoing) continue;
    ++s_.counters->forwarded_requests;
    s_.transactions->send_stateless(outgoing->request, outgoing->flow, ack.mark);
    return;
  }
}

void Acknowledgements::located(const transport::Located& event) {
  const auto found = waiting_.extract(event.id);
  if (found.empty()) return;
  const auto& [request, in, target] = found.mapped();
  const Job ack{request, in, preprocess(request, *s_.names, in.local), loop_mark(request, s_.loop_secret)};
  send(ack, s_.forwarder->way(request, ack.plan, target), target, event.location.targets);
}

}  // namespace offhook::proxy
