// A call flow as a file: parties, what they do, the messages that must be seen in order (F1 … Fn of the guide) and who
// is heard when. docs/flows.md describes the format. load() reads YAML text; what is wrong with it is a Complaint with
// file:line. Plain values, no I/O.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "flow/world.hpp"
#include "phone/command.hpp"
#include "phone/view.hpp"

namespace offhook::flow {

enum class Field : std::uint8_t {
  RequestUri,
  From,
  To,
  Contact,
  ReferTo,
  ReferredBy,
  Diversion,
  CallId,
  Method,
  SameCSeqAs,
  ToTag,
  Direction,
  Sipfrag,
  Header
};
[[nodiscard]] std::string_view field_name(Field field);  // as in the file: "request-uri"

// One thing that a message must carry.
struct Carry {
  Field field = Field::RequestUri;
  std::string name;  // Header: its name
  std::string
      value;  // user parts are numbers here; a name for Call-IDs; "present", "absent" or a part of the value for Header
  int line = 0;
};

// Where a step comes from. Steps that the guide does not draw say why they are there.
enum class Source : std::uint8_t { Guide, Rfc, Extra };

struct Milestone {
  Source source = Source::Guide;
  std::string mark;      // "F1"; "" when the guide does not number it
  std::string from, to;  // party names
  std::string method;    // of the request, or of the request that the response answers
  int status = 0;        // 0: the request itself
  std::vector<Carry> carries;
  std::string note;       // the `rfc:` or `extra:` text
  bool optional = false;  // may be missing
  bool loose = false;     // anywhere from here to the end: it does not hold up what follows
  Duration within{seconds(5)};
  int line = 0;

  [[nodiscard]] std::string text() const;  // "F12 P -> C 180"
};

// Messages of which the wire decides the order.
struct AnyOrder {
  std::vector<Milestone> milestones;
  std::string note;
  int line = 0;
};
struct Act {
  std::string party;
  std::string text;  // as written: "transfer C"
  phone::Command command;
  std::string note;  // why, when the guide does not have it
  int line = 0;
};
struct Hear {
  std::string party;
  std::vector<std::string> whom;  // sorted; empty: nobody
  int line = 0;
};
// No RTP packet leaves these parties for a while.
struct Quiet {
  std::vector<std::string> parties;
  Duration during{milliseconds(400)};
  int line = 0;
};
// The calls that the party has, in any order; ended ones do not count. Empty: none.
struct Calls {
  std::string party;
  std::vector<phone::CallState> states;
  int line = 0;
};
// The DTMF digits that the party has heard, in its newest call that has heard any.
struct DigitsHeard {
  std::string party;
  std::string digits;  // empty: none
  int line = 0;
};
// Lets time pass.
struct Wait {
  Duration during{};
  int line = 0;
};
using Step = std::variant<Milestone, AnyOrder, Act, Hear, Quiet, Calls, DigitsHeard, Wait>;

struct Script {
  std::string file;
  std::string name;  // "call-waiting"
  std::string title;
  std::string guide;     // section: "6.5"
  bool planned = false;  // listed, but cannot run yet
  std::string about;     // what it shows, in a sentence or two
  std::vector<PartyPlan> parties;
  std::string proxy = "P";   // the proxy's party name
  std::vector<Step> before;  // brings the parties where the flow begins; not part of the ladder
  std::vector<Step> steps;

  // The ladder's columns: first party, proxy, the others.
  [[nodiscard]] std::vector<std::string> columns() const;
  [[nodiscard]] const PartyPlan* party(std::string_view party_name) const;
  [[nodiscard]] std::size_t milestone_count() const;  // those the guide numbers
};

[[nodiscard]] Checked<Script> load_script(std::string_view file, std::string_view yaml);

}  // namespace offhook::flow
