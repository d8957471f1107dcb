// What a phone plays to its own person, beside what the other side says: a tone or ringer that stays, and short sounds.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "media/engine.hpp"

namespace offhook::media {

class LocalAudio {
 public:
  void set(LocalSound place, std::unique_ptr<AudioSource> source) {
    sources_[static_cast<std::size_t>(place)] = std::move(source);
  }
  [[nodiscard]] bool active() const { return sources_[0] || sources_[1]; }
  // Adds 20 ms to what is heard; a source that has ended goes.
  void mix(std::span<std::int32_t> heard) {
    for (auto& source : sources_) {
      if (!source) continue;
      frame_.resize(heard.size());
      const bool more = source->read(frame_);
      for (std::size_t i = 0; i < heard.size(); ++i) heard[i] += frame_[i];
      if (!more) source.reset();
    }
  }

 private:
  std::array<std::unique_ptr<AudioSource>, 2> sources_;
  std::vector<std::int16_t> frame_;
};

}  // namespace offhook::media
