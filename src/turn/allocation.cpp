#include "turn/allocation.hpp"

#include <algorithm>
#include <utility>

#include "stun/check.hpp"
#include "stun/writing.hpp"

namespace offhook::turn {
namespace {

using std::string_view_literals::operator""sv;

constexpr stun::Schedule kSchedule{};  // RFC 8489 §6.2.1
constexpr std::uint32_t kLifetimeWanted = 600, kLongestLifetime = 3600, kShortestLifetime = 20;
constexpr seconds kBeforeItsEnd{60};  // RFC 8656 §8: it is refreshed a minute earlier
constexpr seconds kQuiet{20};
constexpr int kMostStale = 3;              // nonces in a row that are too old: the server means no good
constexpr std::size_t kLongestWord = 763;  // realm and nonce: RFC 8489 §14.9, §14.10
constexpr std::string_view kUdp = "\x11\0\0\0"sv, kV6 = "\2\0\0\0"sv;

enum Code : int { kUnauthenticated = 401, kMismatch = 437, kStaleNonce = 438 };

std::string_view sentence_of(int code) {
  switch (code) {
    case 300: return "the TURN server sends us to another one";
    case 401: return "the TURN server knows no such user or password";
    case 403: return "the TURN server forbids it";
    case 420: return "the TURN server does not know what we ask for";
    case 437: return "the TURN server has another idea of what is allocated";
    case 438: return "the TURN server takes none of its own nonces";
    case 440: return "the TURN server has no addresses of this IP version";
    case 441: return "the TURN server says that the allocation is that of another user";
    case 442: return "the TURN server does not relay UDP";
    case 486: return "the TURN server gives this user no more allocations";
    case 508: return "the TURN server has no address left";
    default: return {};
  }
}

std::string refusal(int code) {
  const std::string_view known = sentence_of(code);
  return known.empty() ? "the TURN server refuses with " + std::to_string(code) : std::string(known);
}

}  // namespace

Allocation::Allocation(TimePoint now, std::shared_ptr<const Server> server, Random& random)
    : server_(std::move(server)), random_(&random) {
  begin(now, main_, Kind::Allocate);
}

// A new transaction; the first datagram of it is due at once.
void Allocation::begin(TimePoint now, Request& request, Kind kind) {
  request.kind = kind;
  request.id = stun::new_transaction_id(*random_);
  request.is_signed = !key_.empty();
  request.bytes = text_of(request);
  request.sent = 0;
  request.due = now;
  next_ = {};
}

std::string Allocation::text_of(const Request& request) const {
  constexpr std::uint16_t kMethods[] = {0, kAllocate, kRefresh, kRefresh, kCreatePermission, kChannelBind};
  std::string out = stun::header(stun::Class::Request, kMethods[static_cast<std::size_t>(request.kind)], request.id);
  switch (request.kind) {
    case Kind::Allocate:
      stun::put_attribute(out, kRequestedTransport, kUdp);
      if (server_->address.address.is_v6()) stun::put_attribute(out, kRequestedAddressFamily, kV6);
      put_number(out, kLifetime, kLifetimeWanted);
      break;
    case Kind::Refresh: put_number(out, kLifetime, kLifetimeWanted); break;
    case Kind::Release: put_number(out, kLifetime, 0); break;
    case Kind::Channel: put_number(out, kChannelNumber, std::uint32_t{request.channel} << 16U); [[fallthrough]];
    case Kind::Permission:
      stun::put_attribute(out, kXorPeerAddress, stun::address_value(request.peer, &request.id));
      break;
    case Kind::None: break;
  }
  if (request.is_signed) {
    stun::put_attribute(out, stun::kUsername, server_->username);
    stun::put_attribute(out, kRealm, realm_);
    stun::put_attribute(out, kNonce, nonce_);
    stun::put_integrity(out, key_);
  } else {
    stun::put_length(out);
  }
  return out;
}

std::optional<std::string> Allocation::repeat(TimePoint now, Request& request) {
  if (request.kind == Kind::None || now < request.due) return std::nullopt;
  if (request.sent >= kSchedule.requests) {
    gave_up(now, request);
    return std::nullopt;
  }
  const Duration pause = kSchedule.rto * (std::int64_t{1} << request.sent);
  ++request.sent;
  request.due = now + (request.sent < kSchedule.requests ? pause : kSchedule.rto * kSchedule.last);
  return request.bytes;
}

std::optional<std::string> Allocation::poll(TimePoint now) {
  if (ready_.empty() && now < next_) return std::nullopt;
  auto out = next_datagram(now);
  if (out)
    last_sent_ = now;
  else
    next_ = deadline().value_or(TimePoint::max());
  return out;
}

std::optional<std::string> Allocation::next_datagram(TimePoint now) {
  if (state_ == State::Failed) return std::nullopt;
  if (!ready_.empty()) {
    std::string out = std::move(ready_.front());
    ready_.erase(ready_.begin());
    return out;
  }
  if (auto out = repeat(now, main_)) return out;
  if (state_ != State::Allocated) return std::nullopt;
  if (main_.kind == Kind::None && now >= refresh_) {
    begin(now, main_, Kind::Refresh);
    return repeat(now, main_);
  }
  keep_permissions(now);
  keep_channels(now);
  for (Permission& each : permissions_)
    if (auto out = repeat(now, each.request)) return out;
  for (Channel& each : channels_)
    if (auto out = repeat(now, each.request)) return out;
  if (now - last_sent_ < kQuiet) return std::nullopt;
  return stun::header(stun::Class::Indication, stun::kBinding, stun::new_transaction_id(*random_));
}

std::optional<TimePoint> Allocation::deadline() const {
  if (state_ == State::Failed) return std::nullopt;
  std::optional<TimePoint> out;
  const auto at = [&](TimePoint due) { out = out ? std::min(*out, due) : due; };
  const auto of = [&](const Request& request, TimePoint otherwise) {
    if (request.kind != Kind::None)
      at(request.due);
    else if (state_ == State::Allocated)
      at(otherwise);
  };
  of(main_, refresh_);
  if (state_ != State::Allocated) return out;
  at(last_sent_ + kQuiet);
  for (const Permission& each : permissions_)
    of(each.request, each.granted ? std::min(each.next, each.ends) : each.next);
  for (const Channel& each : channels_) of(each.request, each.bound ? std::min(each.next, each.ends) : each.next);
  return out;
}

// Nobody has answered in 39.5 s.
void Allocation::gave_up(TimePoint now, Request& request) {
  const Kind kind = request.kind;
  if (kind == Kind::Permission || kind == Kind::Channel) {
    denied(now, request);
    request.kind = Kind::None;
    request.bytes.clear();
  } else if (state_ == State::Closed) {
    request.kind = Kind::None;
  } else {
    was_silent_ = true;
    fail(kind == Kind::Allocate ? "the TURN server does not answer" : "the TURN server does not answer any more");
  }
}

void Allocation::fail(std::string why) {
  state_ = State::Failed;
  failure_ = std::move(why);
  main_ = {};
  permissions_.clear();
  channels_.clear();
  held_.clear();
  ready_.clear();
}

Allocation::Request* Allocation::find(const stun::TransactionId& id) {
  Request* out = nullptr;
  each_request([&](Request& request) {
    if (request.kind != Kind::None && request.sent > 0 && request.id == id) out = &request;
  });
  return out;
}

Allocation::Received Allocation::receive(TimePoint now, std::string_view datagram) {
  if (looks_like_channel_data(datagram)) {
    const auto message = parse_channel_data(datagram);
    return {true, message ? data_of(*message) : std::nullopt};
  }
  const auto message = stun::Message::parse(datagram);
  if (!message || message->is_classic || message->method == stun::kBinding) return {};
  if (message->message_class == stun::Class::Request) return {true, {}};
  if (message->message_class == stun::Class::Indication)
    return {true, message->method == kData ? data_of(*message) : std::nullopt};
  if (Request* request = find(message->id); request != nullptr &&
                                            stun::Message::parse(request->bytes)->method == message->method &&
                                            stun::fingerprint_is_right(datagram, *message))
    answered(now, *request, datagram, *message);
  return {true, {}};
}

// Errors may come unprotected: the server does not know us yet, or our nonce no more (RFC 8489 §9.2.4). Who can invent
// others knows our transactions, sits on the way, and could as well keep the answer back.
void Allocation::answered(TimePoint now, Request& request, std::string_view datagram, const stun::Message& message) {
  const bool is_protected = message.find(stun::kMessageIntegrity).has_value();
  if (is_protected && !(request.is_signed && stun::integrity_is_right(datagram, message, key_))) return;
  const stun::Message kept = stun::without_unprotected(message);
  if (kept.message_class == stun::Class::Error) return refused(now, request, kept);
  if (!is_protected && request.is_signed) return;
  const Request was = std::exchange(request, {});
  next_ = {};
  switch (was.kind) {
    case Kind::Allocate: return allocated(now, kept);
    case Kind::Refresh: return live(now, kept);
    case Kind::Release:
      if (state_ == State::Asking) begin(now, main_, Kind::Allocate);  // there is room now
      return;
    case Kind::Permission: return granted(now, was.peer.address);
    case Kind::Channel: return bound(now, was.channel);
    case Kind::None: return;
  }
}

bool Allocation::take_challenge(const stun::Message& message) {
  const auto nonce = message.find(kNonce);
  if (!nonce || nonce->empty() || nonce->size() > kLongestWord) return false;
  const auto realm = message.find(kRealm);
  if (realm && (realm->empty() || realm->size() > kLongestWord)) return false;
  if (key_.empty() && !realm) return false;
  nonce_ = *nonce;
  if (realm && (key_.empty() || *realm != realm_)) {
    realm_ = *realm;
    key_ = long_term_key(server_->username, realm_, server_->password);
  }
  return !key_.empty();
}

void Allocation::refused(TimePoint now, Request& request, const stun::Message& message) {
  const int code = stun::error_code(message);
  const Kind kind = request.kind;
  const bool asks = code == kUnauthenticated && !request.is_signed;
  if ((asks || (code == kStaleNonce && request.stale++ < kMostStale)) && take_challenge(message))
    return begin(now, request, kind);
  if (kind == Kind::Permission || kind == Kind::Channel) {
    denied(now, request);
    request = {};
    next_ = {};
    return;
  }
  // Of a life before this one, which could not give it back; where it was ours, it can be now (RFC 8656 §7.4).
  if (kind == Kind::Allocate && code == kMismatch && !std::exchange(cleared_, true)) {
    request.stale = 0;
    return begin(now, request, Kind::Release);
  }
  if (kind == Kind::Release && state_ == State::Asking) return begin(now, request, Kind::Allocate);
  if (state_ == State::Closed) {
    request = {};
    return;
  }
  fail(kind == Kind::Refresh && code == kMismatch ? "the TURN server has forgotten the allocation" : refusal(code));
}

void Allocation::allocated(TimePoint now, const stun::Message& message) {
  const auto relayed = message.xor_address(kXorRelayedAddress);
  if (!relayed || relayed->port == 0 || relayed->address.is_unspecified() || relayed->address.is_multicast() ||
      relayed->address.is_v6() != server_->address.address.is_v6())
    return fail("the TURN server gives no address that is one");
  relayed_ = *relayed;
  mapped_ = message.mapped_address();
  if (mapped_ && (mapped_->port == 0 || mapped_->address.is_v6() != relayed_.address.is_v6())) mapped_.reset();
  state_ = State::Allocated;
  live(now, message);
  if (unwanted_) close(now);
}

void Allocation::live(TimePoint now, const stun::Message& message) {
  const auto lifetime = number_of(message, kLifetime).value_or(kLifetimeWanted);
  const seconds lasts(std::clamp(lifetime, kShortestLifetime, kLongestLifetime));
  refresh_ = now + std::max<Duration>(lasts - kBeforeItsEnd, lasts / 2);
}

void Allocation::close(TimePoint now) {
  if (state_ == State::Asking) {
    unwanted_ = true;
    return;
  }
  if (state_ != State::Allocated) return;
  state_ = State::Closed;
  permissions_.clear();
  channels_.clear();
  held_.clear();
  ready_.clear();
  main_ = {};
  begin(now, main_, Kind::Release);
}

}  // namespace offhook::turn
