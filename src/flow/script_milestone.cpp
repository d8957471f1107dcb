// The part of the reader that knows messages: "see", "carries", "any-order".
#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "script_reader.hpp"
#include "sdp/codec.hpp"
#include "sip/method.hpp"

namespace offhook::flow {
namespace {

constexpr std::array kFields{Field::RequestUri, Field::From,      Field::To,     Field::Contact, Field::ReferTo,
                             Field::ReferredBy, Field::Diversion, Field::CallId, Field::Method,  Field::SameCSeqAs,
                             Field::ToTag,      Field::Direction, Field::Sipfrag};

std::string_view next_word(std::string_view& rest) {
  rest = trim(rest);
  const std::size_t size = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, size);
  rest.remove_prefix(size);
  return word;
}

bool is_mark(std::string_view word) {
  return word.size() > 1 && word.front() == 'F' && std::all_of(word.begin() + 1, word.end(), is_digit);
}

}  // namespace

std::optional<Milestone> ScriptReader::read_milestone(const YAML::Node& node, bool in_group) {
  if (!known_keys(node, {"see", "carries", "rfc", "extra", "optional", "loose", "within"})) return std::nullopt;
  Milestone out;
  out.line = line_of(node["see"]);
  const auto optional = flag_of(node, "optional");
  const auto loose = flag_of(node, "loose");
  if (!optional || !loose || !read_heading(node["see"], out)) return std::nullopt;
  out.optional = *optional;
  out.loose = *loose;
  if (!read_source(node, in_group, out)) return std::nullopt;
  if (node["within"]) {
    const auto within = duration(node["within"], "\"within\"");
    if (!within) return std::nullopt;
    out.within = *within;
  }
  if (node["carries"] && !read_carries(node["carries"], out)) return std::nullopt;
  return out;
}

// "F12 P -> A 200 OK (BYE)"
bool ScriptReader::read_heading(const YAML::Node& node, Milestone& out) {
  const auto heading = text(node, "\"see\"");
  if (!heading) return false;
  std::string_view rest = *heading;
  std::string_view word = next_word(rest);
  if (is_mark(word)) {
    out.mark = word;
    word = next_word(rest);
  }
  out.from = word;
  if (next_word(rest) != "->")
    return complain(node, "a message is written as \"F1 A -> P INVITE\" or \"A -> P 200 OK (BYE)\"");
  out.to = next_word(rest);
  for (const std::string& party : {out.from, out.to})
    if (!is_party(party, true)) return complain(node, "unknown party \"" + party + '"');
  return read_message(node, trim(rest), out);
}

bool ScriptReader::read_message(const YAML::Node& node, std::string_view text, Milestone& out) {
  if (text.empty()) return complain(node, "which message? A method or a status is missing");
  if (!is_digit(text.front())) {
    if (sip::method_of(text) == sip::Method::Unknown)
      return complain(node, "unknown method \"" + std::string(text) + '"');
    out.method = text;
    return true;
  }
  const auto status = parse_number<int>(text.substr(0, text.find(' ')));
  if (!status || *status < 100 || *status > 699) return complain(node, "a status is a number from 100 to 699");
  out.status = *status;
  out.method = "INVITE";
  const std::size_t open = text.rfind('(');
  if (open == std::string_view::npos) return true;
  const std::string_view method = text.substr(open + 1, text.size() - open - 2);
  if (!text.ends_with(')') || sip::method_of(method) == sip::Method::Unknown)
    return complain(node, "the method that a status answers stands in brackets at the end: \"200 OK (BYE)\"");
  out.method = method;
  return true;
}

// A step that the guide does not number, and one that may be missing, must say why.
bool ScriptReader::read_source(const YAML::Node& node, bool in_group, Milestone& out) {
  const auto rfc = text_of(node, "rfc", false);
  const auto extra = text_of(node, "extra", false);
  if (!rfc || !extra) return false;
  if (!rfc->empty() && !extra->empty()) return complain(node, "a step has \"rfc\" or \"extra\", not both");
  out.note = rfc->empty() ? *extra : *rfc;
  const bool explained = !out.note.empty() || in_group;
  if (out.mark.empty() && out.note.empty())
    return complain(node, "a step without an F number needs \"rfc\" or \"extra\" with the reason why it is there");
  if ((out.optional || out.loose) && !explained)
    return complain(node, "an optional or loose step needs \"rfc\" or \"extra\" with the reason");
  if (out.mark.empty()) out.source = rfc->empty() ? Source::Extra : Source::Rfc;
  return true;
}

