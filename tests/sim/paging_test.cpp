// Multicast paging between phones: who hears whom, by rank, in calls and without. The flow's words, in virtual time.
#include <gtest/gtest.h>

#include "expect_flow.hpp"

namespace offhook::test {
namespace {

std::string head(const std::string& settings_of_b) {
  const std::string send =
      R"("multicast.paging_address.1.ip_address = 224.1.1.1:5001", "multicast.paging_address.2.ip_address = 224.1.1.2:5002")";
  const std::string listen =
      R"("multicast.listen_address.1.ip_address = 224.1.1.1:5001", "multicast.listen_address.2.ip_address = 224.1.1.2:5002")";
  return "flow: paging\ntitle: Paging\nguide: Multicast Paging\nabout: A and D page, B and C listen.\nparties:\n"
         "  A: {number: 1001, settings: [" +
         send +
         "]}\n"
         "  B: {number: 1002, settings: [" +
         listen + (settings_of_b.empty() ? "" : ", " + settings_of_b) +
         "]}\n"
         "  C: {number: 1003, settings: [" +
         listen +
         R"(, "multicast.receive_priority.enable = 0"]})"
         "\n"
         "  D: {number: 1004, settings: [" +
         send +
         R"(, "multicast.codec = PCMU"]})"
         "\nsteps:\n";
}

sim::FlowRun run(const std::string& steps, const std::string& settings_of_b = {}, bool rough = false) {
  sim::WorldOptions options;
  if (rough) options.network = sim::NetworkOptions::rough();
  return sim::run_flow(flow_of("paging", head(settings_of_b) + steps), options);
}

TEST(PagingWorld, AHigherPageTakesOverWhereRanksCount) {
  const auto result = run(R"(
  - do: "A: page 2"
  - hear: B hears A
  - hear: C hears A
  - do: "D: page 1"
  - hear: B hears D
  - hear: C hears A
  - do: "D: endpage"
  - hear: B hears A
  - hear: C hears A
  - do: "A: endpage"
  - hear: B hears nobody
  - hear: C hears nobody
)");
  EXPECT_TRUE(result.passed()) << result.text();
}

TEST(PagingWorld, ACallWaitsForThePage) {
  const auto result = run(R"(
  - do: "D: call B"
  - calls: "B: ringing"
  - do: "B: answer"
  - hear: B hears D
  - do: "A: page 1"
  - hear: B hears A
  - hear: D hears nobody
  - calls: "B: held"
  - calls: "D: held-by-remote"
  - do: "A: endpage"
  - calls: "B: talking"
  - calls: "D: talking"
  - hear: B hears D
  - hear: D hears B
  - do: "D: hangup"
  - calls: "B: none"
)");
  EXPECT_TRUE(result.passed()) << result.text();
}

TEST(PagingWorld, ACallIsLeftAloneByLowerPages) {
  const auto result = run(R"(
  - do: "D: call B"
  - calls: "B: ringing"
  - do: "B: answer"
  - hear: B hears D
  - do: "A: page 2"
  - hear: C hears A
  - hear: B hears D
  - calls: "B: talking"
  - do: "D: hangup"
  - hear: B hears A
  - do: "A: endpage"
  - hear: B hears nobody
)",
                          "\"multicast.receive_priority.priority = 1\"");
  EXPECT_TRUE(result.passed()) << result.text();
}

TEST(PagingWorld, DoNotDisturb) {
  const auto result = run(R"(
  - do: "B: dnd on"
  - do: "A: page 2"
  - hear: C hears A
  - hear: B hears nobody
  - do: "D: page 1"
  - hear: B hears D
  - do: "A: endpage"
  - do: "D: endpage"
  - hear: B hears nobody
)",
                          "\"multicast.receive.ignore_dnd.priority = 1\"");
  EXPECT_TRUE(result.passed()) << result.text();
}

TEST(PagingWorld, OnARoughNetwork) {
  const auto result = run(R"(
  - do: "A: page 2"
  - hear: B hears A
  - hear: C hears A
  - do: "A: endpage"
  - hear: B hears nobody
)",
                          {}, true);
  EXPECT_TRUE(result.passed()) << result.text();
}

}  // namespace
}  // namespace offhook::test
