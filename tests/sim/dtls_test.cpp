// Calls with DTLS keys between two phones through the proxy: who is heard, over hold and resume by either side, on a
// perfect network and on many that lose 5 %, repeat 2 % and reorder. Certificates are drawn by OpenSSL, so a run is not
// repeated to the byte; what happens in it is.
#include <gtest/gtest.h>

#include "expect_flow.hpp"

namespace offhook::test {
namespace {

constexpr std::uint64_t kSeeds = 100;

struct Rows {
  const char* name;
  const char* of_a;  // srtp_encryption and srtp.dtls
  const char* of_b;
};

flow::Script script_of(const Rows& rows) {
  return flow_of("dtls", std::string(R"(
flow: dtls
title: A call with DTLS keys
guide: SRTP
about: A and B hear each other, hold each other and hear each other again.
parties:
  A: {number: 1001, settings: [)") +
                             rows.of_a + R"(]}
  B: {number: 1002, settings: [)" +
                             rows.of_b + R"(]}
steps:
  - do: "A: call B"
  - calls: "B: ringing"
  - do: "B: answer"
  - calls: "A: talking"
  - calls: "B: talking"
  - hear: A hears B
  - hear: B hears A
  - do: "A: hold"
  - calls: "A: held"
  - hear: B hears nobody
  - quiet: A, B
  - do: "A: resume"
  - calls: "A: talking"
  - hear: A hears B
  - hear: B hears A
  - do: "B: hold"
  - calls: "B: held"
  - hear: A hears nobody
  - do: "B: resume"
  - calls: "B: talking"
  - hear: B hears A
  - hear: A hears B
  - do: "A: hangup"
  - calls: "A: none"
  - calls: "B: none"
)");
}

class DtlsCalls : public testing::TestWithParam<Rows> {};

TEST_P(DtlsCalls, AreHeardBothWays) {
  const sim::FlowRun run = sim::run_flow(script_of(GetParam()));
  EXPECT_TRUE(run.passed()) << run.text();
}

TEST_P(DtlsCalls, AreHeardBothWaysOnRoughNetworks) {
  sim::Batch batch;
  batch.seeds = kSeeds;
  batch.world.network = sim::NetworkOptions::rough();
  expect_passes(script_of(GetParam()), batch);
}

#define COMPULSORY "\"account.1.srtp_encryption = 2\", "
#define OPTIONAL "\"account.1.srtp_encryption = 1\", "
#define TAKEN "\"account.1.srtp.dtls = 1\""
#define OFFERED "\"account.1.srtp.dtls = 2\""
INSTANTIATE_TEST_SUITE_P(Rows, DtlsCalls,
                         testing::Values(Rows{"compulsory", COMPULSORY OFFERED, COMPULSORY OFFERED},
                                         Rows{"taken", COMPULSORY OFFERED, OPTIONAL TAKEN},
                                         Rows{"optional", OPTIONAL OFFERED, OPTIONAL OFFERED}),
                         [](const auto& rows) { return rows.param.name; });

}  // namespace
}  // namespace offhook::test
