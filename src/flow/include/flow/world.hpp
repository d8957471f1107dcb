// The port through which a flow acts on phones and a proxy and watches them; io implements it with real sockets, sim in
// virtual time.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "flow/recorder.hpp"
#include "phone/command.hpp"
#include "phone/view.hpp"

namespace offhook::flow {

// What a script wants to stand before its first step. The phones are registered when the world is handed over.
struct PartyPlan {
  std::string name;                   // A, B, C
  std::string number;                 // 1001 …
  double pilot_hz = 0;                // what it says
  std::vector<std::string> settings;  // further lines for its configuration file: "forward.busy.enable = 1"
};

class World {
 public:
  virtual ~World() = default;

  virtual Checked<void> command(std::string_view party, const phone::Command& command) = 0;
  [[nodiscard]] virtual phone::PhoneView view(std::string_view party) = 0;
  // Names of the parties whose pilot tone has been heard by that party in the last moments, sorted.
  [[nodiscard]] virtual std::vector<std::string> hears(std::string_view party) = 0;
  // How each of them is heard: "B: level -16 dB, delay 112 ms, MOS 4.3 (estimate)".
  [[nodiscard]] virtual std::vector<std::string> hearing_in_words(std::string_view) { return {}; }
  [[nodiscard]] virtual const Recorder& record() const = 0;
  [[nodiscard]] virtual Now now() const = 0;
  // Lets the world run until done() or until `at_most` has passed; tells whether done() came true. done() is asked
  // after every input.
  virtual bool run_until(const std::function<bool()>& done, Duration at_most) = 0;
  // What still lives although every call is over: "A: 1 dialog", "proxy: 2 transactions"; empty when all is clean.
  [[nodiscard]] virtual std::vector<std::string> leftovers() = 0;
};

}  // namespace offhook::flow
