// The flow files of the repository, for tests.
#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "flow/script.hpp"
#include "source_folder.hpp"

namespace offhook::test {

// Those that run; order as in the guide.
inline const std::vector<std::string> kFlows{"setup-and-disconnect", "busy",           "no-answer",      "hold",
                                             "call-waiting",         "blind-transfer", "forward-always", "forward-busy",
                                             "forward-no-answer",    "conference"};
inline const std::vector<std::string> kPlannedFlows{"attended-transfer"};

inline flow::Script load_flow(const std::string& name) {
  std::ifstream in(source_folder() / "flows" / (name + ".yaml"));
  std::stringstream text;
  text << in.rdbuf();
  auto script = flow::load_script("flows/" + name + ".yaml", text.str());
  if (!script) {
    ADD_FAILURE() << script.error().text();
    return {};
  }
  return std::move(*script);
}

}  // namespace offhook::test
