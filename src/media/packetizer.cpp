#include "packetizer.hpp"

#include <utility>

namespace offhook::media {

void Packetizer::set(const Codec* codec, std::string_view ours, std::string_view theirs, milliseconds packet_time) {
  if (codec != codec_ || ours_ != ours || theirs_ != theirs) {
    codec_ = codec;
    ours_ = ours;
    theirs_ = theirs;
    encoder_ = codec == nullptr ? nullptr : codec->make_encoder(ours, theirs);
    rate_ = codec == nullptr ? kSampleRate : codec->rate(ours);
    waiting_.clear();
  }
  if (codec == nullptr) return;
  const auto ms = codec->packet_time(packet_time).count();
  samples_a_packet_ = static_cast<std::size_t>(ms) * rate_ / 1000;
}

void Packetizer::add(ConstFrame frame) {
  if (waiting_.empty() && frame.size() == samples_a_packet_)
    whole_ = frame;
  else
    waiting_.insert(waiting_.end(), frame.begin(), frame.end());
}

bool Packetizer::next(Packet& packet) {
  std::vector<std::uint8_t>& payload = workspace_->payload;
  payload.clear();
  if (const ConstFrame whole = std::exchange(whole_, {}); encoder_ && !whole.empty()) {
    encoder_->encode(whole, payload);
    packet = {payload, ticks_a_frame()};
    return true;
  }
  if (!encoder_ || waiting_.size() < samples_a_packet_) return false;
  encoder_->encode(std::span(waiting_).first(samples_a_packet_), payload);
  packet.payload = payload;
  packet.ticks_before_end = static_cast<std::uint32_t>(std::uint64_t{waiting_.size()} * codec_->rtp_clock / rate_);
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(samples_a_packet_));
  return true;
}

}  // namespace offhook::media
