// The list of features, and the order in which rooms decide about a new call.
#include "features/features.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "source_folder.hpp"

namespace offhook::phone {
namespace {

TEST(Features, EveryRoomStandsInTheListOnceAndNothingElseDoes) {
  std::vector<std::string> rooms, listed;
  for (const auto& entry : std::filesystem::directory_iterator(source_folder() / "src/phone/features"))
    if (entry.is_directory() && entry.path().filename() != "test") rooms.push_back(entry.path().filename());
  for (const auto& feature : features()) listed.emplace_back(feature.name);
  EXPECT_THAT(listed, testing::UnorderedElementsAreArray(rooms));
}

class Decide : public ::testing::Test {
 protected:
  Decide() {
    port.transport = &transport;
    port.transactions = &transactions;
    port.timers = &timers;
    port.random = &random;
    port.lookups = &lookups;
    line.user = "1002";
  }
  std::string verdict(const IncomingFacts& facts) {
    const Desk desk({0, 1}, port, {IpAddress::loopback(), 5062}, out, ports, {});
    const auto decided = decide_incoming(facts, desk, line);
    if (!decided) return "ring";
    if (const auto* refuse = std::get_if<Refuse>(&*decided)) return std::to_string(refuse->status);
    return "to " + std::get<Forward>(*decided).target;
  }
  SeededRandom random{1};
  transport::Locator locator;
  ua::Lookups lookups{random, locator};
  transport::Layer transport{random};
  transaction::Layer transactions{transport, random};
  TimerWheel timers;
  ua::Port port;
  Outbox out;
  RtpPorts ports;
  Line line;
};

TEST_F(Decide, WithoutForwardsDndStandsBeforeBusy) {
  EXPECT_EQ(verdict({"1001", false, false}), "ring");
  EXPECT_EQ(verdict({"1001", true, false}), "486");
  EXPECT_EQ(verdict({"1001", false, true}), "480");
  EXPECT_EQ(verdict({"1001", true, true}), "480");
}

TEST_F(Decide, BusyForwardTakesBusyAndDisturbedCalls) {
  line.forward.busy = {true, "1003", "", ""};
  EXPECT_EQ(verdict({"1001", false, false}), "ring");
  EXPECT_EQ(verdict({"1001", true, false}), "to 1003");
  EXPECT_EQ(verdict({"1001", false, true}), "to 1003");
}

TEST_F(Decide, ForwardAlwaysTakesEveryCall) {
  line.forward.always = {true, "1004", "", ""};
  line.forward.busy = {true, "1003", "", ""};
  for (const bool busy : {false, true})
    for (const bool disturbed : {false, true}) EXPECT_EQ(verdict({"1001", busy, disturbed}), "to 1004");
}

TEST_F(Decide, NoAnswerForwardDecidesNothingAtTheStart) {
  line.forward.no_answer = {true, "1003", "", ""};
  EXPECT_EQ(verdict({"1001", false, false}), "ring");
  EXPECT_EQ(verdict({"1001", false, true}), "480");
}

}  // namespace
}  // namespace offhook::phone