bool ScriptReader::read_carries(const YAML::Node& node, Milestone& out) {
  if (!node.IsMap()) return complain(node, "\"carries\" is a map");
  for (const auto& entry : node) {
    const auto key = text(entry.first, "a key of \"carries\"");
    if (!key) return false;
    if (*key == "headers") {
      if (!read_headers(entry.second, out)) return false;
      continue;
    }
    const auto field = std::find_if(kFields.begin(), kFields.end(), [&](Field f) { return field_name(f) == *key; });
    if (field == kFields.end()) return complain(entry.first, "unknown fact \"" + *key + "\" in \"carries\"");
    const auto value = carry_value(*field, entry.second);
    if (!value) return false;
    out.carries.push_back({*field, {}, *value, line_of(entry.first)});
  }
  return true;
}

bool ScriptReader::read_headers(const YAML::Node& node, Milestone& out) {
  if (!node.IsMap())
    return complain(node, "\"headers\" is a map from a header's name to present, absent or a part of its value");
  for (const auto& entry : node) {
    const auto name = text(entry.first, "a header's name");
    const auto value = name ? text(entry.second, "what header " + *name + " must hold") : std::nullopt;
    if (!value) return false;
    if (value->empty()) return complain(entry.second, "header " + *name + ": present, absent or a part of its value");
    out.carries.push_back({Field::Header, *name, *value, line_of(entry.first)});
  }
  return true;
}

std::optional<std::string> ScriptReader::carry_value(Field field, const YAML::Node& node) {
  auto value = text(node, field_name(field));
  if (!value) return std::nullopt;
  if (value->empty()) complain(node, std::string(field_name(field)) + " is empty");
  switch (field) {
    case Field::RequestUri:
    case Field::From:
    case Field::To:
    case Field::Contact:
    case Field::ReferTo:
    case Field::ReferredBy:
    case Field::Diversion:
      if (const PartyPlan* plan = script_.party(*value)) value = plan->number;
      break;
    case Field::Method:
      if (sip::method_of(*value) == sip::Method::Unknown) complain(node, "unknown method \"" + *value + '"');
      break;
    case Field::SameCSeqAs:
      if (!is_mark(*value)) complain(node, "cseq-of names an earlier step: F9");
      break;
    case Field::ToTag:
      if (*value != "present" && *value != "absent") complain(node, "to-tag is present or absent");
      break;
    case Field::Direction:
      if (!sdp::parse_direction(*value) && *value != "none" && *value != "hold")
        complain(node, "sdp is sendrecv, sendonly, recvonly, inactive, hold or none");
      break;
    case Field::CallId:
    case Field::Sipfrag:
    case Field::Header: break;
  }
  if (complaint_) return std::nullopt;
  return value;
}

std::optional<AnyOrder> ScriptReader::read_group(const YAML::Node& node) {
  if (!known_keys(node, {"any-order", "rfc", "extra"})) return std::nullopt;
  AnyOrder out;
  out.line = line_of(node["any-order"]);
  const auto rfc = text_of(node, "rfc", false);
  const auto extra = text_of(node, "extra", false);
  if (!rfc || !extra) return std::nullopt;
  out.note = rfc->empty() ? *extra : *rfc;
  if (out.note.empty()) {
    complain(node, "\"any-order\" needs \"rfc\" with the reason why the order is open");
    return std::nullopt;
  }
  const YAML::Node members = node["any-order"];
  if (!members.IsSequence() || members.size() < 2) {
    complain(members, "\"any-order\" is a list of two or more messages");
    return std::nullopt;
  }
  for (const auto& member : members) {
    if (!member.IsMap() || !member["see"]) {
      complain(member, "\"any-order\" holds messages only: \"see\"");
      return std::nullopt;
    }
    auto milestone = read_milestone(member, true);
    if (!milestone) return std::nullopt;
    out.milestones.push_back(std::move(*milestone));
  }
  return out;
}

}  // namespace offhook::flow
