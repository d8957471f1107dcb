#include "arguments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::api {
namespace {

using testing::HasSubstr;

Request post(std::string body, std::string content_type = "application/json", std::string query = {}) {
  return {"POST", "/x", std::move(query), std::move(content_type), std::move(body)};
}
std::string text_of(const Request& request, std::string_view name) {
  const auto arguments = Arguments::read(request);
  return arguments ? arguments->text(name).value_or("-") : arguments.error().text();
}
std::string trouble(const Request& request) {
  const auto arguments = Arguments::read(request);
  return arguments ? "" : arguments.error().text();
}

TEST(Arguments, ComeFromJsonFormOrQueryAlike) {
  EXPECT_EQ(text_of(post(R"({"number":"1002"})"), "number"), "1002");
  EXPECT_EQ(text_of(post(R"({"number":1002})"), "number"), "1002");
  EXPECT_EQ(text_of(post("number=1002", "application/x-www-form-urlencoded"), "number"), "1002");
  EXPECT_EQ(text_of(post("", "", "number=1002"), "number"), "1002");
}

TEST(Arguments, JsonUnderCurlsFormTypeIsStillJson) {
  EXPECT_EQ(text_of(post(R"( {"number":"1002"})", "application/x-www-form-urlencoded"), "number"), "1002");
}

TEST(Arguments, OfTheBodyCountBeforeThoseOfTheQuery) {
  EXPECT_EQ(text_of(post(R"({"number":"1002"})", "application/json", "number=1003&call=2"), "number"), "1002");
  EXPECT_EQ(text_of(post(R"({"number":"1002"})", "application/json", "number=1003&call=2"), "call"), "2");
}

TEST(Arguments, OfAFormAreDecoded) {
  EXPECT_EQ(text_of(post("", "", "to=sip%3abob%40b.test"), "to"), "sip:bob@b.test");
  EXPECT_EQ(text_of(post("", "", "to=a+b"), "to"), "a b");
  EXPECT_EQ(text_of(post("", "", "to=100%"), "to"), "100%");
  EXPECT_EQ(text_of(post("", "", "to=%zz%4"), "to"), "%zz%4");
  EXPECT_EQ(text_of(post("", "", "&&=&to=1&on"), "to"), "1");
  EXPECT_EQ(text_of(post("", "", "to=1&on"), "on"), "-");
}

TEST(Arguments, EmptyNullAndAbsentAreTheSame) {
  EXPECT_EQ(text_of(post(R"({"to":null})"), "to"), "-");
  EXPECT_EQ(text_of(post(R"({"to":"  "})"), "to"), "-");
  EXPECT_EQ(text_of(post("{}"), "to"), "-");
}

TEST(Arguments, OfABrokenBodyAreAComplaint) {
  EXPECT_EQ(trouble(post("{\"number\":")), "the body is not JSON");
  EXPECT_EQ(trouble(post("hello", "text/plain")), "the body is not JSON");
  EXPECT_EQ(trouble(post("[1]")), "the body is not a JSON object");
  EXPECT_THAT(trouble(post(R"({"number":["1002"]})")), HasSubstr("\"number\" is neither text"));
  EXPECT_THAT(trouble(post(R"({"number":1.5})")), HasSubstr("\"number\" is neither text"));
  EXPECT_EQ(trouble(post(std::string(200000, '['))), "the body is not JSON");
}

TEST(Arguments, ThatNobodyKnowsAreNamed) {
  const auto arguments = Arguments::read(post(R"({"nummer":"1002"})"));
  const auto checked = arguments->only({"number", "account"});
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().text(), "there is no field \"nummer\" here; known: number, account");
}

TEST(Arguments, NumbersCountFromOne) {
  const auto number = [](const char* query) { return Arguments::read(post("", "", query))->number("call"); };
  EXPECT_EQ(*number("call=2"), 2);
  EXPECT_EQ(*number(""), 0);
  for (const char* bad : {"call=0", "call=-1", "call=two", "call=2x", "call=99999999999"})
    EXPECT_FALSE(number(bad)) << bad;
}

TEST(Arguments, FlagsHaveSeveralWords) {
  const auto flag = [](const std::string& word) { return Arguments::read(post("", "", "on=" + word))->flag("on"); };
  for (const char* word : {"true", "on", "YES", "1"}) EXPECT_EQ(**flag(word), true) << word;
  for (const char* word : {"false", "Off", "no", "0"}) EXPECT_EQ(**flag(word), false) << word;
  EXPECT_FALSE(flag("")->has_value());
  EXPECT_FALSE(flag("perhaps"));
  EXPECT_EQ(**Arguments::read(post(R"({"on":false})"))->flag("on"), false);
}

}  // namespace
}  // namespace offhook::api
