// Three parsers, one message: they must agree on start line, Via, From, To, Call-ID, CSeq, Contact, routes, unknown
// fields and body. facts.hpp lists what is brought to one form first, and why.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>

#include "facts.hpp"
#include "generate.hpp"

namespace offhook::differential {
namespace {

const int kSeeded = setenv("RC_PARAMS", "seed=3261 max_success=1000", 0);

// "name: ours / theirs" for each fact that differs.
std::string differences(const Facts& ours, const Facts& theirs) {
  Facts all = ours;
  all.insert(theirs.begin(), theirs.end());
  std::string out;
  for (const auto& [name, unused] : all) {
    const auto a = ours.find(name), b = theirs.find(name);
    if (a != ours.end() && b != theirs.end() && a->second == b->second) continue;
    out += name + ": [" + (a == ours.end() ? "-" : a->second) + "] / [" + (b == theirs.end() ? "-" : b->second) + "]\n";
  }
  return out;
}

void compare(const std::string& text, std::optional<Facts> (*peer)(const std::string&)) {
  RC_LOG() << text << '\n';
  const auto ours = facts_of_offhook(text), theirs = peer(text);
  RC_ASSERT(ours.has_value());
  RC_ASSERT(theirs.has_value());
  RC_ASSERT(differences(*ours, *theirs) == "");
}

std::string drawn() {
  using namespace sip::test;
  return message().text(pick({": ", ":", " : ", ":\r\n "}));
}

RC_GTEST_PROP(Agreement, withOsip, ()) { compare(drawn(), facts_of_osip); }
RC_GTEST_PROP(Agreement, withSofia, ()) { compare(drawn(), facts_of_sofia); }

// The comparison itself sees a difference.
TEST(Agreement, isNotAssumed) {
  const std::string text =
      "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\n"
      "Call-ID: 1@h\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
  const auto ours = facts_of_offhook(text), osip = facts_of_osip(text), sofia = facts_of_sofia(text);
  ASSERT_TRUE(ours && osip && sofia);
  EXPECT_EQ(differences(*ours, *osip), "");
  EXPECT_EQ(differences(*ours, *sofia), "");
  Facts changed = *osip;
  changed["cseq"] = "2 OPTIONS";
  changed.erase("body");
  EXPECT_EQ(differences(*ours, changed), "body: [] / [-]\ncseq: [1 OPTIONS] / [2 OPTIONS]\n");
}

}  // namespace
}  // namespace offhook::differential
