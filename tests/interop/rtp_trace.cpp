// Two media engines talk in virtual time over a way that loses, delays and reorders; what arrives at one of them is
// written as a capture, and what it says of that as JSON: rtp_trace SEED CAPTURE. tests/interop/rtp_analysis.py lets
// tshark judge the same packets.
#include <cstdio>
#include <fstream>
#include <string>

#include "../../src/media/test/duet.hpp"
#include "flow/pcap.hpp"

int main(int argc, char** argv) {
  using namespace offhook;
  if (argc != 3) {
    std::fprintf(stderr, "rtp_trace SEED CAPTURE\n");
    return 2;
  }
  media::Duet duet;
  SeededRandom dice(std::stoull(argv[1]));
  std::uint64_t left_to_lose = 0;
  duet.way = [&](const media::Duet::Datagram& datagram) -> std::optional<milliseconds> {
    if (datagram.rtcp() || datagram.local != media::kLeft) return milliseconds(30);
    // Single losses, and now and then a burst.
    if (left_to_lose == 0 && dice.below(200) == 0) left_to_lose = 1 + dice.below(12);
    if (left_to_lose > 0) {
      --left_to_lose;
      return std::nullopt;
    }
    if (dice.below(50) == 0) return std::nullopt;
    return milliseconds(30 + static_cast<std::int64_t>(dice.below(35)));
  };
  duet.talk();
  duet.run(seconds(60));
  duet.way = [](const media::Duet::Datagram&) { return std::nullopt; };
  duet.run(milliseconds(200));

  flow::Recorder recorder;
  for (const auto& arrival : duet.arrived)
    if (arrival.datagram.local == media::kLeft)
      recorder.received(arrival.at, flow::Kind::Rtp,
                        {transport::Protocol::Udp, arrival.datagram.remote, arrival.datagram.local, 0},
                        {reinterpret_cast<const char*>(arrival.datagram.bytes.data()), arrival.datagram.bytes.size()});
  std::ofstream(argv[2], std::ios::binary) << flow::to_pcap(recorder);

  const auto quality = *duet.b.quality(duet.sb);
  const auto ms = [](Duration d) { return static_cast<double>(d.count()) / 1000; };
  std::printf(
      "{\"port\": %d, \"ssrc\": %lu, \"expected\": %llu, \"lost\": %llu, \"jitter_mean_ms\": %.3f, \"jitter_max_ms\": "
      "%.3f}\n",
      int{media::kRight.port}, static_cast<unsigned long>(quality.remote_ssrc.value_or(0)),
      static_cast<unsigned long long>(quality.received->packets.expected),
      static_cast<unsigned long long>(quality.received->packets.lost), ms(quality.received->mean_jitter),
      ms(quality.received->greatest_jitter));
  return 0;
}
