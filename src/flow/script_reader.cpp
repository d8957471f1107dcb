#include "script_reader.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace offhook::flow {
namespace {

std::string spelled(std::initializer_list<std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) out.append(out.empty() ? "" : ", ").append(word);
  return out;
}

}  // namespace

Checked<Script> load_script(std::string_view file, std::string_view yaml) { return ScriptReader(file).read(yaml); }

Checked<Script> ScriptReader::read(std::string_view yaml) {
  try {
    const YAML::Node root = YAML::Load(std::string(yaml));
    if (read_root(root)) return std::move(script_);
  } catch (const YAML::Exception& error) {
    // The library's own words, without its "yaml-cpp: error at line …" in front; the place is ours to name.
    if (!complaint_)
      complaint_ = Complaint{"not well-formed: " + error.msg, script_.file + ':' + std::to_string(error.mark.line + 1)};
  }
  return tl::unexpected(complaint_.value_or(Complaint{"cannot be read", script_.file}));
}

bool ScriptReader::read_root(const YAML::Node& root) {
  if (!root.IsMap()) return complain(root, "a flow file is a map that begins with \"flow:\"");
  if (!known_keys(root, {"flow", "title", "guide", "status", "about", "parties", "proxy", "before", "steps"}))
    return false;
  const auto name = text_of(root, "flow", true);
  const auto title = text_of(root, "title", true);
  const auto guide = text_of(root, "guide", false);
  const auto about = text_of(root, "about", false);
  const auto status = text_of(root, "status", false);
  const auto proxy = text_of(root, "proxy", false);
  if (complaint_) return false;
  script_.name = *name;
  script_.title = *title;
  script_.guide = *guide;
  script_.about = *about;
  if (!proxy->empty()) script_.proxy = *proxy;
  if (!status->empty() && *status != "planned") return complain(root["status"], "status can only be \"planned\"");
  script_.planned = *status == "planned";
  if (script_.planned) {
    if (root["steps"]) return complain(root["steps"], "a planned flow has no steps yet");
    return true;
  }
  if (!root["parties"]) return complain(root, "\"parties\" is missing");
  if (!root["steps"]) return complain(root, "\"steps\" is missing");
  if (!read_parties(root["parties"])) return false;
  if (root["before"] && !read_steps(root["before"], "before", script_.before)) return false;
  return read_steps(root["steps"], "steps", script_.steps) && check_marks();
}

// F1, F2 … Fn as the guide numbers them: each once, in the order of the file.
bool ScriptReader::check_marks() {
  std::size_t expected = 1;
  const auto check = [&](const Milestone& milestone) {
    if (milestone.mark.empty()) return;
    const std::string mark = 'F' + std::to_string(expected++);
    if (milestone.mark != mark && !complaint_)
      complaint_ = Complaint{milestone.mark + " stands where " + mark + " is due",
                             script_.file + ':' + std::to_string(milestone.line)};
  };
  for (const Step& step : script_.before) {
    const auto* milestone = std::get_if<Milestone>(&step);
    if (milestone != nullptr && !milestone->mark.empty())
      complaint_ =
          Complaint{"the F numbers begin under \"steps\"", script_.file + ':' + std::to_string(milestone->line)};
  }
  for (const Step& step : script_.steps) {
    if (const auto* milestone = std::get_if<Milestone>(&step)) check(*milestone);
    if (const auto* group = std::get_if<AnyOrder>(&step))
      std::for_each(group->milestones.begin(), group->milestones.end(), check);
  }
  return !complaint_;
}

bool ScriptReader::read_parties(const YAML::Node& node) {
  if (!node.IsMap() || node.size() == 0)
    return complain(node, "\"parties\" is a map from a name to number, pilot and settings");
  for (const auto& entry : node) {
    const auto name = text(entry.first, "a party's name");
    if (!name) return false;
    if (is_party(*name, true)) return complain(entry.first, "two parties have the name " + *name);
    if (!read_party(*name, entry.second)) return false;
  }
  return true;
}

