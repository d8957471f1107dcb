#include "transport/stream.hpp"

#include <algorithm>

#include "base/overloaded.hpp"

namespace offhook::transport {
namespace {

bool is_websocket(Protocol protocol) { return protocol == Protocol::Ws || protocol == Protocol::Wss; }

std::variant<StreamFramer, WebSocket> framing_of(Protocol protocol, bool accepted, const StreamLimits& limits,
                                                 std::string_view host, Random& random) {
  if (!is_websocket(protocol)) return StreamFramer(accepted, limits.frame);
  return accepted ? WebSocket::server(limits.frame) : WebSocket::client(host, random, limits.frame);
}

}  // namespace

std::string_view stream_end_text(StreamEnd end) {
  switch (end) {
    case StreamEnd::None: return "open";
    case StreamEnd::Closed: return "closed";
    case StreamEnd::Unframed: return "message without a usable length";
    case StreamEnd::Refused: return "no SIP over WebSocket";
    case StreamEnd::Handshake: return "handshake took too long";
    case StreamEnd::SlowMessage: return "message took too long";
    case StreamEnd::Idle: return "idle for too long";
    case StreamEnd::SlowReader: return "peer does not read";
  }
  return "open";
}

Stream::Stream(TimePoint now, Protocol protocol, bool accepted, const StreamLimits& limits, std::string_view host,
               Random& random)
    : framing_(framing_of(protocol, accepted, limits, host, random)), limits_(&limits), opened_(now), heard_(now) {}

std::string& Stream::out() {
  auto* websocket = std::get_if<WebSocket>(&framing_);
  return websocket != nullptr ? websocket->unsent() : out_;
}

bool Stream::is_open() const {
  const auto* websocket = std::get_if<WebSocket>(&framing_);
  return connected_ && end_ == StreamEnd::None && (websocket == nullptr || websocket->is_open());
}

void Stream::connected(TimePoint now) {
  connected_ = true;
  heard_ = now;
}

void Stream::receive(TimePoint now, std::string_view bytes) {
  heard_ = now;
  if (end_ != StreamEnd::None || last_frame_) return;
  std::visit([&](auto& framing) { framing.append(bytes); }, framing_);
  if (!partial_since_) partial_since_ = now;
}

std::optional<std::string> Stream::poll() {
  if (last_frame_) {
    end(StreamEnd::Unframed);
    return std::nullopt;
  }
  auto frame = std::visit([](auto& framing) { return framing.next(); }, framing_);
  if (frame) {
    partial_since_.reset();
    last_frame_ = frame->last;
    return std::move(frame->bytes);
  }
  const bool partial = std::visit([](auto& framing) { return framing.is_partial(); }, framing_);
  if (!partial)
    partial_since_.reset();
  else if (!partial_since_)
    partial_since_ = heard_;
  if (const auto* websocket = std::get_if<WebSocket>(&framing_); websocket != nullptr && websocket->has_ended())
    end(StreamEnd::Refused);
  return std::nullopt;
}

bool Stream::send(std::string_view bytes) {
  if (end_ != StreamEnd::None && end_ != StreamEnd::Unframed) return false;  // what could not be framed is answered
  if (out().size() - written_ + bytes.size() > limits_->unsent) {
    end(StreamEnd::SlowReader);
    return false;
  }
  if (auto* websocket = std::get_if<WebSocket>(&framing_))
    websocket->send(bytes);
  else
    out_ += bytes;
  return true;
}

std::string_view Stream::unsent() const {
  return connected_ ? std::string_view(out()).substr(written_) : std::string_view{};
}

void Stream::sent(std::size_t bytes) {
  written_ += bytes;
  std::string& buffer = out();
  if (written_ == buffer.size()) {
    buffer.clear();
    buffer.shrink_to_fit();  // an idle connection holds nothing
    written_ = 0;
  } else if (written_ > buffer.size() / 2) {
    buffer.erase(0, written_);
    written_ = 0;
  }
}

std::optional<TimePoint> Stream::deadline() const {
  if (end_ != StreamEnd::None) return std::nullopt;
  if (!is_open()) return opened_ + limits_->handshake;
  std::optional<TimePoint> first;
  if (limits_->idle > Duration(0)) first = heard_ + limits_->idle;
  if (partial_since_) first = std::min(first.value_or(TimePoint::max()), *partial_since_ + limits_->message);
  return first;
}

void Stream::wake(TimePoint now) {
  const auto due = deadline();
  if (!due || now < *due) return;
  if (!is_open())
    end(StreamEnd::Handshake);
  else if (partial_since_ && now >= *partial_since_ + limits_->message)
    end(StreamEnd::SlowMessage);
  else
    end(StreamEnd::Idle);
}

}  // namespace offhook::transport
