// Every flow of the guide in the simulated world: on a perfect network step by step, on a rough one with many seeds,
// and the same seed twice.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "flow/ladder.hpp"
#include "flow_files.hpp"
#include "sim/run_flows.hpp"

namespace offhook::test {
namespace {

constexpr std::uint64_t kSeeds = 200;
constexpr std::uint64_t kReplayed = 10;

std::string ladder(const sim::FlowRun& run) {
  return flow::to_text(flow::make_ladder(run.record.sip(), flow::ladder_options(run.report)));
}

class Flow : public testing::TestWithParam<std::string> {
 protected:
  flow::Script script = load_flow(GetParam());
};

TEST_P(Flow, GoesStepByStepOnAPerfectNetwork) {
  const sim::FlowRun run = sim::run_flow(script);
  EXPECT_TRUE(run.passed()) << run.text() << ladder(run);
  EXPECT_EQ(run.report.milestones_seen(), script.milestone_count()) << run.text() << ladder(run);
}

TEST_P(Flow, GoesWithDigestAuthentication) {
  sim::WorldOptions options;
  options.authenticate = true;
  const sim::FlowRun run = sim::run_flow(script, options);
  EXPECT_TRUE(run.passed()) << run.text() << ladder(run);
}

TEST_P(Flow, EndsAsItShouldOnARoughNetworkWithEverySeed) {
  sim::Batch batch;
  batch.seeds = kSeeds;
  batch.world.network = sim::NetworkOptions::rough();
  int shown = 0;
  double sent = 0, lost = 0, repeated = 0, twice = 0;
  const auto tally = sim::run_flows({script}, batch, [&](const flow::Script&, const sim::FlowRun& run) {
    for (const flow::Record& record : run.record.sip()) {
      ++sent;
      lost += record.delivered ? 0 : 1;
      repeated += record.retransmission ? 1 : 0;
      twice += record.deliveries > 1 ? 1 : 0;
    }
    if (!run.passed()) ADD_FAILURE() << run.text() << (shown++ == 0 ? ladder(run) : std::string{});
    return shown < 5;
  });
  EXPECT_TRUE(tally.ok());
  EXPECT_EQ(tally.passed, kSeeds);
  // The network was as rough as it should be: 5 % lost, 2 % twice.
  EXPECT_NEAR(lost / sent, 0.05, 0.015) << lost << " of " << sent;
  EXPECT_NEAR(twice / sent, 0.02, 0.01) << twice << " of " << sent;
  EXPECT_GT(repeated, lost / 4);
}

TEST_P(Flow, ReplaysByteForByte) {
  for (std::uint64_t seed = 1; seed <= kReplayed; ++seed) {
    sim::WorldOptions options;
    options.seed = seed;
    options.network = sim::NetworkOptions::rough();
    options.record_packets = seed == 1;  // audio byte for byte, too
    const sim::FlowRun first = sim::run_flow(script, options), second = sim::run_flow(script, options);
    ASSERT_EQ(first.record.sip().size(), second.record.sip().size()) << "seed " << seed;
    for (std::size_t i = 0; i < first.record.sip().size(); ++i) {
      const flow::Record &a = first.record.sip()[i], &b = second.record.sip()[i];
      ASSERT_EQ(a.bytes, b.bytes) << "seed " << seed << ", message " << i;
      ASSERT_EQ(a.sent.mono, b.sent.mono) << "seed " << seed << ", message " << i;
      ASSERT_EQ(a.delivered, b.delivered) << "seed " << seed << ", message " << i;
      ASSERT_EQ(a.from, b.from) << "seed " << seed << ", message " << i;
      ASSERT_EQ(a.to, b.to) << "seed " << seed << ", message " << i;
    }
    EXPECT_TRUE(std::equal(first.record.rtp().begin(), first.record.rtp().end(), second.record.rtp().begin(),
                           second.record.rtp().end(),
                           [](const flow::Record& a, const flow::Record& b) {
                             return a.bytes == b.bytes && a.sent.mono == b.sent.mono && a.delivered == b.delivered;
                           }))
        << "seed " << seed;
    for (const flow::PartyPlan& plan : script.parties)
      EXPECT_EQ(first.record.rtp_sent(plan.name), second.record.rtp_sent(plan.name)) << "seed " << seed;
  }
}

TEST_P(Flow, AnotherSeedIsAnotherRun) {
  sim::WorldOptions one, two;
  two.seed = 2;
  const sim::FlowRun first = sim::run_flow(script, one), second = sim::run_flow(script, two);
  ASSERT_FALSE(first.record.sip().empty() || second.record.sip().empty());
  EXPECT_NE(first.record.sip().front().bytes, second.record.sip().front().bytes);
}

INSTANTIATE_TEST_SUITE_P(Guide, Flow, testing::ValuesIn(kFlows), [](const auto& flow_name) {
  std::string name = flow_name.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(FlowFiles, AreAllKnownHereAndNamedAfterThemselves) {
  std::set<std::string> listed(kFlows.begin(), kFlows.end());
  listed.insert(kPlannedFlows.begin(), kPlannedFlows.end());
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(source_folder() / "flows"))
    if (entry.path().extension() == ".yaml") found.insert(entry.path().stem());
  EXPECT_EQ(found, listed);
  for (const std::string& name : listed) EXPECT_EQ(load_flow(name).name, name);
  for (const std::string& name : kPlannedFlows) EXPECT_TRUE(load_flow(name).planned);
}

TEST(FlowFiles, HaveAsManyMilestonesAsTheGuide) {
  const std::map<std::string, std::size_t> counts{{"setup-and-disconnect", 14},
                                                  {"busy", 8},
                                                  {"no-answer", 8},
                                                  {"hold", 14},
                                                  {"call-waiting", 22},
                                                  {"blind-transfer", 24},
                                                  {"forward-always", 14},
                                                  {"forward-busy", 16},
                                                  {"forward-no-answer", 16},
                                                  {"conference", 22}};
  for (const auto& [name, count] : counts) EXPECT_EQ(load_flow(name).milestone_count(), count) << name;
}

}  // namespace
}  // namespace offhook::test
