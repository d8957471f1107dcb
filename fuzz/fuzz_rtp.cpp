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
  if (const auto report = parse_extended_report(datagram)) {
    std::vector<std::uint8_t> again;
    append(again, *report);
    // What was understood is written in a way that is understood as the same.
    if (parse_extended_report(Bytes(again).subspan(4)) != report) std::abort();
  }
  (void)parse_telephone_event(datagram);
  return 0;
}
