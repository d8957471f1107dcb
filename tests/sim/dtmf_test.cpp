// Digits between two phones through the proxy, by each way that the guide knows: each is heard once, on a perfect
// network and on a thousand that lose 5 %, repeat 2 % and reorder. By their sound in G.711: G.722 may miss one in a
// hundred (media/test/dtmf_test).
#include <gtest/gtest.h>

#include "expect_flow.hpp"

namespace offhook::test {
namespace {

// Events are what phones send; INFO is sent again until it is answered, so fewer will do.
std::uint64_t seeds_of(std::string_view settings) { return settings == "\"account.1.dtmf.type = 1\"" ? 1000 : 200; }

flow::Script script_of(const std::string& settings) {
  return flow_of("dtmf", R"(
flow: dtmf
title: Digits
guide: DTMF
about: A sends digits to B, and B to A.
parties:
  A: {number: 1001, settings: [)" +
                             settings + R"(]}
  B: {number: 1002, settings: [)" +
                             settings + R"(]}
steps:
  - do: "A: call B"
  - calls: "B: ringing"
  - do: "B: answer"
  - calls: "A: talking"
  - calls: "B: talking"
  - hear: A hears B
  - hear: B hears A
  - do: "A: dtmf 0011"
  - do: "A: dtmf *#A9"
  - digits: "B: 0011*#A9"
  - digits: "A: none"
  - do: "B: dtmf 42"
  - digits: "A: 42"
  - wait: 3s
  - digits: "A: 42"
  - digits: "B: 0011*#A9"
  - hear: A hears B
)");
}

class Digits : public testing::TestWithParam<const char*> {};

TEST_P(Digits, AreHeardOnceEach) { expect_passes_once(script_of(GetParam())); }

TEST_P(Digits, AreHeardOnceEachOnRoughNetworks) {
  expect_passes_on_rough_networks(script_of(GetParam()), seeds_of(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Ways, Digits,
                         testing::Values("\"account.1.dtmf.type = 1\"", "\"account.1.dtmf.type = 2\"",
                                         "\"account.1.dtmf.type = 3\", \"account.1.dtmf.info_type = 2\"",
                                         "\"account.1.dtmf.type = 0\", \"account.1.codec.g722.enable = 0\""));

}  // namespace
}  // namespace offhook::test
