// The body of an INFO with a digit: what is read is written, and reads the same.
#include <cstdlib>

#include "body/dtmf_info.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook::body;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto type : {kDtmfRelayType, kDtmfType, kTelephoneEventType}) {
    const auto info = parse_dtmf(type, text);
    if (!info) continue;
    const auto again = parse_dtmf(kDtmfRelayType, write_relay(*info));
    if (!again || *again != *info) std::abort();
  }
  if (parse_dtmf("text/plain", text)) std::abort();
  return 0;
}
