// Calls that are over: one by one, and in figures for Prometheus.
#include "api/ended_call.hpp"
#include "fixture.hpp"

namespace offhook::api::test {
namespace {

using testing::HasSubstr;
using testing::Not;

media::CallQuality heard(std::uint32_t lost, double mos) {
  media::CallQuality out;
  out.one_way = milliseconds(120);
  auto& received = out.received.emplace();
  received.codec = "PCMU";
  received.packets.expected = 500;
  received.packets.lost = lost;
  received.frames = 500;
  received.frames_concealed = lost;
  received.mean_jitter = milliseconds(3);
  received.estimate = {80, mos, mos};
  return out;
}

class EndedCallsTest : public PhonesApiTest {
 protected:
  // The last report of the newest call's leg.
  void report(const char* phone, const media::CallQuality& quality) {
    const auto id = *rack_.find(phone);
    const auto leg = *rack_.leg_of(id, 1);
    ASSERT_TRUE(rack_.command(now_, id, *phone::parse_command("hangup")));
    flush();
    EXPECT_EQ(get("/api/calls").at("calls").size(), 0) << "its audio has not had its last report";
    rack_.media_report(now_, {leg, id, quality, true});
    flush();
  }
  std::string metrics() {
    const auto page = send("GET", "/metrics");
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.content_type, HasSubstr("version=0.0.4"));
    return page.body;
  }
};

TEST_F(EndedCallsTest, AnAnsweredCallIsToldOnceWithWhatWasHeard) {
  connect_call();
  pass(seconds(10));
  report("A", heard(10, 4.1));
  const auto calls = get("/api/calls").at("calls");
  ASSERT_EQ(calls.size(), 1);
  const auto& call = calls[0];
  EXPECT_EQ(call.at("phone"), "A");
  EXPECT_EQ(call.at("direction"), "outgoing");
  EXPECT_EQ(call.at("peer").at("number"), "1002");
  EXPECT_EQ(call.at("begun"), "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(call.at("answered"), "2023-11-14T22:13:20.000Z");
  EXPECT_EQ(call.at("ended"), "2023-11-14T22:13:30.000Z");
  EXPECT_EQ(call.at("talked_ms"), 10'000);
  EXPECT_EQ(call.at("encrypted"), false);
  EXPECT_EQ(call.at("quality").at("received").at("lost"), 10);
  EXPECT_EQ(call.at("quality").at("received").at("estimate").at("mos_lq"), 4.1);
  pass(seconds(10));  // B's audio has nobody here who reports: its call is told when the phone forgets it
  ASSERT_EQ(get("/api/calls").at("calls").size(), 2);
  EXPECT_EQ(get("/api/calls").at("calls")[0].at("phone"), "B");
  EXPECT_FALSE(get("/api/calls").at("calls")[0].contains("quality"));
  pass(seconds(60));
  EXPECT_EQ(get("/api/calls").at("calls").size(), 2);
}

TEST_F(EndedCallsTest, ACallThatNobodyAnsweredHasNoAnswerAndNoAudio) {
  post("/api/phones/A/dial", R"({"number":"1002"})");
  post("/api/phones/B/reject");
  pass(seconds(6));
  const auto calls = get("/api/calls").at("calls");
  ASSERT_EQ(calls.size(), 2);
  for (const auto& call : calls) {
    EXPECT_FALSE(call.contains("answered"));
    EXPECT_EQ(call.at("talked_ms"), 0);
  }
  EXPECT_THAT(metrics(), HasSubstr("offhook_phone_calls_total{end=\"unanswered\"} 2\n"));
}

TEST_F(EndedCallsTest, FiguresForPrometheusAddUp) {
  connect_call();
  EXPECT_THAT(metrics(), HasSubstr("offhook_phones 2\n"));
  EXPECT_THAT(metrics(), HasSubstr("offhook_phone_calls 2\n"));
  EXPECT_THAT(metrics(), HasSubstr("offhook_phone_call_mos_lq_count 0\n"));
  pass(seconds(10));
  report("A", heard(10, 4.1));
  const auto page = metrics();
  EXPECT_THAT(page, HasSubstr("offhook_phone_calls_total{end=\"answered\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("offhook_phone_talk_seconds_total 10\n"));
  EXPECT_THAT(page, HasSubstr("offhook_phone_packets_total{fate=\"in_time\"} 490\n"));
  EXPECT_THAT(page, HasSubstr("offhook_phone_packets_total{fate=\"lost\"} 10\n"));
  EXPECT_THAT(page, HasSubstr("offhook_phone_frames_total{what=\"made_up\"} 10\n"));
  EXPECT_THAT(page, HasSubstr("offhook_phone_call_mos_lq_bucket{le=\"4.03\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("offhook_phone_call_mos_lq_bucket{le=\"4.34\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("offhook_phone_call_mos_lq_bucket{le=\"+Inf\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("offhook_phone_call_delay_seconds_bucket{le=\"0.15\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("offhook_phone_call_jitter_seconds_count 1\n"));
}

TEST_F(EndedCallsTest, ALineForAFile) {
  phone::EndedCall call;
  call.phone = "A";
  call.begun = call.ended = WallTime(seconds(1'700'000'000));
  call.note = "Busy\nhere";
  const auto line = ended_call_line(call);
  EXPECT_THAT(line, Not(HasSubstr("\n")));
  EXPECT_EQ(json::parse(line).at("note"), "Busy\nhere");
}

}  // namespace
}  // namespace offhook::api::test
