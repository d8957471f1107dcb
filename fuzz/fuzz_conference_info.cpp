// application/conference-info+xml and the conference that it makes.
#include "body/conference_info.hpp"

#include "round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook;
  return fuzz::round_trip_and_merge<body::ConferenceInfo, body::ConferenceInfoTable>(data, size);
}
