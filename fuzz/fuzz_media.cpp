// The stream of a call and a page: packets of every codec, digits, comfort noise and RTCP into a session of the media
// engine, as a stranger would send them, between the ticks that play them.
//
// Input: which codec the session speaks, then steps: what (2 bits: time goes on, RTP with a sound header, anything on
// the RTP port, anything on the RTCP port), its length, and for RTP payload type, step of the sequence number and of
// the timestamp; with 0x40 it comes to a multicast group.
#include <cstdlib>

#include "media/codec.hpp"
#include "media/engine.hpp"
#include "rtp/packet.hpp"

namespace {
using namespace offhook;

const Endpoint kLocal{IpAddress::v4(192, 0, 2, 1), 4000}, kRemote{IpAddress::v4(192, 0, 2, 2), 4000};
const Endpoint kGroup{IpAddress::v4(224, 1, 1, 1), 5000};
const Endpoint kLocalRtcp{kLocal.address, 4001}, kRemoteRtcp{kRemote.address, 4001};

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t out = rest_.front();
    rest_ = rest_.subspan(1);
    return out;
  }
  std::span<const std::uint8_t> bytes(std::size_t wanted) {
    const auto out = rest_.first(std::min(wanted, rest_.size()));
    rest_ = rest_.subspan(out.size());
    return out;
  }

 private:
  std::span<const std::uint8_t> rest_;
};

class Listener final : public media::AudioSink {
 public:
  void write(media::ConstFrame frame) override {
    if (frame.size() != media::kFrameSamples) std::abort();
  }
};

media::AudioPlan plan_of(std::uint8_t choice) {
  media::AudioPlan plan;
  plan.remote = kRemote;
  std::uint8_t payload_type = 96;
  for (const media::Codec& codec : media::codecs())
    plan.receive.push_back({payload_type++, std::string(codec.name), codec.rtp_clock, codec.sdp_channels, {}});
  plan.codec = plan.receive[choice % plan.receive.size()];
  plan.telephone_event = 120;
  plan.inband_digits = (choice & 0x40) != 0;
  plan.suppress_silence = (choice & 0x80) != 0;
  plan.comfort_noise = 13;
  return plan;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  SeededRandom random(1);
  media::Engine engine({.pilots = {440}, .jitter = {}, .rtcp_interval = seconds(1)}, random);
  const auto party = engine.add_party(media::EchoIn{});
  engine.set_output(party, std::make_unique<Listener>());
  const auto session = *engine.open(party, kLocal);
  const auto ear = *engine.listen(party, kGroup, kLocal.address);
  Input in(data, size);
  engine.update(session, plan_of(in.byte()));
  Now now{TimePoint{} + seconds(1), WallTime{seconds(1'700'000'000)}};
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::vector<std::uint8_t> packet;
  while (!in.empty()) {
    const std::uint8_t what = in.byte();
    const std::size_t length = in.byte();
    if ((what & 3U) == 0) {
      now.mono += milliseconds(length);
      now.wall += milliseconds(length);
      engine.wake(now);
      while (const auto out = engine.poll_transmit())
        if (out->bytes.empty() || out->bytes.size() > 1500 || out->remote.port == 0) std::abort();
      while (engine.poll_digit()) {
      }
      while (const auto page = engine.poll_page()) {
        if (page->sounding && !engine.hear_page(ear)) std::abort();
      }
    } else if ((what & 3U) == 1) {
      const std::uint8_t type = in.byte();
      sequence = static_cast<std::uint16_t>(sequence + in.byte());
      timestamp += std::uint32_t{in.byte()} * 40;
      packet.clear();
      rtp::append_header(packet, {(what & 4U) != 0, type, sequence, rtp::RtpTime(timestamp), what & 8U});
      // Longer than one octet can say: the same again.
      const auto payload = in.bytes(length);
      for (unsigned i = 0; i <= (what >> 4U & 3U); ++i) packet.insert(packet.end(), payload.begin(), payload.end());
      if ((what & 0x40U) != 0)
        engine.receive_page(now, kGroup, kLocal.address, kRemote, packet);
      else
        engine.receive(now, kLocal, kRemote, packet);
    } else {
      const bool rtcp = (what & 3U) == 3;
      engine.receive(now, rtcp ? kLocalRtcp : kLocal, rtcp ? kRemoteRtcp : kRemote, in.bytes(length));
    }
  }
  (void)engine.hearing(session);
  (void)engine.stats(session);
  engine.close(session, now);
  return 0;
}
