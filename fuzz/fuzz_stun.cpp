// STUN: any datagram; what we answer is itself a message that names the source.
#include <cstdint>
#include <cstdlib>

#include "stun/check.hpp"
#include "stun/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto message = stun::Message::parse(bytes)) {
    std::string_view rest = message->attributes;
    std::size_t read = 0;
    while (const auto attribute = stun::Message::next(rest)) read += attribute->value.size();
    if (read > size) std::abort();
    (void)message->mapped_address();
  }
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
