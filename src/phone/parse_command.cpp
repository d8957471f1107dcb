// Commands as a person types them in a flow file or sends them to the API.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/ascii.hpp"
#include "phone/command.hpp"

namespace offhook::phone {
namespace {

constexpr std::string_view kVerbs =
    "call, answer, reject, hold, resume, transfer, hangup, dtmf, offhook, onhook, dnd, forward, conference, split, "
    "page, endpage";

// Takes the next word off `rest`; "" at the end.
std::string_view take_word(std::string_view& rest) {
  rest = trim(rest);
  const auto end = std::min(rest.find_first_of(" \t"), rest.size());
  const auto word = rest.substr(0, end);
  rest = trim(rest.substr(end));
  return word;
}

// "" is 0; "2" or "#2" is call 2.
Checked<int> call_number(std::string_view verb, std::string_view text) {
  if (text.empty()) return 0;
  const auto number = parse_number<int>(text.front() == '#' ? text.substr(1) : text);
  if (!number || *number < 1)
    return complain("\"" + std::string(verb) + "\" takes a call's number, not \"" + std::string(text) + "\"");
  return *number;
}

template <class C>
Checked<Command> with_call(std::string_view verb, std::string_view rest) {
  return call_number(verb, rest).map([](int call) { return Command(C{call}); });
}

// "1003", "1003 from 2" (account) or "1003 on 2" (call): a target and one number behind a small word.
struct Target {
  std::string target;
  int number = 0;
};
Checked<Target> target_of(std::string_view verb, std::string_view rest, std::string_view word) {
  const auto target = take_word(rest);
  if (target.empty()) return complain("\"" + std::string(verb) + "\" needs a number or address");
  Target out{std::string(target), 0};
  if (rest.empty()) return out;
  const auto small_word = take_word(rest);
  const auto number = parse_number<int>(rest);
  if (!iequals(small_word, word) || !number || *number < 1) {
    return complain("\"" + std::string(verb) + "\" takes a target and perhaps \"" + std::string(word) + " N\", not \"" +
                    std::string(small_word) + (rest.empty() ? "" : " ") + std::string(rest) + "\"");
  }
  out.number = *number;
  return out;
}

std::optional<bool> on_off(std::string_view word) {
  if (iequals(word, "on")) return true;
  if (iequals(word, "off")) return false;
  return std::nullopt;
}

Checked<Command> dnd_of(std::string_view rest) {
  const auto on = on_off(rest);
  if (!on) return complain("\"dnd\" takes on or off");
  return SetDnd{*on};
}

// forward always 1003 · forward busy on · forward no-answer off
Checked<Command> forward_of(std::string_view rest) {
  constexpr std::array<std::pair<std::string_view, ForwardKind>, 4> kKinds = {{{"always", ForwardKind::Always},
                                                                               {"busy", ForwardKind::Busy},
                                                                               {"no-answer", ForwardKind::NoAnswer},
                                                                               {"noanswer", ForwardKind::NoAnswer}}};
  const auto kind_word = take_word(rest);
  for (const auto& [name, kind] : kKinds) {
    if (!iequals(kind_word, name)) continue;
    const auto target = take_word(rest);
    if (target.empty() || !rest.empty()) break;
    if (const auto on = on_off(target)) return SetForward{kind, *on, {}};
    return SetForward{kind, true, std::string(target)};
  }
  return complain("\"forward\" takes always, busy or no-answer, then a number, on or off");
}

}  // namespace

Checked<Command> parse_command(std::string_view text) {
  std::string_view rest = text;
  const auto verb = take_word(rest);
  if (verb.empty()) return complain("no command given", std::string("one of ") + std::string(kVerbs));
  if (iequals(verb, "call") || iequals(verb, "dial"))
    return target_of(verb, rest, "from").map([](Target t) { return Command(Dial{std::move(t.target), t.number}); });
  if (iequals(verb, "transfer"))
    return target_of(verb, rest, "on").map([](Target t) { return Command(Transfer{std::move(t.target), t.number}); });
  if (iequals(verb, "dtmf"))
    return target_of(verb, rest, "on").map([](Target t) { return Command(PressKeys{std::move(t.target), t.number}); });
  if (iequals(verb, "offhook") || iequals(verb, "onhook") || iequals(verb, "endpage") || iequals(verb, "split")) {
    if (!rest.empty()) return complain("\"" + std::string(verb) + "\" takes nothing more");
    if (iequals(verb, "endpage")) return EndPage{};
    if (iequals(verb, "split")) return Split{};
    return iequals(verb, "offhook") ? Command(OffHook{}) : Command(OnHook{});
  }
  if (iequals(verb, "page")) {
    if (rest.empty()) return complain("\"page\" needs the number or label of a paging group");
    return Page{std::string(rest)};
  }
  if (iequals(verb, "conference")) return with_call<Conference>(verb, rest);
  if (iequals(verb, "answer")) return with_call<Answer>(verb, rest);
  if (iequals(verb, "reject")) return with_call<Reject>(verb, rest);
  if (iequals(verb, "hold")) return with_call<Hold>(verb, rest);
  if (iequals(verb, "resume")) return with_call<Resume>(verb, rest);
  if (iequals(verb, "hangup")) return with_call<HangUp>(verb, rest);
  if (iequals(verb, "dnd")) return dnd_of(rest);
  if (iequals(verb, "forward")) return forward_of(rest);
  return complain("unknown command \"" + std::string(verb) + "\"", std::string("known: ") + std::string(kVerbs));
}

}  // namespace offhook::phone
