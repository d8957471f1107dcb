// Where the project lies, for tests that read its files. It is compiled into one small object and not into each test,
// so that the compiler's cache serves the tests of every clone, whatever its folder.
#pragma once
#include <filesystem>

namespace offhook {

// The folder of the project's CMakeLists.txt, absolute, as it was when the build was configured. Any thread.
std::filesystem::path source_folder();

}  // namespace offhook
