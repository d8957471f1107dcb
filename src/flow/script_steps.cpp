// The part of the reader that knows what parties do and what must hold: "do", "hear", "quiet", "calls", "wait".
#include <algorithm>
#include <array>
#include <span>

#include "base/ascii.hpp"
#include "media/dtmf.hpp"
#include "script_reader.hpp"

namespace offhook::flow {
namespace {

constexpr std::array kStates{phone::CallState::Dialing,     phone::CallState::RingBack, phone::CallState::Ringing,
                             phone::CallState::Talking,     phone::CallState::Held,     phone::CallState::HeldByRemote,
                             phone::CallState::Transferring};

std::optional<phone::CallState> state_of(std::string_view name) {
  for (const phone::CallState state : kStates)
    if (phone::call_state_name(state) == name) return state;
  return std::nullopt;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : text) {
    if (c != ' ' && c != ',') {
      word += c;
      continue;
    }
    if (!word.empty()) out.push_back(std::move(word));
    word.clear();
  }
  if (!word.empty()) out.push_back(std::move(word));
  return out;
}

std::string join(std::span<const std::string> words) {
  std::string out;
  for (const std::string& word : words) out.append(out.empty() ? "" : " ").append(word);
  return out;
}

}  // namespace

std::optional<Step> ScriptReader::read_step(const YAML::Node& node) {
  if (!node.IsMap()) {
    complain(node, "a step is one of see, any-order, do, hear, quiet, calls, digits, wait");
    return std::nullopt;
  }
  const auto as_step = [](auto&& part) { return part ? std::optional<Step>(std::move(*part)) : std::nullopt; };
  if (node["see"]) return as_step(read_milestone(node, false));
  if (node["any-order"]) return as_step(read_group(node));
  if (node["do"]) return as_step(read_act(node));
  if (node["hear"]) return as_step(read_hear(node));
  if (node["quiet"]) return as_step(read_quiet(node));
  if (node["calls"]) return as_step(read_calls(node));
  if (node["digits"]) return as_step(read_digits(node));
  if (node["wait"]) {
    const auto during = duration(node["wait"], "\"wait\"");
    return during ? std::optional<Step>(Wait{*during, line_of(node)}) : std::nullopt;
  }
  complain(node, "a step is one of see, any-order, do, hear, quiet, calls, digits, wait");
  return std::nullopt;
}

// "B: transfer C": party names among the arguments stand for their numbers.
std::optional<Act> ScriptReader::read_act(const YAML::Node& node) {
  const auto written = text(node["do"], "\"do\"");
  if (!written || !known_keys(node, {"do", "extra"})) return std::nullopt;
  const auto note = text_of(node, "extra", false);
  if (!note) return std::nullopt;
  const std::size_t colon = written->find(':');
  const std::string party(trim(std::string_view(*written).substr(0, colon)));
  if (colon == std::string::npos || !is_party(party, false)) {
    complain(node["do"], "an action is written as \"A: call B\"" +
                             (colon == std::string::npos ? "" : ": unknown party \"" + party + '"'));
    return std::nullopt;
  }
  const std::string words(trim(std::string_view(*written).substr(colon + 1)));
  std::vector<std::string> arguments = words_of(words);
  const bool takes_keys = !arguments.empty() && arguments.front() == "dtmf";  // where A is a key
  for (std::size_t i = takes_keys ? arguments.size() : 1; i < arguments.size(); ++i)
    if (const PartyPlan* plan = script_.party(arguments[i])) arguments[i] = plan->number;
  auto command = phone::parse_command(join(arguments));
  if (!command) {
    complain(node["do"], command.error().what);
    return std::nullopt;
  }
  return Act{party, words, std::move(*command), *note, line_of(node["do"])};
}

// "A hears B, C" or "B hears nobody"
std::optional<Hear> ScriptReader::read_hear(const YAML::Node& node) {
  const auto written = text(node["hear"], "\"hear\"");
  if (!written || !known_keys(node, {"hear"})) return std::nullopt;
  Hear out;
  out.line = line_of(node["hear"]);
  std::vector<std::string> words = words_of(*written);
  if (words.size() < 3 || words[1] != "hears") {
    complain(node["hear"], "who hears whom is written as \"A hears B\" or \"B hears nobody\"");
    return std::nullopt;
  }
  out.party = words[0];
  if (words[2] != "nobody") out.whom.assign(words.begin() + 2, words.end());
  std::erase(out.whom, "and");
  std::sort(out.whom.begin(), out.whom.end());
  std::vector<std::string> named = out.whom;
  named.push_back(out.party);
  for (const std::string& name : named)
    if (!is_party(name, false)) complain(node["hear"], "unknown party \"" + name + '"');
  return complaint_ ? std::nullopt : std::optional(std::move(out));
}

// "A, B": no RTP leaves them.
std::optional<Quiet> ScriptReader::read_quiet(const YAML::Node& node) {
  const auto written = text(node["quiet"], "\"quiet\"");
  if (!written || !known_keys(node, {"quiet", "for"})) return std::nullopt;
  Quiet out;
  out.line = line_of(node["quiet"]);
  out.parties = words_of(*written);
  if (out.parties.empty()) complain(node["quiet"], "who must be quiet?");
  for (const std::string& name : out.parties)
    if (!is_party(name, false)) complain(node["quiet"], "unknown party \"" + name + '"');
  if (node["for"]) {
    const auto during = duration(node["for"], "\"for\"");
    if (during) out.during = *during;
  }
  return complaint_ ? std::nullopt : std::optional(std::move(out));
}

// "A: talking, held" or "B: none"
std::optional<Calls> ScriptReader::read_calls(const YAML::Node& node) {
  const auto written = text(node["calls"], "\"calls\"");
  if (!written || !known_keys(node, {"calls"})) return std::nullopt;
  Calls out;
  out.line = line_of(node["calls"]);
  const std::size_t colon = written->find(':');
  out.party = trim(std::string_view(*written).substr(0, colon));
  const std::vector<std::string> words =
      colon == std::string::npos ? std::vector<std::string>{} : words_of(std::string_view(*written).substr(colon + 1));
  if (!is_party(out.party, false) || words.empty()) {
    complain(node["calls"], "calls are written as \"A: talking, held\" or \"B: none\"");
    return std::nullopt;
  }
  for (const std::string& word : words) {
    if (word == "none" && words.size() == 1) break;
    const auto state = state_of(word);
    if (!state) {
      complain(node["calls"], "unknown call state \"" + word + '"');
      return std::nullopt;
    }
    out.states.push_back(*state);
  }
  std::sort(out.states.begin(), out.states.end());
  return out;
}

// "B: 123#" or "B: none"
std::optional<DigitsHeard> ScriptReader::read_digits(const YAML::Node& node) {
  const auto written = text(node["digits"], "\"digits\"");
  if (!written || !known_keys(node, {"digits"})) return std::nullopt;
  DigitsHeard out;
  out.line = line_of(node["digits"]);
  const std::size_t colon = written->find(':');
  out.party = trim(std::string_view(*written).substr(0, colon));
  if (colon != std::string::npos) out.digits = trim(std::string_view(*written).substr(colon + 1));
  const bool are_keys = out.digits == "none" || out.digits.find_first_not_of(media::kDigits) == std::string::npos;
  if (!is_party(out.party, false) || out.digits.empty() || !are_keys) {
    complain(node["digits"], "digits are written as \"B: 123#\" or \"B: none\"");
    return std::nullopt;
  }
  if (out.digits == "none") out.digits.clear();
  return out;
}

}  // namespace offhook::flow
