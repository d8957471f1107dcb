// A .cfg file as a server might serve it.
#include <cstdlib>

#include "config/cfg_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook::config;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const CfgRead read = read_cfg("fuzz.cfg", bytes);
  if (read.findings.size() > kMaxCfgFindings + 1) std::abort();
  if (load_cfg("fuzz.cfg", bytes) && !read.accepted) std::abort();
  return 0;
}
