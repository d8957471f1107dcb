// Properties over generated values, the same values in every run; and the examples of the RFCs, which are fuzz seeds
// too.
#pragma once
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "base/ascii.hpp"
#include "base/result.hpp"
#include "source_folder.hpp"

namespace offhook::body {

template <class T>
void expect_for_all(const T& property) {
  rc::detail::TestParams params;
  params.seed = 4235;
  params.maxSuccess = 300;
  params.maxSize = 40;
  std::ostringstream text;
  const auto result = rc::detail::checkTestable(property, rc::detail::TestMetadata{}, params);
  rc::detail::printResultMessage(result, text);
  EXPECT_TRUE(result.template is<rc::detail::SuccessResult>()) << text.str();
}

// Text with what XML escapes, white space inside and characters of every length in UTF-8; not with white space at the
// ends, which reading takes away.
inline rc::Gen<std::string> any_text() {
  using Pieces = std::vector<std::string>;
  const auto piece = rc::gen::elementOf(
      Pieces{"a", "Z", "7", "<", ">", "&", "\"", "'", " ", "\t", "\n", "\r", "]]>", "&amp;", "é", "€", "😀", ":", "="});
  return rc::gen::map(rc::gen::container<Pieces>(piece), [](const Pieces& pieces) {
    std::string text;
    for (const auto& one : pieces) text += one;
    return std::string(trim(text));
  });
}

// The same, and something in it.
inline rc::Gen<std::string> some_text() {
  return rc::gen::map(any_text(), [](const std::string& text) { return 'x' + text + 'y'; });
}

template <class T>
rc::Gen<std::optional<T>> maybe(rc::Gen<T> value) {
  return rc::gen::oneOf(rc::gen::just(std::optional<T>()),
                        rc::gen::map(std::move(value), [](T v) { return std::optional<T>(std::move(v)); }));
}

// A few of them: documents stay below the limits.
template <class T>
rc::Gen<std::vector<T>> few(rc::Gen<T> value) {
  return rc::gen::resize(4, rc::gen::container<std::vector<T>>(std::move(value)));
}

inline std::string seed(const std::string& path) {
  std::ifstream in(source_folder() / "fuzz/seeds" / path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

// parse(seed) whose error, if any, is the test's.
template <class T>
T parsed(const std::string& text) {
  auto result = T::parse(text);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().text) << " at "
                                  << (result ? 0 : result.error().offset) << " of\n"
                                  << text;
  return result ? std::move(*result) : T{};
}

// The word of `text` at which parse() gave up.
template <class T>
std::string refused_at(const std::string& text) {
  const auto result = T::parse(text);
  EXPECT_FALSE(result.has_value()) << text;
  if (result) return "accepted";
  EXPECT_EQ(result.error().module, Module::Body);
  EXPECT_LE(result.error().offset, text.size());
  const auto rest = std::string_view(text).substr(result.error().offset);
  return std::string(rest.substr(0, rest.find_first_of(" />\n")));
}

}  // namespace offhook::body
