// RTCP in a description: a=rtcp (RFC 3605), a=rtcp-mux (RFC 5761), a=rtcp-fb (RFC 4585).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "sdp/lines.hpp"
#include "sdp/session_description.hpp"

namespace offhook::sdp {

// a=rtcp:<port> [<net type> <address type> <address>]
struct Rtcp {
  std::uint16_t port = 0;
  std::optional<Connection> connection;
  [[nodiscard]] static Result<Rtcp> parse(std::string_view value, std::size_t offset = 0);
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Rtcp&, const Rtcp&) = default;
};

// Where the RTCP of a stream goes when it has a port of its own: a=rtcp, else the next port above RTP (RFC 3605 §2.1).
[[nodiscard]] Endpoint rtcp_endpoint(const Media& m, const Endpoint& rtp);

// a=rtcp-fb:<payload type or *> <kind> [<parameters>]
struct RtcpFeedback {
  std::optional<std::uint8_t> payload_type;  // nothing: all of them
  std::string_view kind;                     // ack, nack, ccm, trr-int, …
  std::string_view parameters;
  [[nodiscard]] static Result<RtcpFeedback> parse(std::string_view value, std::size_t offset = 0);
  friend bool operator==(const RtcpFeedback&, const RtcpFeedback&) = default;
};

}  // namespace offhook::sdp
