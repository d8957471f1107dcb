// Files that are written while somebody talks: right at any moment, right when they close.
#include "io/wav_writer.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "media/wav.hpp"

namespace offhook::io {
namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("offhook-wav-" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directory(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

std::vector<std::uint8_t> bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::uint32_t number_at(const std::vector<std::uint8_t>& bytes, std::size_t at, std::size_t size) {
  std::uint32_t out = 0;
  for (std::size_t i = size; i-- > 0;) out = out << 8 | bytes[at + i];
  return out;
}

TEST(ConversationWriter, KeepsTheSidesApartAtItsRate) {
  const Folder folder;
  const auto path = folder.path / "both.wav";
  for (const std::uint32_t rate : {8'000U, 16'000U, 48'000U}) {
    const std::size_t size = media::frame_size(rate);
    {
      auto writer = ConversationWriter::open(path.string(), rate);
      ASSERT_TRUE(writer);
      EXPECT_EQ((*writer)->rate(), rate);
      for (int i = 0; i < 75; ++i)
        (*writer)->write(std::vector<std::int16_t>(size, 1000), std::vector<std::int16_t>(size, -500));
      // Nobody has closed it: the last whole second is there.
      const auto open = bytes_of(path);
      EXPECT_EQ(number_at(open, 40, 4), rate * 4);
      EXPECT_EQ(number_at(open, 4, 4), rate * 4 + 36);
    }
    const auto closed = bytes_of(path);
    EXPECT_EQ(number_at(closed, 22, 2), 2U);
    EXPECT_EQ(number_at(closed, 24, 4), rate);
    EXPECT_EQ(number_at(closed, 40, 4), rate * 6);
    ASSERT_EQ(closed.size(), 44 + rate * 6);
    EXPECT_EQ(static_cast<std::int16_t>(number_at(closed, 44, 2)), 1000);
    EXPECT_EQ(static_cast<std::int16_t>(number_at(closed, 46, 2)), -500);
    // Any player takes it: both channels come out as their mean.
    const auto samples = media::decode_wav(closed, rate);
    ASSERT_TRUE(samples);
    EXPECT_EQ(samples->size(), std::size_t{rate} * 3 / 2);
    EXPECT_NEAR((*samples)[100], 250, 1);
  }
}

// As on a disk that is full: the kernel takes no more than so many octets.
class NoMoreThan {
 public:
  explicit NoMoreThan(rlim_t octets) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{octets, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~NoMoreThan() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }
  NoMoreThan(const NoMoreThan&) = delete;
  NoMoreThan& operator=(const NoMoreThan&) = delete;

 private:
  rlimit before_{};
  void (*signal_)(int);
};

TEST(ConversationWriter, OnAFullDiskWhatIsThereStaysRight) {
  const Folder folder;
  const auto path = folder.path / "full.wav";
  constexpr std::size_t kFits = 100'001;  // in the middle of a sample
  const std::vector<std::int16_t> said(160, 1000), heard(160, -500);
  {
    auto writer = ConversationWriter::open(path.string(), 8000);
    ASSERT_TRUE(writer);
    {
      const NoMoreThan limit(kFits);
      for (int i = 0; i < 400; ++i) (*writer)->write(said, heard);
    }
    // Somebody has made room: a recording with a hole would be out of step.
    for (int i = 0; i < 400; ++i) (*writer)->write(said, heard);
  }
  const auto bytes = bytes_of(path);
  EXPECT_LE(bytes.size(), kFits);
  EXPECT_GE(bytes.size(), kFits - 8192);
  ASSERT_EQ((bytes.size() - 44) % 4, 0U);
  EXPECT_EQ(number_at(bytes, 40, 4), bytes.size() - 44);
  EXPECT_EQ(number_at(bytes, 4, 4), bytes.size() - 8);
  for (std::size_t at = 44; at < bytes.size(); at += 4) {
    ASSERT_EQ(static_cast<std::int16_t>(number_at(bytes, at, 2)), 1000) << at;
    ASSERT_EQ(static_cast<std::int16_t>(number_at(bytes, at + 2, 2)), -500) << at;
  }
}

TEST(WavFile, IsNoLongerThanItsHeadCanSay) {
  const Folder folder;
  const auto path = folder.path / "long.wav";
  {
    auto file = WavFile::open(path.string(), 8000, 2, 2000);
    ASSERT_TRUE(file);
    for (int i = 0; i < 100; ++i) (*file)->write(std::vector<std::int16_t>(320, 7));
  }
  const auto bytes = bytes_of(path);
  EXPECT_EQ(bytes.size(), 44U + 3 * 640);
  EXPECT_EQ(number_at(bytes, 40, 4), 3U * 640);
  // The longest that there is: nothing in its head has gone round.
  const auto head = media::wav_header(static_cast<std::uint32_t>(WavFile::kMost / 4), 48'000, 2);
  const std::vector<std::uint8_t> longest(head.begin(), head.end());
  EXPECT_GT(number_at(longest, 4, 4), WavFile::kMost);
  EXPECT_GT(number_at(longest, 40, 4), WavFile::kMost - 4);
}

TEST(WavWriter, SaysWhyAFileCannotBeWritten) {
  const auto writer = WavWriter::open("/nowhere/at/all.wav");
  ASSERT_FALSE(writer);
  EXPECT_NE(writer.error().text().find("/nowhere/at/all.wav"), std::string::npos);
}

}  // namespace
}  // namespace offhook::io
