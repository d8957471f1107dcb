// Files that are written while somebody talks: right at any moment, right when they close.
#include "io/wav_writer.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

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

TEST(WavWriter, SaysWhyAFileCannotBeWritten) {
  const auto writer = WavWriter::open("/nowhere/at/all.wav");
  ASSERT_FALSE(writer);
  EXPECT_NE(writer.error().text().find("/nowhere/at/all.wav"), std::string::npos);
}

}  // namespace
}  // namespace offhook::io
