#include "transport/layer.hpp"

#include "base/ascii.hpp"
#include "sip/check.hpp"
#include "sip/header/via.hpp"
#include "stun/message.hpp"
#include "transport/framer.hpp"
#include "via.hpp"

namespace offhook::transport {
namespace {

constexpr std::uint16_t kDefaultPort = 5060;
constexpr std::size_t kTagLength = 10;
constexpr std::size_t kMostAdded = 64;  // our tag, received and rport, and the reason
constexpr int kBadRequest = 400;
constexpr int kMessageTooLarge = 513;

// A WebSocket message ends by itself (RFC 7118 §5.3).
bool needs_length(Protocol protocol) { return protocol == Protocol::Tcp || protocol == Protocol::Tls; }

// Empty lines before a start line are ignored (§7.5).
std::string_view without_leading_lines(std::string_view bytes) {
  const auto first = bytes.find_first_not_of("\r\n");
  return first == std::string_view::npos ? std::string_view{} : bytes.substr(first);
}

// Larger than we take, or says that it will be (§21.5.7).
bool is_beyond(std::string_view bytes, std::size_t most) {
  if (bytes.size() > most) return true;
  const auto length = content_length_of(bytes.substr(0, bytes.find("\r\n\r\n")));
  return length.value && !length.bad && *length.value > most;
}

}  // namespace

std::optional<Incoming> Layer::receive(const Flow& flow, std::string bytes) {
  ++counters_.received;
  std::optional<Incoming> out;  // read where it stays: a message is big enough that a move shows
  if (!is_ping(flow, bytes) && !read(bytes, out.emplace(flow))) out.reset();
  return out;
}

// STUN and line ends, which are answered or counted here.
bool Layer::is_ping(const Flow& flow, std::string_view bytes) {
  if (flow.protocol == Protocol::Udp && stun::looks_like_stun(bytes)) {
    // RFC 5626 §3.5.2: the keep-alive of phones behind a NAT. An answer to one of ours is told apart by who waits.
    ++counters_.stun;
    if (auto reply = stun::answer(bytes, flow.remote)) send(flow, std::move(*reply));
    return true;
  }
  if (without_leading_lines(bytes).empty()) {
    ++counters_.keepalives;
    // The ping of RFC 5626 §3.5.1 has a pong; it exists on streams only.
    if (is_reliable(flow.protocol) && bytes == "\r\n\r\n") send(flow, "\r\n");
    return true;
  }
  return false;
}

// False for what has been refused or dropped.
bool Layer::read(std::string& bytes, Incoming& in) {
  sip::Message& message = in.message;
  const Flow& flow = in.flow;
  if (const auto taken = sip::Message::take(bytes, message, limits_); !taken) {
    if (const auto limit = sip::limit_of(taken.error())) ++counters_.over_limit[static_cast<std::size_t>(*limit)];
    const bool too_large = is_beyond(bytes, limits_.message);
    refuse(flow, bytes, too_large ? kMessageTooLarge : kBadRequest, too_large ? "" : taken.error().text);
    return false;
  }
  // §18.3: on a stream the length is what ends a message; without it nothing behind it can be trusted.
  if (needs_length(flow.protocol) && message.count(sip::HeaderId::ContentLength) == 0) {
    refuse(flow, message.bytes(), kBadRequest, "Missing Content-Length");
    return false;
  }
  sip::Via& top = in.via.emplace();
  if (message.is_response()) {
    const bool is_sound = sip::check_response(message, &top);
    if (!is_sound) ++counters_.bad_responses;
    return is_sound;
  }
  if (const auto verdict = sip::check_request(message, &top)) {
    refuse(flow, message.bytes(), verdict->status, verdict->reason);
    return false;
  }
  stamp_source(message, top, flow.remote);
  note_alias(top, flow);
  return true;
}

// Answers what is broken, when it is a request that can be answered. An ACK never is (§17.1.1.3: there is no response
// to it).
void Layer::refuse(const Flow& flow, std::string_view bytes, int status, std::string_view reason) {
  const std::size_t size = bytes.size();
  bytes = without_leading_lines(bytes);
  if (bytes.starts_with("SIP/")) {
    ++counters_.bad_responses;
    return;
  }
  if (bytes.starts_with("ACK ")) {
    ++counters_.bad_requests;
    return;
  }
  auto answer = sip::answer_broken(bytes, status, reason, random_->token(kTagLength));
  if (!answer) {
    ++counters_.garbage;
    return;
  }
  ++counters_.bad_requests;
  if (answer->method() == sip::Method::Ack) return;
  // The answer carries the request's Via: it is stamped there as a sound request's would have been.
  if (const auto top = answer->top(sip::HeaderId::Via))
    if (auto via = sip::Via::parse(*top)) stamp_source(*answer, *via, flow.remote);
  // The sender of a datagram may be forged: junk shall bring nobody much more than it is itself.
  if (flow.protocol == Protocol::Udp && answer->bytes().size() > size + kMostAdded) return;
  respond(*answer, flow);
}

// RFC 5923 is for TLS alone: nothing ties a plain connection to an identity, so that whoever shares an address with the
// true server could have its requests (§9, §9.3). The address is the source's, for which `received` stands (§8.2).
void Layer::note_alias(const sip::Via& top, const Flow& flow) {
  if (flow.protocol != Protocol::Tls || flow.connection == 0 || aliases_.size() >= kMostAliases) return;
  if (!top.params.has("alias")) return;
  aliases_.push({flow, {flow.remote.address, top.port.value_or(default_port(Protocol::Tls))}});
}

void Layer::set_via(const Endpoint& local, ViaStyle style) {
  ++via_style_;
  if (style == ViaStyle{})
    via_styles_.erase(local);
  else
    via_styles_[local] = style;
}

std::string Layer::via(const Flow& flow, std::string_view branch) const {
  if (via_styles_.empty()) return via_value(flow, branch);
  const auto found = via_styles_.find(flow.local);
  if (found == via_styles_.end()) return via_value(flow, branch);
  Flow said = flow;
  said.local = found->second.sent_by.value_or(flow.local);
  return via_value(said, branch, found->second.rport);
}

void Layer::send(const Flow& flow, std::string bytes) {
  ++counters_.sent;
  out_.push({flow, std::move(bytes)});
}

std::optional<Flow> Layer::response_flow(const sip::Message& response, const Flow& flow) {
  // §18.2.2: over a stream back on its connection. Where that is lost: reopen.hpp.
  if (is_reliable(flow.protocol)) return flow;
  const auto top = response.top(sip::HeaderId::Via);
  if (!top) return std::nullopt;
  const auto via = sip::Via::parse(*top);
  return via ? response_flow(*via, flow) : std::nullopt;
}

std::optional<Flow> Layer::response_flow(const sip::Via& via, const Flow& flow) {
  if (is_reliable(flow.protocol)) return flow;
  // A sent-by that is a name has no received only when the Via was never stamped by us.
  const auto address = via.has_received() ? via.received() : IpAddress::parse(via.host);
  if (!address) return std::nullopt;
  Flow out = flow;
  out.remote.address = *address;
  out.remote.port = via.rport().value_or(via.port.value_or(kDefaultPort));
  return out.remote.port == 0 ? std::nullopt : std::optional(out);
}

bool Layer::respond(const sip::Message& response, const Flow& request_flow) {
  const auto flow = response_flow(response, request_flow);
  if (!flow) {
    ++counters_.unroutable;
    return false;
  }
  send(*flow, std::string(response.bytes()));
  return true;
}

}  // namespace offhook::transport
