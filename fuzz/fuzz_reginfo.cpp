// application/reginfo+xml and the table of registrations.
#include "body/reg_info.hpp"

#include "round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook;
  return fuzz::round_trip_and_merge<body::RegInfo, body::RegInfoTable>(data, size);
}
