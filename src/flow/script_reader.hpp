// Reading a flow file, inside this module. A YAML exception never leaves it: every fault becomes a Complaint with
// file:line, the first one wins.
#pragma once
#include <yaml-cpp/yaml.h>

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "flow/script.hpp"

namespace offhook::flow {

class ScriptReader {
 public:
  ScriptReader(std::string_view file) { script_.file = file; }
  [[nodiscard]] Checked<Script> read(std::string_view yaml);

 private:
  // Each reads one part into script_ or *out*; false after complain().
  bool read_root(const YAML::Node& root);
  bool read_parties(const YAML::Node& node);
  bool read_party(const std::string& name, const YAML::Node& node);
  bool check_marks();
  bool read_steps(const YAML::Node& node, std::string_view what, std::vector<Step>& out);
  std::optional<Step> read_step(const YAML::Node& node);
  std::optional<Milestone> read_milestone(const YAML::Node& node, bool in_group);
  bool read_heading(const YAML::Node& node, Milestone& out);
  bool read_message(const YAML::Node& node, std::string_view text, Milestone& out);
  bool read_source(const YAML::Node& node, bool in_group, Milestone& out);
  bool read_carries(const YAML::Node& node, Milestone& out);
  bool read_headers(const YAML::Node& node, Milestone& out);
  std::optional<std::string> carry_value(Field field, const YAML::Node& node);
  std::optional<AnyOrder> read_group(const YAML::Node& node);
  std::optional<Act> read_act(const YAML::Node& node);
  std::optional<Hear> read_hear(const YAML::Node& node);
  std::optional<Quiet> read_quiet(const YAML::Node& node);
  std::optional<Calls> read_calls(const YAML::Node& node);
  std::optional<DigitsHeard> read_digits(const YAML::Node& node);

  std::optional<std::string> text(const YAML::Node& node, std::string_view what);
  std::optional<std::string> text_of(const YAML::Node& map, const char* key, bool required);
  std::optional<Duration> duration(const YAML::Node& node, std::string_view what);
  std::optional<bool> flag_of(const YAML::Node& map, const char* key);
  bool known_keys(const YAML::Node& map, std::initializer_list<std::string_view> keys);
  bool is_party(std::string_view name, bool with_proxy) const;
  bool complain(const YAML::Node& node, std::string what);
  [[nodiscard]] static int line_of(const YAML::Node& node) { return node.Mark().line + 1; }

  Script script_;
  std::optional<Complaint> complaint_;
};

}  // namespace offhook::flow
