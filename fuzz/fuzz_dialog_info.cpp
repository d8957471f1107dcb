// application/dialog-info+xml and the table of dialogs.
#include "body/dialog_info.hpp"

#include "round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook;
  return fuzz::round_trip_and_merge<body::DialogInfo, body::DialogInfoTable>(data, size);
}