bool ScriptReader::read_party(const std::string& name, const YAML::Node& node) {
  // Pilots are 170 Hz apart, and none is a harmonic of another.
  constexpr double kFirstPilot = 440, kPilotStep = 170;
  PartyPlan plan{name, {}, kFirstPilot + kPilotStep * static_cast<double>(script_.parties.size()), {}};
  if (node.IsScalar()) {
    plan.number = node.Scalar();
  } else {
    if (!node.IsMap())
      return complain(node, "party " + name + " is a number, or a map with number, pilot and settings");
    if (!known_keys(node, {"number", "pilot", "settings"})) return false;
    const auto number = text_of(node, "number", true);
    if (!number) return false;
    plan.number = *number;
    if (node["pilot"]) {
      const auto hertz = parse_number<unsigned>(node["pilot"].Scalar());
      if (!hertz || *hertz < 200 || *hertz > 3400)
        return complain(node["pilot"], "pilot is a frequency from 200 to 3400 Hz");
      plan.pilot_hz = *hertz;
    }
    if (const YAML::Node settings = node["settings"]) {
      if (!settings.IsSequence()) return complain(settings, "settings is a list of lines \"name = value\"");
      for (const auto& line : settings) {
        const auto setting = text(line, "a setting");
        if (!setting) return false;
        if (setting->find('=') == std::string::npos || setting->find('\n') != std::string::npos)
          return complain(line, "a setting is a line \"name = value\"");
        plan.settings.push_back(*setting);
      }
    }
  }
  if (plan.number.empty()) return complain(node, "party " + name + " has no number");
  for (const PartyPlan& other : script_.parties)
    if (other.number == plan.number) return complain(node, "two parties have the number " + plan.number);
  script_.parties.push_back(std::move(plan));
  return true;
}

bool ScriptReader::read_steps(const YAML::Node& node, std::string_view what, std::vector<Step>& out) {
  if (!node.IsSequence() || node.size() == 0) return complain(node, '"' + std::string(what) + "\" is a list of steps");
  for (const auto& entry : node) {
    auto step = read_step(entry);
    if (!step) return false;
    out.push_back(std::move(*step));
  }
  return true;
}

std::optional<std::string> ScriptReader::text(const YAML::Node& node, std::string_view what) {
  if (node.IsScalar()) return node.Scalar();
  complain(node, std::string(what) + " is a text");
  return std::nullopt;
}

// "" for what is not there and need not be; nothing after a complaint.
std::optional<std::string> ScriptReader::text_of(const YAML::Node& map, const char* key, bool required) {
  const YAML::Node node = map[key];
  if (node) {
    auto value = text(node, '"' + std::string(key) + '"');
    if (value && required && value->empty()) complain(node, '"' + std::string(key) + "\" is empty");
    return complaint_ ? std::nullopt : value;
  }
  if (!required) return std::string{};
  complain(map, '"' + std::string(key) + "\" is missing");
  return std::nullopt;
}

// "400ms", "6s".
std::optional<Duration> ScriptReader::duration(const YAML::Node& node, std::string_view what) {
  const auto value = text(node, what);
  if (!value) return std::nullopt;
  std::string_view digits = *value;
  const bool in_milliseconds = digits.ends_with("ms");
  if (digits.ends_with("s")) digits.remove_suffix(in_milliseconds ? 2 : 1);
  const auto number = parse_number<std::uint32_t>(trim(digits));
  if (number && digits.size() != value->size())
    return in_milliseconds ? Duration(milliseconds(*number)) : Duration(seconds(*number));
  complain(node, std::string(what) + " is a time such as 400ms or 6s");
  return std::nullopt;
}

std::optional<bool> ScriptReader::flag_of(const YAML::Node& map, const char* key) {
  const YAML::Node node = map[key];
  if (!node) return false;
  if (node.IsScalar() && (node.Scalar() == "true" || node.Scalar() == "false")) return node.Scalar() == "true";
  complain(node, '"' + std::string(key) + "\" is true or false");
  return std::nullopt;
}

bool ScriptReader::known_keys(const YAML::Node& map, std::initializer_list<std::string_view> keys) {
  for (const auto& entry : map) {
    const auto key = text(entry.first, "a key");
    if (!key) return false;
    if (std::find(keys.begin(), keys.end(), *key) == keys.end())
      return complain(entry.first, "unknown key \"" + *key + "\"; known here: " + spelled(keys));
  }
  return true;
}

bool ScriptReader::is_party(std::string_view name, bool with_proxy) const {
  return script_.party(name) != nullptr || (with_proxy && name == script_.proxy);
}

bool ScriptReader::complain(const YAML::Node& node, std::string what) {
  if (!complaint_) complaint_ = Complaint{std::move(what), script_.file + ':' + std::to_string(line_of(node))};
  return false;
}

}  // namespace offhook::flow
