// Room for the samples and octets of one session's tick. There is one for all sessions of an engine, so that it stays
// in the processor's cache: with a thousand calls, what a session keeps for itself has left it by the next tick.
#pragma once
#include <cstdint>
#include <vector>

#include "rtp/srtp.hpp"

namespace offhook::media {

struct Workspace {
  std::vector<std::int16_t> said;       // by the party, at its rate
  std::vector<std::int16_t> converted;  // the same at the codec's rate, where that is another, or with digits in it
  std::vector<std::int16_t> heard;      // at the session's rate
  std::vector<std::int16_t> mixed;      // the same at the party's rate, where that is another
  std::vector<std::int16_t> decoded;    // a packet that is no single frame
  std::vector<std::uint8_t> payload;    // of a packet to send
  rtp::SrtpBuffer opened{};             // a packet that was encrypted, until it has been taken
};

}  // namespace offhook::media
