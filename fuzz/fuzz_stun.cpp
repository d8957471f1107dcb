// STUN: any datagram; what we answer is itself a message that names the source.
#include <cstdint>
#include <cstdlib>

#include "stun/check.hpp"
#include "stun/client.hpp"
#include "stun/message.hpp"

namespace {

// As the answer to a question of ours: with its transaction id it is looked at further.
void answer_question(std::string_view bytes) {
  using namespace offhook;
  const Endpoint server{IpAddress::v4(192, 0, 2, 9), 3478};
  SeededRandom random(1);
  stun::Client client;
  client.begin(TimePoint{}, server, random);
  const auto question = client.poll(TimePoint{});
  if (!question) std::abort();
  std::string datagram(bytes);
  if (datagram.size() >= 20) datagram.replace(4, 16, *question, 4, 16);
  const bool taken = client.receive(server, datagram);
  if (taken == (client.state() == stun::Client::State::Waiting)) std::abort();
}

// As what full agents read: role, priority and error code of anything; what stands behind the integrity is cut off.
void read_as_check(const offhook::stun::Message& message) {
  using namespace offhook;
  const int code = stun::error_code(message);
  if (code < 0 || code > 799) std::abort();
  const stun::Message cut = stun::without_unprotected(message);
  if (cut.attributes.size() > message.attributes.size()) std::abort();
  if (cut.find(stun::kMessageIntegrity) != message.find(stun::kMessageIntegrity)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto message = stun::Message::parse(bytes)) {
    std::string_view rest = message->attributes;
    std::size_t read = 0;
    while (const auto attribute = stun::Message::next(rest)) read += attribute->value.size();
    if (read > size) std::abort();
    (void)message->mapped_address();
    read_as_check(*message);
  }
  answer_question(bytes);
  const Endpoint source{IpAddress::v4(192, 0, 2, 1), 5060};
  if (const auto reply = stun::answer(bytes, source)) {
    const auto message = stun::Message::parse(*reply);
    if (!message || stun::answer(*reply, source)) std::abort();
    if (message->message_class == stun::Class::Success && message->mapped_address() != source) std::abort();
  }
  // As a check of ICE: garbage knows no password; the answer to it is a message, and none that we would answer.
  if (const auto reply = stun::answer_check(bytes, source, "ours", "a password of no garbage")) {
    if (reply->good || reply->nominates || !stun::Message::parse(reply->bytes) ||
        stun::answer_check(reply->bytes, source, "ours", "a password of no garbage"))
      std::abort();
  }
  return 0;
}
