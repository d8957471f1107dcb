#include "nat/candidates.hpp"

namespace offhook::phone {
namespace {

using sdp::IceType;

Endpoint above(Endpoint rtp) {
  ++rtp.port;
  return rtp;
}

}  // namespace

sdp::IceSide candidates_of(const Endpoint& own, const Endpoint& rtp, const std::optional<Endpoint>& rtcp,
                           const std::array<std::optional<Endpoint>, 2>& relayed) {
  sdp::IceSide out;
  for (const std::uint16_t component : {std::uint16_t{1}, std::uint16_t{2}}) {
    const Endpoint base = component == 1 ? own : above(own);
    const Endpoint seen = component == 1 ? rtp : rtcp.value_or(above(rtp));
    out.candidates.push_back({"1", component, sdp::ice_priority(IceType::Host, component), base, IceType::Host, {}});
    if (seen != base)
      out.candidates.push_back({"2", component, sdp::ice_priority(IceType::ServerReflexive, component), seen,
                                IceType::ServerReflexive, base});
    if (const auto& at = relayed[component - 1U])  // RFC 8839 §5.1: related is where the server sees us
      out.candidates.push_back(
          {"3", component, sdp::ice_priority(IceType::Relayed, component), *at, IceType::Relayed, seen});
  }
  return out;
}

ua::Announce announce_of(const sdp::IceChoice& choice, const media::AudioPlan& agreed, const ua::AudioAddress& said) {
  if (!choice.controlling || !agreed.checks || agreed.checks->remote.ice2) return ua::Announce::Later;
  const Endpoint ours[] = {said.rtp, said.rtcp.value_or(above(said.rtp))};
  const Endpoint theirs[] = {agreed.remote, agreed.remote_rtcp.value_or(above(agreed.remote))};
  for (std::size_t i = 0; i < choice.local.size() && i < choice.remote.size() && i < 2; ++i)
    if (choice.local[i].address != ours[i] || choice.remote[i] != theirs[i]) return ua::Announce::AtOnce;
  return ua::Announce::Later;
}

}  // namespace offhook::phone
