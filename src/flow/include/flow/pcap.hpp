// The record as a capture file that packet analysers open: classic pcap, Ethernet / IPv4 or IPv6 / UDP frames with
// right checksums, SIP, RTP and RTCP by time of sending. Records of stream transports are written as one UDP datagram a
// message, so that a reader still sees them. What does not fit in a datagram is left out.
#pragma once
#include <cstdint>
#include <string>

#include "flow/recorder.hpp"

namespace offhook::flow {

// The bytes of the file: records after number `first` up to and with `last`.
[[nodiscard]] std::string to_pcap(const Recorder& recorder, std::uint64_t first = 0, std::uint64_t last = UINT64_MAX);

// Of all of these, in the order given.
[[nodiscard]] std::string to_pcap(const std::deque<Record>& records);

}  // namespace offhook::flow
