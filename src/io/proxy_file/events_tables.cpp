// [events], [features], [[list]]
#include <algorithm>

#include "fields.hpp"
#include "tables.hpp"

namespace offhook::io {
namespace {

Checked<void> read_watchers(std::string_view name, const Fields& fields, const toml::node& node, proxy::Watchers& out) {
  const std::string text = node.value_or(std::string{});
  if (text != "users" && text != "self" && text != "off")
    return fields.wrong(name, R"("users", "self" or "off")", node);
  out = text == "users" ? proxy::Watchers::Users : text == "self" ? proxy::Watchers::Self : proxy::Watchers::Nobody;
  return {};
}

// What stands before the "@" of an address, and nothing else: "1001", "*97", "sales.north".
bool is_user_part(std::string_view text) {
  const auto fits = [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet > ' ' && octet != 0x7f && c != '@' && c != ':' && c != '<' && c != '>' && c != '"' && c != ',';
  };
  return !text.empty() && std::ranges::all_of(text, fits);
}

constexpr std::string_view kUserPart = R"(the part of an address before the @, as in "1001")";

Checked<void> take_user(std::string_view name, const Fields& fields, const toml::node& node, std::string& out) {
  auto read = fields.text(name, node, out);
  if (read && !is_user_part(out)) return fields.at({std::string(name) + " wants " + std::string(kUserPart), out}, node);
  return read;
}

Checked<void> take_members(const Fields& fields, const toml::node& node, std::vector<std::string>& out) {
  return fields.strings("members", node, [&](std::string_view text) -> Checked<void> {
    if (!is_user_part(text)) return complain("each of members wants " + std::string(kUserPart), std::string(text));
    if (std::ranges::find(out, text) != out.end()) return complain("a member is there twice", std::string(text));
    out.emplace_back(text);
    return {};
  });
}

}  // namespace

Checked<void> read_events(const Fields& fields, const toml::node& node, ProxySettings& out) {
  return fields.table("events", node, [&](std::string_view name, const toml::node& value) -> Checked<void> {
    if (name == "blf") return read_watchers(name, fields, value, out.events.blf);
    if (name == "presence") return read_watchers(name, fields, value, out.events.presence);
    if (name == "messages") return fields.flag(name, value, out.events.messages);
    if (name == "unsolicited_messages") return fields.flag(name, value, out.events.unsolicited_messages);
    if (name == "voicemail") return take_user(name, fields, value, out.events.voicemail);
    if (name == "calls") return fields.flag(name, value, out.calls.on);
    if (name == "call_silence") return fields.period(name, value, out.calls.silence);
    return fields.unknown(name, "[events]",
                          "blf, presence, messages, unsolicited_messages, voicemail, calls, call_silence", value);
  });
}

Checked<void> read_features(const Fields& fields, const toml::node& node, ProxySettings& out) {
  auto read = fields.table("features", node, [&](std::string_view name, const toml::node& value) -> Checked<void> {
    if (name == "pickup") return take_user(name, fields, value, out.features.pickup);
    if (name == "group_pickup") return take_user(name, fields, value, out.features.group_pickup);
    if (name == "park") return take_user(name, fields, value, out.features.park);
    if (name == "retrieve") return take_user(name, fields, value, out.features.retrieve);
    if (name == "park_time") return fields.period_or_never(name, value, out.features.park_time);
    return fields.unknown(name, "[features]", "pickup, group_pickup, park, retrieve, park_time", value);
  });
  if (read && !out.features.pickup.empty() && out.features.pickup == out.features.group_pickup)
    return complain("pickup and group_pickup are the same number '" + out.features.pickup + "'",
                    fields.place(node.source()));
  return read;
}

Checked<void> read_lists(const Fields& fields, const toml::node& node, ProxySettings& out) {
  return fields.tables("list", node, [&](const toml::table& table) -> Checked<void> {
    proxy::LampList list;
    list.line = table.source().begin.line;
    for (const auto& [key, value] : table) {
      const std::string_view name = key.str();
      auto read = name == "name"      ? take_user(name, fields, value, list.name)
                  : name == "members" ? take_members(fields, value, list.members)
                                      : fields.unknown(name, "[[list]]", "name, members", value);
      if (!read) return read;
    }
    if (list.name.empty() || list.members.empty())
      return complain("a [[list]] needs a name and members", fields.place(table.source()));
    if (std::ranges::any_of(out.events.lists, [&](const auto& other) { return other.name == list.name; }))
      return complain("list '" + list.name + "' is there twice", fields.place(table.source()));
    out.events.lists.push_back(std::move(list));
    return {};
  });
}

}  // namespace offhook::io
