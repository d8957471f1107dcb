// A datagram on a media port.
#include <cstdlib>

#include "rtp/packet.hpp"
#include "rtp/rtcp.hpp"
#include "rtp/telephone_event.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook::rtp;
  const Bytes datagram(data, size);
  (void)looks_like_rtcp(datagram);
  if (const auto packet = parse_packet(datagram)) {
    if (packet->payload.size() + kHeaderSize > size) std::abort();
    (void)parse_telephone_event(packet->payload);
  }
  (void)parse_rtcp(datagram);
  (void)parse_telephone_event(datagram);
  return 0;
}
