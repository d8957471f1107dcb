// Packets of digits (RFC 4733) in whatever order, with whatever timestamps, and frames in which none come: a digit ends
// once, none ends that has not begun, and none sounds for ever.
//
// Input: steps of one byte. 0x00 to 0x3f: so many frames pass; 0x40 to 0xbf: a payload of four bytes follows, its
// timestamp that of the packet before and as many steps of 160 as the low six bits say (0x80: back); 0xc0 to 0xfe: a
// payload with a timestamp of four bytes; 0xff: another source.
#include <array>
#include <string_view>

#include "dtmf/event_receiver.hpp"
#include "steps.hpp"

namespace {
using namespace offhook;

struct Heard {
  std::size_t begun = 0, ended = 0;

  void take(const media::EventReceiver::News& news) {
    constexpr std::string_view kDigits = "0123456789*#ABCD";
    const auto over = [&](const std::optional<media::EventReceiver::Over>& one) {
      if (!one) return;
      require(kDigits.find(one->digit) != std::string_view::npos && one->duration >= milliseconds(0));
      ++ended;
      require(ended <= begun);
    };
    over(news.before);
    if (news.begun) {
      require(kDigits.find(*news.begun) != std::string_view::npos);
      ++begun;
    }
    over(news.ended);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input in{data, data + size};
  media::EventReceiver receiver;
  Heard heard;
  std::uint32_t timestamp = 0;
  while (in.at != in.end) {
    const std::uint8_t step = in.next();
    if (step < 0x40) {
      for (int frame = 0; frame < step; ++frame) heard.take(receiver.tick());
      continue;
    }
    if (step == 0xff) {
      (void)receiver.reset();
      heard = {};
      continue;
    }
    if (step < 0xc0) {
      const std::uint32_t by = 160U * (step & 0x3fU);
      timestamp += step < 0x80 ? by : 0U - by;
    } else {
      timestamp = 0;
      for (int i = 0; i < 4; ++i) timestamp = timestamp << 8 | in.next();
    }
    std::array<std::uint8_t, 4> payload{};
    for (auto& octet : payload) octet = in.next();
    if (const auto event = rtp::parse_telephone_event(payload)) {
      heard.take(receiver.receive(*event, rtp::RtpTime(timestamp)));
      require(!receiver.active() || heard.begun > heard.ended);
    }
  }
  for (int frame = 0; frame < 100; ++frame) heard.take(receiver.tick());
  require(!receiver.active());
  return 0;
}
