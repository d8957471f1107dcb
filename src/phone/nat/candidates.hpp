// A call's candidates (RFC 8445 §5.1.1), and when the other side must hear which of them the checks have chosen. Pure
// functions; the media engine checks, the user agent describes.
#pragma once
#include <array>
#include <optional>

#include "base/endpoint.hpp"
#include "media/engine.hpp"
#include "sdp/ice_side.hpp"
#include "ua/account.hpp"

namespace offhook::phone {

// The two ports of a call as they are, and as a NAT shows them: `rtp` and `rtcp` are what the description names (RTCP
// where it is not the port above), `relayed` where a TURN server stands for them. A phone has one address, and so one
// host candidate a component. Without names.
[[nodiscard]] sdp::IceSide candidates_of(const Endpoint& own, const Endpoint& rtp, const std::optional<Endpoint>& rtcp,
                                         const std::array<std::optional<Endpoint>, 2>& relayed = {});

// RFC 8839 §4.3.4: at once by the one who has chosen, where the other side may not have kept up with RFC 8445 and the
// descriptions name another pair; else the next description will do.
[[nodiscard]] ua::Announce announce_of(const sdp::IceChoice& choice, const media::AudioPlan& agreed,
                                       const ua::AudioAddress& said);

}  // namespace offhook::phone
