// A session description: what parses reads the same again after it was written.
#include <cstdlib>

#include "sdp/session_description.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook::sdp;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto first = parse(text);
  if (!first) return 0;
  for (const Media& media : first->media) {
    (void)media.codecs();
    (void)first->direction_of(media);
    (void)first->connection_of(media);
  }
  const std::string written = serialize(*first);
  Limits generous;
  generous.bytes *= 8;
  generous.lines *= 2;
  const auto second = parse(written, generous);
  if (!second || serialize(*second) != written) std::abort();
  return 0;
}
