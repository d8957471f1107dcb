// What a person (or a flow, or the API) does to a phone. `call` is CallView::id; 0 means "the one that the action
// fits", an error when two do.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"

namespace offhook::phone {

struct Dial {
  std::string target;  // number, user@host or SIP URI
  int account = 0;     // 0: the default account
};
struct Answer {
  int call = 0;
};  // an active call is held first (call waiting, guide §6.5)
struct Reject {
  int call = 0;
};
struct Hold {
  int call = 0;
};
struct Resume {
  int call = 0;
};  // another active call is held first
struct Transfer {  // blind
  std::string target;
  int call = 0;
};
struct HangUp {
  int call = 0;
};
struct SetDnd {
  bool on = true;
};
struct PressKeys {   // DTMF in a call
  std::string keys;  // 0-9 * # A-D
  int call = 0;      // 0: the one that talks
};
struct OffHook {};  // the handset is up: dial tone, until a call
struct OnHook {};   // down: the call that talks, rings out or is dialled ends
enum class ForwardKind : std::uint8_t { Always, Busy, NoAnswer };
struct SetForward {
  ForwardKind kind = ForwardKind::Always;
  bool on = true;
  std::string target;
};
struct Conference {  // the call that talks is joined with one on hold; both are mixed
  int call = 0;      // that is on hold; 0: the one that was held last
};
struct Split {};      // its calls are on hold again
struct Page {         // speaks to a multicast group, until EndPage
  std::string group;  // its number or label
};
struct EndPage {};  // ends the page that is sent; or leaves the one that is heard, until it is over
using Command = std::variant<Dial, Answer, Reject, Hold, Resume, Transfer, HangUp, PressKeys, OffHook, OnHook, SetDnd,
                             SetForward, Conference, Split, Page, EndPage>;

// "call 1002", "answer", "answer 2", "hold", "transfer 1003", "dtmf 12#", "hangup", "offhook", "onhook", "dnd on",
// "forward always 1003", "forward busy off", "conference", "split", "page 1", "endpage" …
[[nodiscard]] Checked<Command> parse_command(std::string_view text);

}  // namespace offhook::phone
