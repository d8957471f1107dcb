#include "source_folder.hpp"

namespace offhook {

std::filesystem::path source_folder() { return OFFHOOK_SOURCE_DIR; }

}  // namespace offhook
