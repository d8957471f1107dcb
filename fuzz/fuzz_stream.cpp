// SIP framing of a stream: whatever the pieces, the same frames; none longer than the limits, none lost.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "transport/framer.hpp"

namespace {

using offhook::transport::FrameLimits;
using offhook::transport::StreamFramer;

constexpr FrameLimits kLimits{300, 500};

struct Read {
  std::vector<std::string> frames;
  bool last = false;
};

Read read(std::string_view bytes, bool accepted, std::size_t step) {
  StreamFramer framer(accepted, kLimits);
  Read out;
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, step);
    bytes.remove_prefix(piece.size());
    framer.append(piece);
    while (auto frame = framer.next()) {
      if (out.last || frame->bytes.empty()) std::abort();
      if (!frame->last && frame->bytes.size() > kLimits.message) std::abort();
      out.last = frame->last;
      out.frames.push_back(std::move(frame->bytes));
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 4096) return 0;
  const bool accepted = (data[0] & 1U) != 0;
  const std::size_t step = 1 + data[1] % 64;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Read whole = read(bytes, accepted, bytes.size() + 1), pieces = read(bytes, accepted, step);
  if (whole.last != pieces.last) std::abort();
  // A head without an end is cut where the pieces end; everything before it must be the same.
  const std::size_t sure = whole.last ? whole.frames.size() - 1 : whole.frames.size();
  if (whole.frames.size() != pieces.frames.size()) std::abort();
  for (std::size_t i = 0; i < sure; ++i)
    if (whole.frames[i] != pieces.frames[i]) std::abort();
  return 0;
}
