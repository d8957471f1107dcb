// Rules for single messages of a simulated network: drop the first 180, delay an ACK, hold a 200 until a BYE has left.
// What no rule names goes its way. A value; the network's owner asks it for each SIP datagram that leaves, and keeps
// what is held.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace offhook::sim {

// The nth message that leaves `from` for `to` and looks like `what`: "INVITE", or "200 INVITE" for a response by the
// method of its CSeq. Empty names mean anybody, an empty `what` anything; nth 0 means each of them.
struct Pick {
  std::string from, to, what;
  int nth = 1;
};

struct Rule {
  enum class Action { Drop, Delay, Hold };
  Pick pick;
  Action action = Action::Drop;
  Duration delay{};  // Delay: on top of what the network takes
  Pick until;        // Hold: it goes on when this one has left
};
[[nodiscard]] Rule drop(Pick pick);
[[nodiscard]] Rule delay(Pick pick, Duration by);
[[nodiscard]] Rule hold(Pick pick, Pick until);

class Rules {
 public:
  void add(Rule rule) { rules_.push_back({std::move(rule), 0, 0, false}); }
  [[nodiscard]] bool empty() const { return rules_.empty(); }

  struct Verdict {
    bool dropped = false;
    Duration delay{};
    std::optional<std::size_t> held_by;  // the rule that holds it
    std::vector<std::size_t> let_go;     // rules whose message goes on now
  };
  // A message leaves. The first rule that picks it decides.
  [[nodiscard]] Verdict leaves(std::string_view from, std::string_view to, std::string_view bytes);

 private:
  struct Entry {
    Rule rule;
    int seen = 0, seen_until = 0;
    bool released = false;
  };
  std::vector<Entry> rules_;
};

// "INVITE" or "200 INVITE"; "" for what is no SIP message.
[[nodiscard]] std::string message_label(std::string_view bytes);

}  // namespace offhook::sim
