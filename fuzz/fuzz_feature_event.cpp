// application/x-as-feature-event+xml.
#include "body/feature_event.hpp"

#include "round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook;
  (void)fuzz::round_trip<body::FeatureEvent>(data, size);
  return 0;
}
