#include "ice/lite.hpp"

#include <string_view>

#include "stun/check.hpp"

namespace offhook::media {

std::optional<std::string> IceLite::receive(Endpoint from, std::span<const std::uint8_t> datagram) {
  const std::string_view bytes(reinterpret_cast<const char*>(datagram.data()), datagram.size());
  auto answer = stun::answer_check(bytes, from, terms_.local_ufrag, terms_.local_password);
  if (!answer) return std::nullopt;
  // One of another branch of a forked call is answered, too; that is all.
  if (answer->good && answer->peer == terms_.remote_ufrag && (answer->nominates || !remote_)) remote_ = from;
  return std::move(answer->bytes);
}

}  // namespace offhook::media
