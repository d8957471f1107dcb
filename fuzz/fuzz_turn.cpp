// What a TURN server sends to one of our ports: answers that know our password, challenges, data of peers, anything at
// all, between what a call wants of its allocation. Whatever comes, it stays bounded, hands on nothing of a peer whom
// nobody wanted, and sends messages.
//
// Input: flags (1: IPv6), then steps: what (time goes on; an answer to our last request, sealed, with anything in it; a
// success that fits; a challenge; a Data indication; ChannelData; anything; a datagram to a peer; another peer for
// media; the end), and its bytes.
#include <set>
#include <string>

#include "steps.hpp"
#include "stun/check.hpp"
#include "stun/writing.hpp"
#include "turn/allocation.hpp"

namespace {
using namespace offhook;

constexpr std::string_view kRealm = "realm", kUser = "user", kPassword = "a password";

Endpoint address_of(std::uint8_t number, bool v6) {
  std::array<std::uint8_t, 16> six{0x20, 1, 0xd, 0xb8};
  six[15] = number;
  return {v6 ? IpAddress::v6(six) : IpAddress::v4(192, 0, 2, number), static_cast<std::uint16_t>(4000 + number % 4)};
}

std::string bytes_of(Input& input) {
  std::string out;
  for (unsigned size = input.next() % 96U; size > 0; --size) out += static_cast<char>(input.next());
  return out;
}

std::string sealed(std::string message) {
  message.resize((message.size() + 3) & ~std::size_t{3});
  stun::put_integrity(message, turn::long_term_key(kUser, kRealm, kPassword));
  return message;
}

std::string success(const stun::Message& request, std::uint8_t how, bool v6) {
  std::string out = stun::header(stun::Class::Success, request.method, request.id);
  stun::put_attribute(out, turn::kXorRelayedAddress, stun::address_value(address_of(how, v6), &request.id));
  if ((how & 1U) != 0)
    stun::put_attribute(out, stun::kXorMappedAddress, stun::address_value(address_of(1, v6), &request.id));
  turn::put_number(out, turn::kLifetime, how * 16U);
  return sealed(std::move(out));
}

std::string challenge(const stun::Message& request, std::uint8_t how, const std::string& more) {
  std::string out = stun::header(stun::Class::Error, request.method, request.id);
  std::string value(2, '\0');
  value += static_cast<char>(3 + how % 4);
  value += static_cast<char>((how & 8U) != 0 ? 1 : (how & 16U) != 0 ? 38 : how);
  stun::put_attribute(out, stun::kErrorCode, value);
  if ((how & 32U) == 0) stun::put_attribute(out, turn::kRealm, kRealm);
  if ((how & 64U) == 0) stun::put_attribute(out, turn::kNonce, more);
  stun::put_length(out);
  return (how & 128U) != 0 ? sealed(std::move(out)) : out;
}

std::string indication(const Endpoint& peer, const std::string& bytes) {
  const stun::TransactionId id{0x21, 0x12, 0xa4, 0x42};
  std::string out = stun::header(stun::Class::Indication, turn::kData, id);
  stun::put_attribute(out, turn::kXorPeerAddress, stun::address_value(peer, &id));
  stun::put_attribute(out, turn::kDataValue, bytes);
  stun::put_length(out);
  return out;
}

std::string channel_data(std::uint8_t number, const std::string& bytes) {
  std::string out{'\x40', static_cast<char>(number % 16U), '\0', static_cast<char>(bytes.size())};
  return out + bytes;
}

bool is_message(std::string_view datagram) {
  return stun::Message::parse(datagram).has_value() || turn::parse_channel_data(datagram).has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input{data, data + size};
  const std::uint8_t flags = input.next();
  const bool v6 = (flags & 1U) != 0;
  SeededRandom random(flags);
  TimePoint now{seconds(100)};
  const auto server = std::make_shared<const turn::Server>(
      turn::Server{address_of(99, v6), std::string(kUser), std::string(kPassword)});
  turn::Allocation client(now, server, random);
  std::set<IpAddress> wanted;
  std::string last;  // request of ours
  for (int steps = 0; input.at != input.end && steps < 300; ++steps) {
    const std::uint8_t step = input.next(), how = input.next();
    const auto request = stun::Message::parse(last);
    const auto receive = [&](const std::string& bytes) {
      const auto received = client.receive(now, bytes);
      if (!received.data) return;
      require(received.is_ours && wanted.contains(received.data->peer.address));
      require(received.data->bytes.size() <= bytes.size());
    };
    switch (step % 10U) {
      case 0: now += milliseconds(20) * (1 + how * ((step & 0x10U) != 0 ? 100 : 1)); break;
      case 1:
        if (request)
          receive(sealed(stun::header(stun::Class::Success, request->method, request->id) + bytes_of(input)));
        break;
      case 2:
        if (request) receive(success(*request, how, v6));
        break;
      case 3:
        if (request) receive(challenge(*request, how, bytes_of(input)));
        break;
      case 4: receive(indication(address_of(how, v6), bytes_of(input))); break;
      case 5: receive(channel_data(how, bytes_of(input))); break;
      case 6: receive(bytes_of(input)); break;
      case 7:
        wanted.insert(address_of(how, v6).address);
        client.send(now, address_of(how, v6), bytes_of(input));
        break;
      case 8:
        wanted.insert(address_of(how, v6).address);
        client.allow(now, address_of(how, v6).address);
        client.bind(now, address_of(how, v6));
        break;
      case 9:
        if ((step & 0xf0U) == 0) client.close(now);
        std::vector<std::uint8_t> out;
        client.frame(out, address_of(how, v6), [&](auto& to) { to.insert(to.end(), how, how); });
        require(out.empty() || is_message({reinterpret_cast<const char*>(out.data()), out.size()}));
        break;
    }
    while (const auto datagram = client.poll(now)) {
      require(is_message(*datagram));
      if (const auto sent = stun::Message::parse(*datagram);
          sent && sent->message_class == stun::Class::Request && sent->method != turn::kSend)
        last = *datagram;
    }
    const auto due = client.deadline();
    require(!due || *due > now);
    require(client.permissions() <= turn::Allocation::kMostPermissions);
    require(client.channels() <= turn::Allocation::kMostChannels);
    using State = turn::Allocation::State;
    if (client.state() == State::Failed) require(!client.failure().empty() && client.permissions() == 0);
    if (client.state() == State::Allocated) require(client.relayed().port != 0);
  }
  return 0;
}
