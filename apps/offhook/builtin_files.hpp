// The files of examples/ and flows/, built into the binary so that demo and flows run anywhere.
#pragma once
#include <span>
#include <string_view>

namespace offhook {

struct BuiltinFile {
  std::string_view name;  // "examples/a.cfg", "flows/busy.yaml"
  std::string_view text;
};
// Sorted by name.
[[nodiscard]] std::span<const BuiltinFile> builtin_files();
// "" for an unknown name.
[[nodiscard]] std::string_view builtin_file(std::string_view name);

}  // namespace offhook
