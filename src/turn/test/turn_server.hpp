// A TURN server for tests, in virtual time: allocations by long-term credentials, permissions and channels that end,
// nonces that grow old, and whatever goes wrong on purpose.
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "stun/check.hpp"
#include "stun/writing.hpp"
#include "turn/wire.hpp"

namespace offhook::turn {

class TestServer {
 public:
  struct Packet {
    Endpoint from, to;
    std::string bytes;
  };
  struct Allocated {
    std::uint16_t port = 0;
    TimePoint ends;
    std::map<IpAddress, TimePoint> permissions;
    std::map<std::uint16_t, std::pair<Endpoint, TimePoint>> channels;
  };

  Endpoint address{IpAddress::v4(198, 51, 100, 1), 3478};
  std::string user = "phone", password = "secret", realm = "example.test";
  Duration nonce_lasts = minutes(60);
  std::uint32_t lifetime = 600;
  bool silent = false;
  std::function<int(std::uint16_t method)> refuse;  // 0: no
  std::map<std::uint16_t, int> requests;            // by method, repetitions too
  int indications = 0, channel_data = 0;            // of clients, that were relayed
  int dropped = 0;                                  // for want of a permission, from either side
  std::map<Endpoint, Allocated> allocations;        // by client

  // A datagram of a client, to `address`.
  std::vector<Packet> receive(TimePoint now, const Endpoint& from, std::string_view datagram) {
    end_old(now);
    if (silent) return {};
    if (looks_like_channel_data(datagram)) return from_channel(now, from, datagram);
    const auto message = stun::Message::parse(datagram);
    if (!message) return {};
    if (message->method == stun::kBinding) {
      const auto answer = stun::answer(datagram, from);
      return answer ? std::vector<Packet>{{address, from, *answer}} : std::vector<Packet>{};
    }
    if (message->message_class == stun::Class::Indication) return from_indication(now, from, *message);
    ++requests[message->method];
    return {{address, from, answer_to(now, from, datagram, *message)}};
  }
  // What a peer sends to a relayed address.
  std::vector<Packet> relay(TimePoint now, const Endpoint& peer, const Endpoint& to, std::string_view bytes) {
    end_old(now);
    const auto found = std::ranges::find_if(allocations, [&](const auto& a) { return a.second.port == to.port; });
    if (silent || found == allocations.end() || to.address != address.address) return {};
    const auto& [client, allocated] = *found;
    if (!permits(now, allocated, peer.address)) {
      ++dropped;
      return {};
    }
    for (const auto& [number, channel] : allocated.channels)
      if (channel.first == peer && channel.second > now) return {{address, client, channel_bytes(number, bytes)}};
    const stun::TransactionId id{0x21, 0x12, 0xa4, 0x42, 7};
    std::string out = stun::header(stun::Class::Indication, kData, id);
    stun::put_attribute(out, kXorPeerAddress, stun::address_value(peer, &id));
    stun::put_attribute(out, kDataValue, bytes);
    stun::put_length(out);
    return {{address, client, out}};
  }
  [[nodiscard]] std::string nonce(TimePoint now) const {
    return "nonce" + std::to_string(now.time_since_epoch() / nonce_lasts);
  }
  static std::string channel_bytes(std::uint16_t number, std::string_view bytes) {
    std::string out;
    for (const std::size_t word : {std::size_t{number}, bytes.size()}) {
      out += static_cast<char>(word >> 8U);
      out += static_cast<char>(word & 0xffU);
    }
    return out.append(bytes);
  }
  // An answer by hand, not sealed.
  static std::string error(const stun::Message& request, int code) {
    std::string out = stun::header(stun::Class::Error, request.method, request.id);
    std::string value(2, '\0');
    value += static_cast<char>(code / 100);
    value += static_cast<char>(code % 100);
    stun::put_attribute(out, stun::kErrorCode, value);
    stun::put_length(out);
    return out;
  }

