// Reader of .cfg files (guide, configuration file syntax). Pure: takes any bytes, never fails hard.
//
//   #!version:1.0.0.1          must be the first line, exactly; else the phone refuses the whole file
//   # comment
//   account.1.label = Alice    spaces round "=" are optional, the value is trimmed
//   account.1.auth_name =      blank: no change
//   account.1.password = %NULL%   cleared
//   static.network.port.http = 80 the same setting as network.port.http
//
// The reader knows the grammar only; names and values are judged by check.hpp, layers are made by settings.hpp.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/finding.hpp"

namespace offhook::config {

inline constexpr std::string_view kCfgHeader = "#!version:1.0.0.1";
inline constexpr std::string_view kCfgNull = "%NULL%";
inline constexpr std::size_t kMaxCfgBytes = 1u << 20;
inline constexpr std::size_t kMaxCfgLine = 4096;     // bytes of one line
inline constexpr std::size_t kMaxCfgFindings = 200;  // of one file; a file of garbage needs no more

enum class CfgValue : std::uint8_t { Given, Blank, Null };

struct CfgEntry {
  std::string name;   // without "static."
  std::string value;  // empty unless Given
  std::uint32_t line = 0;
  CfgValue kind = CfgValue::Given;
  bool is_static = false;  // written with "static.": never saved to the MAC-local file
};

struct CfgFile {
  std::string name;               // as the person named it
  std::vector<CfgEntry> entries;  // in file order, duplicates included
};

// A file as it is handed in: whoever calls has read the bytes.
struct CfgSource {
  std::string name;  // as findings shall name it
  std::string_view bytes;
};

// All that could be read, and all that is wrong with it. The lint reads on behind an error to collect the rest.
struct CfgRead {
  CfgFile file;
  std::vector<Finding> findings;

  // False: the phone refuses the file as a whole (first line, size).
  bool accepted = false;
};
[[nodiscard]] CfgRead read_cfg(std::string_view file_name, std::string_view bytes);

// For those who want the file or nothing: the first error as a complaint, "what (file:line)".
[[nodiscard]] Checked<CfgFile> load_cfg(std::string_view file_name, std::string_view bytes);

}  // namespace offhook::config
