// Looking at sixteen octets at a time: the same as looking at each, in every position, and no octet beyond the text.
#include "scan.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/random.hpp"
#include "sip/params.hpp"

namespace offhook::sip {
namespace {

// In a buffer of its own size, so that the sanitizers see what is read behind it.
class Exact {
 public:
  explicit Exact(std::string_view text) : bytes_(new char[text.size()]), size_(text.size()) {
    std::copy(text.begin(), text.end(), bytes_.get());
  }
  [[nodiscard]] const char* begin() const { return bytes_.get(); }
  [[nodiscard]] const char* end() const { return begin() + size_; }
  [[nodiscard]] std::string_view text() const { return {begin(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

std::string random_text(Random& random, std::size_t size, std::string_view characters = {}) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i)
    out += characters.empty() ? static_cast<char>(random.next()) : characters[random.below(characters.size())];
  return out;
}

template <class Stop, class B>
void expect_same_as_single_steps(const Exact& exact) {
  for (const char* at = exact.begin(); at <= exact.end(); ++at) {
    const char* expected = at;
    while (expected != exact.end() && !Stop::is(*expected)) ++expected;
    EXPECT_EQ((find_stop<Stop, B>(exact.begin(), at, exact.end()) - at), expected - at);
    EXPECT_EQ((find_stop<Stop, B>(at, at, exact.end()) - at), expected - at);
  }
}

template <class B>
class Blocks : public testing::Test {};
#ifdef __SSE2__
using Kinds = testing::Types<PlainBlock, Sse2Block>;
#else
using Kinds = testing::Types<PlainBlock>;
#endif
TYPED_TEST_SUITE(Blocks, Kinds);

TYPED_TEST(Blocks, answerForEachOctet) {
  for (unsigned first = 0; first < 256; first += kBlock) {
    std::string text;
    for (unsigned i = 0; i < kBlock; ++i) text += static_cast<char>(first + i);
    const auto block = TypeParam::load(text.data());
    for (unsigned i = 0; i < kBlock; ++i) {
      const char c = text[i];
      EXPECT_EQ(block.equal(c).bits(), 1U << i);
      EXPECT_EQ(block.letters().bits() >> i & 1U, is_alpha(c) ? 1U : 0U);
      EXPECT_EQ(block.between(0, ' ').bits() >> i & 1U, first + i <= ' ' ? 1U : 0U);
      EXPECT_EQ(block.between('0', '9').bits() >> i & 1U, is_digit(c) ? 1U : 0U);
      EXPECT_EQ(block.between(0xf0, 0xff).bits() >> i & 1U, first + i >= 0xf0 ? 1U : 0U);
      EXPECT_EQ(NoUriChar::in(block) >> i & 1U, is_uri_char(c) ? 0U : 1U);
      EXPECT_EQ(NoHostChar::in(block) >> i & 1U, is_host_char(c) ? 0U : 1U);
      EXPECT_EQ(NoUriChar::is(c), !is_uri_char(c));
      EXPECT_EQ(NoHostChar::is(c), !is_host_char(c));
    }
  }
}

TYPED_TEST(Blocks, findWhatSingleStepsFind) {
  SeededRandom random(7);
  for (std::size_t size = 0; size < 70; ++size) {
    const Exact few(random_text(random, size, "aaaaaaaaaaaaaaaaaaaaaaaa;:"));
    expect_same_as_single_steps<AnyOf<';', ':'>, TypeParam>(few);
    const Exact any(random_text(random, size));
    expect_same_as_single_steps<AnyOf<'\r', '\n', '\0'>, TypeParam>(any);
    expect_same_as_single_steps<NoUriChar, TypeParam>(any);
    expect_same_as_single_steps<NoHostChar, TypeParam>(any);
  }
}

TYPED_TEST(Blocks, coverEachOctetOfAText) {
  SeededRandom random(8);
  for (std::size_t size = 1; size <= 64; ++size) {
    const Exact exact(random_text(random, size, "ab"));
    std::uint64_t marks = 0, expected = 0;
    for_each_block<TypeParam>(exact.begin(), size, [&marks](const TypeParam& block, unsigned shift) {
      marks |= std::uint64_t{block.equal('a').bits()} << shift;
    });
    for (std::size_t i = 0; i < size; ++i) expected |= std::uint64_t{exact.text()[i] == 'a'} << i;
    EXPECT_EQ(marks, expected);
  }
}

// Lists with marks and lists without: what Params::next says, which has no marks, is what every other way says.
TEST(ParamLists, readAlikeByMarksAndByOctets) {
  SeededRandom random(9);
  std::size_t good = 0;
  for (int round = 0; round < 20000; ++round) {
    const Exact exact(";a" + random_text(random, random.below(80), round % 2 == 0 ? "abcdef=;" : "aaaabbbb==;; \"\\"));
    const Params params(exact.text());
    ParamReader reader(params);
    std::string_view rest = exact.text();
    Param param;
    bool first_a = true;
    while (const auto expected = Params::next(rest)) {
      ASSERT_TRUE(reader.next(param)) << exact.text();
      EXPECT_EQ(param.name, expected->name) << exact.text();
      EXPECT_EQ(param.value, expected->value) << exact.text();
      if (first_a && iequals(expected->name, "a")) {
        first_a = false;
        EXPECT_TRUE(params.has("a"));
        const auto marked = ParamReader(params).params();
        EXPECT_EQ(params.find("A"), marked.find("A"));
        EXPECT_EQ(marked.has("a"), true);
        EXPECT_EQ(marked.has("absent"), false);
      }
    }
    EXPECT_FALSE(reader.next(param));
    EXPECT_EQ(reader.well_formed(), params.well_formed()) << exact.text();
    good += params.well_formed() ? 1 : 0;
  }
  EXPECT_GT(good, 1000);
}

TEST(Numbers, areTakenOffTheFront) {
  const auto take = [](std::string_view text) {
    const char* at = text.data();
    const auto number = take_number<std::uint16_t>(at, text.data() + text.size());
    return std::pair(number, at - text.data());
  };
  EXPECT_EQ(take("5060;x"), std::pair(std::optional<std::uint16_t>(5060), std::ptrdiff_t{4}));
  EXPECT_EQ(take("65535"), std::pair(std::optional<std::uint16_t>(65535), std::ptrdiff_t{5}));
  EXPECT_EQ(take("00000000000000000000000000080"), std::pair(std::optional<std::uint16_t>(80), std::ptrdiff_t{29}));
  EXPECT_EQ(take("65536"), std::pair(std::optional<std::uint16_t>(), std::ptrdiff_t{5}));
  EXPECT_EQ(take("99999999999999999999999999999"), std::pair(std::optional<std::uint16_t>(), std::ptrdiff_t{29}));
  EXPECT_EQ(take(""), std::pair(std::optional<std::uint16_t>(), std::ptrdiff_t{0}));
  EXPECT_EQ(take("x"), std::pair(std::optional<std::uint16_t>(), std::ptrdiff_t{0}));
}

// A list longer than what is marked at once, with faults anywhere: as by one parameter after the other.
TEST(Params, LongListsAreReadAsShortOnes) {
  SeededRandom random(11);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    bool sound = true;
    for (std::uint64_t n = random.below(14); n > 0; --n) {
      text += ';' + random.token(1 + random.below(20));
      if (random.below(3) != 0) text += '=' + random.token(1 + random.below(random.below(8) == 0 ? 80 : 12));
      if (random.below(60) == 0) text += random.below(2) == 0 ? " " : "=\"a;b\"";
      if (random.below(80) == 0) {
        text += ";;";
        sound = false;
      }
    }
    const Exact exact(text);
    const Params params(exact.text());
    if (!sound) {
      EXPECT_FALSE(params.well_formed()) << text;
    }
    std::string_view rest = params.text();
    ParamReader reader(params);
    Param param;
    while (reader.next(param)) {
      const auto other = Params::next(rest);
      ASSERT_TRUE(other) << text;
      EXPECT_EQ(param.name, other->name) << text;
      EXPECT_EQ(param.value, other->value) << text;
    }
    EXPECT_FALSE(Params::next(rest)) << text;
    EXPECT_EQ(reader.well_formed(), params.well_formed()) << text;
  }
}

}  // namespace
}  // namespace offhook::sip
