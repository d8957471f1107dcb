// What a party says, as a source.
#pragma once
#include <memory>

#include "media/engine.hpp"

namespace offhook::media {

// Null for an echo: each session then says what it hears. A WAV that cannot be read is silence.
[[nodiscard]] std::unique_ptr<AudioSource> make_source(const AudioIn& in);

}  // namespace offhook::media
