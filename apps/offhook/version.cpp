// offhook version
#include <cstdio>

#include "command.hpp"

namespace offhook {

Run add_version(CLI::App& app, Common&) {
  app.add_subcommand("version", "Print the version");
  return [] {
    std::printf("offhook %s\n", OFFHOOK_VERSION);
    return kOk;
  };
}

}  // namespace offhook
