#include "route.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace offhook::api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

TEST(Route, FixedPathFitsItselfOnly) {
  EXPECT_THAT(match_path("/api/phones", "/api/phones"), Optional(IsEmpty()));
  for (const char* path :
       {"", "/", "/api", "/api/phones/", "/api/phones/A", "/api/phone", "/API/phones", "api/phones", "//api/phones"})
    EXPECT_EQ(match_path("/api/phones", path), std::nullopt) << path;
}

TEST(Route, BracesTakeASegment) {
  EXPECT_THAT(match_path("/api/phones/{phone}", "/api/phones/A"), Optional(ElementsAre("A")));
  EXPECT_THAT(match_path("/api/phones/{phone}", "/api/phones/Reception 1"), Optional(ElementsAre("Reception 1")));
  EXPECT_EQ(match_path("/api/phones/{phone}", "/api/phones/"), std::nullopt);
  EXPECT_EQ(match_path("/api/phones/{phone}", "/api/phones/A/B"), std::nullopt);
}

TEST(Route, ActionAndNumberTakeOnlyTheirOwn) {
  EXPECT_THAT(match_path("/api/phones/{phone}/{action}", "/api/phones/A/dial"), Optional(ElementsAre("A", "dial")));
  EXPECT_EQ(match_path("/api/phones/{phone}/{action}", "/api/phones/A/explode"), std::nullopt);
  EXPECT_THAT(match_path("/api/messages/{number}", "/api/messages/17"), Optional(ElementsAre("17")));
  for (const char* path :
       {"/api/messages/", "/api/messages/x", "/api/messages/-1", "/api/messages/99999999999999999999"})
    EXPECT_EQ(match_path("/api/messages/{number}", path), std::nullopt) << path;
}

}  // namespace
}  // namespace offhook::api
