#include "sdp/rtcp.hpp"

#include "base/ascii.hpp"

namespace offhook::sdp {

Result<Rtcp> Rtcp::parse(std::string_view value, std::size_t offset) {
  Rtcp out;
  const auto port = parse_number<std::uint16_t>(next_word(value));
  if (!port) return fail(Module::Sdp, "a=rtcp has no port", offset);
  out.port = *port;
  if (trim(value).empty()) return out;
  const auto connection = Connection::parse(value, offset);
  if (!connection) return fail(Module::Sdp, "a=rtcp has half an address", offset);
  out.connection = *connection;
  return out;
}

std::string Rtcp::text() const {
  return connection ? std::to_string(port) + ' ' + connection->text() : std::to_string(port);
}

Endpoint rtcp_endpoint(const Media& m, const Endpoint& rtp) {
  if (const auto attribute = m.attribute("rtcp")) {
    if (const auto rtcp = Rtcp::parse(attribute->value)) {
      const auto address = rtcp->connection ? rtcp->connection->ip() : std::nullopt;
      return {address.value_or(rtp.address), rtcp->port};
    }
  }
  return {rtp.address, static_cast<std::uint16_t>(rtp.port == 65'535 ? 0 : rtp.port + 1)};
}

Result<RtcpFeedback> RtcpFeedback::parse(std::string_view value, std::size_t offset) {
  RtcpFeedback out;
  const auto target = next_word(value);
  if (target != "*") {
    out.payload_type = parse_number<std::uint8_t>(target);
    if (!out.payload_type || *out.payload_type > 127) return fail(Module::Sdp, "feedback for no payload type", offset);
  }
  out.kind = next_word(value);
  if (out.kind.empty()) return fail(Module::Sdp, "feedback of no kind", offset);
  out.parameters = trim(value);
  return out;
}

}  // namespace offhook::sdp