 private:
  void end_old(TimePoint now) {
    std::erase_if(allocations, [&](const auto& a) { return a.second.ends <= now; });
  }
  static bool permits(TimePoint now, const Allocated& allocated, const IpAddress& peer) {
    const auto found = allocated.permissions.find(peer);
    return found != allocated.permissions.end() && found->second > now;
  }
  std::vector<Packet> out_of(TimePoint now, const Allocated& a, const Endpoint& to, std::string_view bytes,
                             int& count) {
    if (!permits(now, a, to.address)) {
      ++dropped;
      return {};
    }
    ++count;
    return {{{address.address, a.port}, to, std::string(bytes)}};
  }
  std::vector<Packet> from_channel(TimePoint now, const Endpoint& from, std::string_view datagram) {
    const auto data = parse_channel_data(datagram);
    const auto found = allocations.find(from);
    if (!data || found == allocations.end()) return {};
    const auto channel = found->second.channels.find(data->channel);
    if (channel == found->second.channels.end() || channel->second.second <= now) return {};
    return out_of(now, found->second, channel->second.first, data->data, channel_data);
  }
  std::vector<Packet> from_indication(TimePoint now, const Endpoint& from, const stun::Message& message) {
    const auto peer = message.xor_address(kXorPeerAddress);
    const auto data = message.find(kDataValue);
    const auto found = allocations.find(from);
    if (message.method != kSend || !peer || !data || found == allocations.end()) return {};
    return out_of(now, found->second, *peer, *data, indications);
  }
  std::string challenge(TimePoint now, const stun::Message& request, int code) const {
    std::string out = error(request, code);
    stun::put_attribute(out, kRealm, realm);
    stun::put_attribute(out, kNonce, nonce(now));
    stun::put_length(out);
    return out;
  }
  std::string answer_to(TimePoint now, const Endpoint& from, std::string_view datagram, const stun::Message& request) {
    if (!request.find(stun::kMessageIntegrity)) return challenge(now, request, 401);
    if (request.find(kNonce) != nonce(now)) return challenge(now, request, 438);
    const std::string key = long_term_key(user, realm, password);
    if (request.find(stun::kUsername) != user || request.find(kRealm) != realm ||
        !stun::integrity_is_right(datagram, request, key))
      return challenge(now, request, 401);
    std::string out = error(request, refuse ? refuse(request.method) : 0);
    if (stun::error_code(*stun::Message::parse(out)) == 0) out = carry_out(now, from, request);
    stun::put_integrity(out, key);
    return out;
  }
  std::string carry_out(TimePoint now, const Endpoint& from, const stun::Message& request) {
    std::string good = stun::header(stun::Class::Success, request.method, request.id);
    const auto found = allocations.find(from);
    if (request.method == kAllocate) {
      if (found != allocations.end() && ids_[from] != request.id) return error(request, 437);
      if (!request.find(kRequestedTransport)) return error(request, 400);
      ids_[from] = request.id;
      Allocated& fresh = allocations[from];
      if (fresh.port == 0) fresh.port = next_port_++;
      fresh.ends = now + seconds(lifetime);
      stun::put_attribute(good, kXorRelayedAddress, stun::address_value({address.address, fresh.port}, &request.id));
      stun::put_attribute(good, stun::kXorMappedAddress, stun::address_value(from, &request.id));
      put_number(good, kLifetime, lifetime);
      return good;
    }
    if (found == allocations.end()) return error(request, 437);
    if (request.method == kRefresh) {
      if (number_of(request, kLifetime) == 0U)
        allocations.erase(found);
      else
        found->second.ends = now + seconds(lifetime);
      put_number(good, kLifetime, number_of(request, kLifetime) == 0U ? 0 : lifetime);
      return good;
    }
    const auto peer = request.xor_address(kXorPeerAddress);
    if (!peer) return error(request, 400);
    found->second.permissions[peer->address] = now + minutes(5);
    if (request.method != kChannelBind) return good;
    const auto number = static_cast<std::uint16_t>(number_of(request, kChannelNumber).value_or(0) >> 16U);
    auto& channel = found->second.channels[number];
    if (channel.second > now && channel.first != *peer) return error(request, 400);
    channel = {*peer, now + minutes(10)};
    return good;
  }

  std::uint16_t next_port_ = 50'000;
  std::map<Endpoint, stun::TransactionId> ids_;
};

}  // namespace offhook::turn
