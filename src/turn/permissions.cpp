// The half of an allocation that has to do with peers: permissions, channels, and what goes through them.
#include <algorithm>

#include "stun/check.hpp"
#include "stun/writing.hpp"
#include "turn/allocation.hpp"

namespace offhook::turn {
namespace {

// RFC 8656 §9, §12: a permission ends after five minutes, a channel after ten.
constexpr minutes kPermissionLasts{5}, kPermissionIsRenewed{4}, kChannelLasts{10};
constexpr Duration kChannelIsRenewed = minutes(9);
constexpr seconds kAfterRefusal{30};  // a server that refuses is not asked with every datagram
constexpr seconds kIdle{60};          // who was not spoken to for so long makes room for another
constexpr std::size_t kAttributeHead = 4, kNumberAt = 0, kLengthAt = 2;

void put16(std::vector<std::uint8_t>& out, std::size_t at, std::size_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8U);
  out[at + 1] = static_cast<std::uint8_t>(value & 0xffU);
}

}  // namespace

const Allocation::Permission* Allocation::permission_of(const IpAddress& peer) const {
  const auto found = std::ranges::find(permissions_, peer, &Permission::peer);
  return found == permissions_.end() ? nullptr : &*found;
}

bool Allocation::allows(const IpAddress& peer) const {
  const Permission* found = permission_of(peer);
  return state_ == State::Allocated && found != nullptr && found->granted;
}

void Allocation::allow(TimePoint now, const IpAddress& peer) {
  if (state_ != State::Allocated || peer.is_v6() != relayed_.address.is_v6()) return;
  const auto found = std::ranges::find(permissions_, peer, &Permission::peer);
  if (found != permissions_.end()) {
    found->wanted = now;
    if (found->granted && found->next == found->ends) {  // it was left to end
      found->next = now;
      next_ = {};
    }
    return;
  }
  if (!make_room(now)) return;
  Permission& fresh = permissions_.emplace_back();
  fresh.peer = peer;
  fresh.wanted = fresh.next = now;
  next_ = {};
}

bool Allocation::make_room(TimePoint now) {
  if (permissions_.size() < kMostPermissions) return true;
  const auto idle = std::ranges::find_if(
      permissions_, [&](const Permission& p) { return p.request.kind == Kind::None && now - p.wanted >= kIdle; });
  if (idle == permissions_.end()) return false;
  permissions_.erase(idle);
  return true;
}

// What nobody has asked for since it was granted is left to end, and what was refused is asked for only then.
void Allocation::keep_permissions(TimePoint now) {
  std::erase_if(permissions_, [&](const Permission& p) {
    const bool over = p.granted ? now >= p.ends : now >= p.next && p.next - p.wanted >= kAfterRefusal;
    return over && p.request.kind == Kind::None;
  });
  for (Permission& each : permissions_) {
    if (each.request.kind != Kind::None || now < each.next) continue;
    if (each.granted && each.ends - each.wanted >= kPermissionLasts) {
      each.next = each.ends;
      continue;
    }
    each.request.peer = {each.peer, 0};
    begin(now, each.request, Kind::Permission);
  }
}

void Allocation::granted(TimePoint now, const IpAddress& peer) {
  const auto found = std::ranges::find(permissions_, peer, &Permission::peer);
  if (found == permissions_.end()) return;
  found->granted = true;
  found->next = now + kPermissionIsRenewed;
  found->ends = now + kPermissionLasts;
  std::erase_if(held_, [&](const Held& held) {
    if (held.peer.address != peer) return false;
    put_ready(held.peer, held.bytes);
    return true;
  });
}

void Allocation::bound(TimePoint now, std::uint16_t number) {
  const auto found = std::ranges::find(channels_, number, &Channel::number);
  if (found == channels_.end()) return;
  found->bound = true;
  found->next = now + kChannelIsRenewed;
  found->ends = now + kChannelLasts;
}

// What the server has granted before stays so until its end.
void Allocation::denied(TimePoint now, const Request& request) {
  if (request.kind == Kind::Channel) {
    const auto channel = std::ranges::find(channels_, request.channel, &Channel::number);
    if (channel == channels_.end()) return;
    channel->next = now + kAfterRefusal;
    channel->bound = channel->bound && now < channel->ends;
    return;
  }
  const auto permission = std::ranges::find(permissions_, request.peer.address, &Permission::peer);
  if (permission != permissions_.end()) {
    permission->next = now + kAfterRefusal;
    permission->granted = permission->granted && now < permission->ends;
  }
  std::erase_if(held_, [&](const Held& held) { return held.peer.address == request.peer.address; });
}

