#include "io/files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace offhook::io {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::string why() { return std::strerror(errno); }

}  // namespace

Checked<std::string> read_file(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return complain("cannot read the file: " + why(), path);
  if (S_ISDIR(info.st_mode)) return complain("cannot read the file: it is a directory", path);
  const File file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) return complain("cannot read the file: " + why(), path);
  std::string out;
  char block[65536];
  while (const auto got = std::fread(block, 1, sizeof block, file.get())) out.append(block, got);
  if (std::ferror(file.get()) != 0) return complain("cannot read the file: " + why(), path);
  return out;
}

Checked<void> write_file(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".part" + std::to_string(::getpid());
  File file(std::fopen(temporary.c_str(), "wb"), &std::fclose);
  if (!file) return complain("cannot write the file: " + why(), path);
  const bool written =
      std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size() && std::fflush(file.get()) == 0;
  const std::string reason = written ? "" : why();
  file.reset();
  if (written && std::rename(temporary.c_str(), path.c_str()) == 0) return {};
  const std::string text = written ? why() : reason;
  std::remove(temporary.c_str());
  return complain("cannot write the file: " + text, path);
}

}  // namespace offhook::io
