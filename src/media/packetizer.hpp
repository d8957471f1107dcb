// The sending half of a session: frames of 20 ms in, payloads of the packet time out.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "media/codec.hpp"
#include "workspace.hpp"

namespace offhook::media {

class Packetizer {
 public:
  explicit Packetizer(Workspace& workspace) : workspace_(&workspace) {}

  // `ours` and `theirs`: format parameters, as Codec::make_encoder() wants them. The same again changes nothing.
  void set(const Codec* codec, std::string_view ours, std::string_view theirs, milliseconds packet_time);
  [[nodiscard]] bool ready() const { return encoder_ != nullptr; }
  [[nodiscard]] std::uint32_t rate() const { return rate_; }
  [[nodiscard]] std::uint32_t ticks_a_frame() const {
    return codec_ == nullptr ? 160 : codec_->rtp_clock / kFramesASecond;
  }
  // What waits for the rest of its packet is left out.
  void drop() {
    whole_ = {};
    waiting_.clear();
  }

  // Takes a frame at rate(), which stays where it is until next() has none. Then while (next()) takes what has become
  // ready.
  void add(ConstFrame frame);
  struct Packet {
    std::span<const std::uint8_t> payload;  // in the workspace; empty: nothing to send (DTX)
    std::uint32_t ticks_before_end = 0;     // from its first sample to the end of what was added
  };
  [[nodiscard]] bool next(Packet& packet);

 private:
  const Codec* codec_ = nullptr;
  std::unique_ptr<Encoder> encoder_;
  std::string ours_, theirs_;
  std::uint32_t rate_ = kSampleRate;
  std::size_t samples_a_packet_ = kFrameSamples;
  Workspace* workspace_;
  ConstFrame whole_;                   // a frame that is a packet
  std::vector<std::int16_t> waiting_;  // those that are not
};

}  // namespace offhook::media