void Allocation::bind(TimePoint now, const Endpoint& peer) {
  if (state_ != State::Allocated || media_peer_ == peer || peer.address.is_v6() != relayed_.address.is_v6()) return;
  media_peer_ = peer;
  if (const auto found = std::ranges::find(channels_, peer, &Channel::peer); found != channels_.end()) {
    if (found->next == found->ends) found->next = now;
    next_ = {};
    return;
  }
  if (channels_.size() >= kMostChannels || next_channel_ > kLastChannel) return;  // indications will do
  Channel& fresh = channels_.emplace_back();
  fresh.peer = peer;
  fresh.number = next_channel_++;
  fresh.next = now;
  next_ = {};
}

void Allocation::keep_channels(TimePoint now) {
  for (Channel& each : channels_) {
    if (each.request.kind != Kind::None || now < each.next) continue;
    if (each.peer != media_peer_) {
      each.next = each.ends;
      continue;
    }
    each.request.peer = each.peer;
    each.request.channel = each.number;
    begin(now, each.request, Kind::Channel);
  }
  std::erase_if(channels_, [&](const Channel& channel) {
    const bool over = channel.bound ? now >= channel.ends : now >= channel.next && channel.peer != media_peer_;
    return over && channel.request.kind == Kind::None;
  });
}

const Allocation::Channel* Allocation::channel_to(const Endpoint& peer) const {
  const auto found = std::ranges::find(channels_, peer, &Channel::peer);
  return found != channels_.end() && found->bound ? &*found : nullptr;
}

void Allocation::send(TimePoint now, const Endpoint& peer, std::string_view bytes) {
  if (state_ != State::Allocated) return;
  allow(now, peer.address);
  if (allows(peer.address)) return put_ready(peer, bytes);
  const Permission* permission = permission_of(peer.address);
  if (permission == nullptr || (permission->request.kind == Kind::None && permission->next > now)) return;  // refused
  if (held_.size() >= kMostHeld) held_.erase(held_.begin());
  held_.push_back({peer, std::string(bytes)});
}

void Allocation::put_ready(const Endpoint& peer, std::string_view bytes) {
  std::vector<std::uint8_t> out;
  frame(out, peer, [&](std::vector<std::uint8_t>& to) { to.insert(to.end(), bytes.begin(), bytes.end()); });
  if (!out.empty() && ready_.size() < kMostReady) ready_.emplace_back(out.begin(), out.end());
}

bool Allocation::open_frame(std::vector<std::uint8_t>& out, const Endpoint& peer) {
  if (state_ != State::Allocated) return false;
  if (const Channel* channel = channel_to(peer)) {
    const std::size_t begin = out.size();
    out.resize(begin + kChannelHead);
    put16(out, begin + kNumberAt, channel->number);
    return true;
  }
  if (!allows(peer.address)) return false;
  const stun::TransactionId id = stun::new_transaction_id(*random_);
  std::string head = stun::header(stun::Class::Indication, kSend, id);
  stun::put_attribute(head, kXorPeerAddress, stun::address_value(peer, &id));
  stun::put_attribute(head, kDataValue, {});
  out.insert(out.end(), head.begin(), head.end());
  return true;
}

// ChannelData has the length in its own head, an indication in two places.
void Allocation::close_frame(std::vector<std::uint8_t>& out, std::size_t begin, std::size_t head) {
  const std::size_t size = out.size() - begin - head;
  if (size == 0 || size > 0xffff - head) return out.resize(begin);
  if (head == kChannelHead) return put16(out, begin + kLengthAt, size);
  put16(out, begin + head - kAttributeHead + kLengthAt, size);
  out.resize(out.size() + (4 - size % 4) % 4);
  put16(out, begin + kLengthAt, out.size() - begin - stun::kHeader);
}

// Only from whom we let in: the server should have seen to that.
std::optional<Allocation::Data> Allocation::data_of(const stun::Message& indication) const {
  const auto peer = indication.xor_address(kXorPeerAddress);
  const auto data = indication.find(kDataValue);
  if (state_ != State::Allocated || !peer || peer->port == 0 || !data || permission_of(peer->address) == nullptr)
    return std::nullopt;
  return Data{*peer, *data};
}

// The server may use a channel before its answer is here.
std::optional<Allocation::Data> Allocation::data_of(const ChannelData& message) const {
  const auto found = std::ranges::find(channels_, message.channel, &Channel::number);
  if (state_ != State::Allocated || found == channels_.end() || (!found->bound && found->request.sent == 0))
    return std::nullopt;
  return Data{found->peer, message.data};
}

}  // namespace offhook::turn
