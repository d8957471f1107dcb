#include "commands.hpp"

#include <algorithm>
#include <array>

namespace offhook::api {
namespace {

using phone::Command;

// answer, reject, hold, resume, hangup: a call, or none when only one fits.
template <class C>
Checked<Command> on_call(const Arguments& arguments) {
  return arguments.only({"call"}).and_then([&] { return arguments.number("call"); }).map([](int call) -> Command {
    return C{call};
  });
}

template <class C>
Checked<Command> alone(const Arguments& arguments) {
  return arguments.only({}).map([]() -> Command { return C{}; });
}

Checked<Command> dial(const Arguments& arguments) {
  auto number = arguments.only({"number", "account"}).and_then([&] { return arguments.required("number"); });
  if (!number) return tl::unexpected(std::move(number.error()));
  return arguments.number("account").map(
      [&](int account) -> Command { return phone::Dial{std::move(*number), account}; });
}

Checked<Command> transfer(const Arguments& arguments) {
  auto to = arguments.only({"to", "call"}).and_then([&] { return arguments.required("to"); });
  if (!to) return tl::unexpected(std::move(to.error()));
  return arguments.number("call").map([&](int call) -> Command { return phone::Transfer{std::move(*to), call}; });
}

Checked<Command> dtmf(const Arguments& arguments) {
  auto keys = arguments.only({"keys", "call"}).and_then([&] { return arguments.required("keys"); });
  if (!keys) return tl::unexpected(std::move(keys.error()));
  return arguments.number("call").map([&](int call) -> Command { return phone::PressKeys{std::move(*keys), call}; });
}

Checked<Command> dnd(const Arguments& arguments) {
  const auto on = arguments.only({"on"}).and_then([&] { return arguments.flag("on"); });
  if (!on) return tl::unexpected(on.error());
  if (!*on) return complain("\"on\" is missing");
  return phone::SetDnd{**on};
}

Checked<phone::ForwardKind> forward_kind(const std::string& name) {
  if (name == "always") return phone::ForwardKind::Always;
  if (name == "busy") return phone::ForwardKind::Busy;
  if (name == "no-answer" || name == "no_answer") return phone::ForwardKind::NoAnswer;
  return complain("\"kind\" is always, busy or no-answer, not " + name);
}

Checked<Command> forward(const Arguments& arguments) {
  const auto required = [&] { return arguments.required("kind"); };
  const auto kind = arguments.only({"kind", "on", "to"}).and_then(required).and_then(forward_kind);
  if (!kind) return tl::unexpected(kind.error());
  return arguments.flag("on").map([&](std::optional<bool> on) -> Command {
    return phone::SetForward{*kind, on.value_or(true), arguments.text("to").value_or("")};
  });
}

Checked<Command> page(const Arguments& arguments) {
  return arguments.only({"group"})
      .and_then([&] { return arguments.required("group"); })
      .map([](std::string group) -> Command { return phone::Page{std::move(group)}; });
}

constexpr std::array kActions{
    ActionRow{"dial", dial},
    ActionRow{"answer", on_call<phone::Answer>},
    ActionRow{"reject", on_call<phone::Reject>},
    ActionRow{"hold", on_call<phone::Hold>},
    ActionRow{"resume", on_call<phone::Resume>},
    ActionRow{"transfer", transfer},
    ActionRow{"hangup", on_call<phone::HangUp>},
    ActionRow{"dtmf", dtmf},
    ActionRow{"offhook", alone<phone::OffHook>},
    ActionRow{"onhook", alone<phone::OnHook>},
    ActionRow{"dnd", dnd},
    ActionRow{"forward", forward},
    ActionRow{"conference", on_call<phone::Conference>},
    ActionRow{"split", alone<phone::Split>},
    ActionRow{"page", page},
    ActionRow{"endpage", alone<phone::EndPage>},
};

}  // namespace

std::span<const ActionRow> actions() { return kActions; }

const ActionRow* find_action(std::string_view name) {
  const auto found = std::ranges::find(kActions, name, &ActionRow::name);
  return found == kActions.end() ? nullptr : &*found;
}

}  // namespace offhook::api
