// Who lights lamps: told of each dialog of a user of ours as it changes.
#pragma once
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/time.hpp"
#include "proxy/calls.hpp"

namespace offhook::proxy {

// One dialog of a call as one side has it. A call that rings two phones is one dialog of its caller and two of their
// users. Views into the table of calls.
struct CallDialog {
  std::uint64_t id = 0;   // the same as long as the dialog lasts
  std::string_view user;  // whose it is, unescaped
  bool is_caller = false;
  CallState state = CallState::Trying;
  std::string_view call_id, local_tag, remote_tag;
  std::string_view local, remote;                // name-addr of From or To, without its tag
  std::string_view local_target, remote_target;  // values of Contact; "" when they are not known
  Duration age{};                                // since the INVITE
  bool peer_is_ours = false;                     // the other side is a user of ours
  bool peer_replaces = false;   // of a callee's: the caller knows of Replaces, as far as we have looked
  CallEnd end = CallEnd::None;  // of one that has ended
  bool ended_here = false;      // by that user
  int status = 0;
};

class CallWatcher {
 public:
  virtual ~CallWatcher() = default;
  // Is anybody looking at that user? Asked before each change is told.
  [[nodiscard]] virtual bool is_watching(std::string_view user) const = 0;
  virtual void changed(TimePoint now, const CallDialog& dialog) = 0;
};

// Dialogs of calls that another engine relays, as far as they are known here.
class OtherDialogs {
 public:
  virtual ~OtherDialogs() = default;
  virtual void for_each_other(TimePoint now, std::string_view user,
                              const std::function<void(const CallDialog&)>& f) const = 0;
};

}  // namespace offhook::proxy
