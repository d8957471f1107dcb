// Records of calls that must not be lost (call detail records), as values: the engine hands them out and waits until
// the world has written them.
#pragma once
#include <cstdint>

#include "base/time.hpp"
#include "proxy/calls.hpp"

namespace offhook::proxy {

struct RecordSettings {
  bool on = false;
  // The answer to a BYE, and the 2xx to an INVITE, wait so long for the disk, and then leaves all the same: a disk that
  // hangs ends no call.
  Duration patience = seconds(2);
};

// One call as it is when it is answered (`state` says so), and again when it has ended. The same call has the same
// Call-ID, caller's tag and start. A call that ended with 401 or 407 has none: it is asked again with credentials.
struct RecordWrite {
  std::uint64_t id = 0;
  CallRecord call;
};

struct RecordCounters {
  std::uint64_t calls = 0;   // that have ended
  std::uint64_t failed = 0;  // writes that the world could not do
  std::uint64_t late = 0;    // answers that did not wait any longer
};

}  // namespace offhook::proxy
