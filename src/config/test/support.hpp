// Shared by the tests of config: files from text, findings as lines.
#pragma once
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "config/cfg_file.hpp"
#include "config/check.hpp"
#include "config/settings.hpp"
#include "source_folder.hpp"

namespace offhook::config {

inline std::string with_header(const std::string& body) { return std::string(kCfgHeader) + "\n" + body; }

inline std::vector<std::string> lines_of(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const Finding& finding : findings) out.push_back(format(finding));
  return out;
}

// A layer whose first setting stands in line 2.
inline std::shared_ptr<const Layer> layer(LayerKind kind, const std::string& name, const std::string& body) {
  std::vector<Finding> findings;
  return Layer::make(kind, read_cfg(name, with_header(body)).file, findings);
}

inline Settings settings_of(const std::string& body, ModelId id = ModelId::T46G) {
  Settings out(model(id));
  out.add(layer(LayerKind::Mac, "mac.cfg", body));
  return out;
}

inline std::string project_file(const std::string& path) {
  std::ifstream in(source_folder() / path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace offhook::config
