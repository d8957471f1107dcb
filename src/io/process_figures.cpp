#include "process_figures.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/ascii.hpp"
#include "io/files.hpp"

namespace offhook::io {
namespace {

Duration duration_of(const timeval& time) { return seconds(time.tv_sec) + microseconds(time.tv_usec); }

// proc(5): total and resident pages.
std::uint64_t resident_bytes() {
  const auto text = read_file("/proc/self/statm");
  if (!text) return 0;
  std::string_view rest = *text;
  rest.remove_prefix(std::min(rest.find(' ') + 1, rest.size()));
  const auto pages = parse_number<std::uint64_t>(rest.substr(0, rest.find(' ')));
  return pages.value_or(0) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t open_files() {
  DIR* const folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  std::uint64_t count = 0;
  while (const dirent* entry = ::readdir(folder))
    if (entry->d_name[0] != '.') ++count;
  ::closedir(folder);
  return count - 1;  // but for the one that looks
}

}  // namespace

void read_process(api::WorldFigures& out) {
  out.resident_bytes = resident_bytes();
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    out.cpu_user = duration_of(usage.ru_utime);
    out.cpu_system = duration_of(usage.ru_stime);
  }
  out.open_files = open_files();
}

}  // namespace offhook::io
