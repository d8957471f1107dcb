// A call that either side holds and resumes, between two phones that files have set up in some way: who is heard, once
// on a perfect network and on many that lose 5 %, repeat 2 % and reorder.
#pragma once
#include <gtest/gtest.h>

#include <string>

#include "expect_flow.hpp"

namespace offhook::test {

struct HeldCall {
  const char* name;
  const char* of_a;  // settings
  const char* of_b;
};

// A tag that GoogleTest's list of cases shows.
inline std::string name_of(const testing::TestParamInfo<HeldCall>& call) { return call.param.name; }

// `pause`: how long the first hold lasts, as `wait` takes it.
inline flow::Script script_of(const HeldCall& call, const std::string& pause = "0s") {
  return flow_of("held-call", std::string(R"(
flow: held-call
title: A call that is held
guide: Call Hold
about: A and B hear each other, hold each other and hear each other again.
parties:
  A: {number: 1001, settings: [)") +
                                  call.of_a + R"(]}
  B: {number: 1002, settings: [)" +
                                  call.of_b + R"(]}
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
  - wait: )" + pause + R"(
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

}  // namespace offhook::test
