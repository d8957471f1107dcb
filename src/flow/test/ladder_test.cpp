#include "flow/ladder.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sip_text.hpp"

namespace offhook::flow {
namespace {

const Endpoint kA{IpAddress::v4(10, 0, 1, 1), 5060};
const Endpoint kB{IpAddress::v4(10, 0, 1, 2), 5060};
const Endpoint kP{IpAddress::v4(10, 0, 0, 1), 5060};

Now at(int ms) { return {TimePoint(milliseconds(ms)), WallTime(seconds(1000) + milliseconds(ms))}; }

class LadderTest : public testing::Test {
 protected:
  LadderTest() {
    recorder.name(kA, "A");
    recorder.name(kB, "B");
    recorder.name(kP, "P");
    options.columns = {"A", "P", "B"};
  }
  void message(int ms, Endpoint from, Endpoint to, const std::string& bytes, bool arrives = true) {
    recorder.sent(at(ms), Kind::Sip, {transport::Protocol::Udp, from, to, 0}, bytes);
    if (arrives) recorder.received(at(ms + 1), Kind::Sip, {transport::Protocol::Udp, to, from, 0}, bytes);
  }
  [[nodiscard]] Ladder ladder() const { return make_ladder(recorder.sip(), options); }

  const std::string invite = sip_text("INVITE sip:1002@10.0.0.1", "INVITE");
  Recorder recorder;
  LadderOptions options;
};

TEST_F(LadderTest, LongNamesStandApart) {
  options.columns = {"1001 192.0.2.117:50612", "proxy", "1002 192.0.2.118:50613"};
  recorder.name(kA, options.columns[0]);
  recorder.name(kP, "proxy");
  message(5, kA, kP, invite);
  const std::string heading = to_text(ladder());
  EXPECT_NE(heading.find("     1001 192.0.2.117:50612   proxy  1002 192.0.2.118:50613\n"), std::string::npos)
      << heading;
}

TEST_F(LadderTest, TextShowsColumnsMarksLossRepetitionAndSound) {
  message(5, kA, kP, invite, false);
  message(505, kA, kP, invite);
  message(507, kP, kB, sip_text("INVITE sip:1002@10.0.1.2", "INVITE"));
  message(508, kB, kP, sip_text("486 Busy Here", "INVITE"), false);
  message(509, kB, kA, sip_text("BYE sip:1001@10.0.1.1", "BYE"));
  options.title = "Sample";
  options.marks = {{2, "F1"}, {3, "F2"}};
  options.notes = {{TimePoint(milliseconds(5)), Note::Kind::Act, {"A"}, {}, "call B"},
                   {TimePoint(milliseconds(900)), Note::Kind::Hear, {"A"}, {"B"}, {}},
                   {TimePoint(milliseconds(900)), Note::Kind::Hear, {"B"}, {"A"}, {}},
                   {TimePoint(milliseconds(901)), Note::Kind::Quiet, {"A", "B"}, {}, {}}};
  EXPECT_EQ(to_text(ladder()),
            "Sample\n"
            "\n"
            "                A                     P                     B\n"
            "   0.000        [ A: call B ]         |                     |\n"
            "   0.000  F1    |----- INVITE x2 ---->|                     |\n"
            "   0.502  F2    |                     |------ INVITE ------>|\n"
            "   0.503        |                     |x-- 486 Busy Here ---|\n"
            "   0.504        |<------------------ BYE -------------------|\n"
            "   0.895        |              [ A ⇄ B audio ]              |\n"
            "   0.896        |           [ no RTP from A, B ]            |\n");
}

TEST_F(LadderTest, RetransmissionsCanStandForThemselves) {
  message(5, kA, kP, invite, false);
  message(505, kA, kP, invite);
  options.fold_retransmissions = false;
  const Ladder unfolded = ladder();
  ASSERT_EQ(unfolded.rows.size(), 2);
  EXPECT_TRUE(std::get<Arrow>(unfolded.rows[0]).lost);
  EXPECT_FALSE(std::get<Arrow>(unfolded.rows[0]).retransmission);
  EXPECT_TRUE(std::get<Arrow>(unfolded.rows[1]).retransmission);
  EXPECT_NE(to_text(unfolded).find("INVITE again"), std::string::npos);
}

TEST_F(LadderTest, OnlyTheRecordsOfTheFlowAndStrangersGetAColumn) {
  message(1, kA, kP, sip_text("REGISTER sip:10.0.0.1", "REGISTER"));
  message(2, {IpAddress::v4(192, 0, 2, 1), 5060}, kP, invite);
  message(3, kA, kP, sip_text("BYE sip:x@y", "BYE"));
  options.first = 1;
  options.last = 2;
  const Ladder one = ladder();
  ASSERT_EQ(one.rows.size(), 1);
  EXPECT_EQ(std::get<Arrow>(one.rows[0]).label, "INVITE");
  EXPECT_EQ(one.columns, (std::vector<std::string>{"A", "P", "B", "192.0.2.1:5060"}));
}

TEST_F(LadderTest, SvgIsCompleteAndEscaped) {
  message(5, kA, kP, invite);
  message(6, kP, kA, sip_text("404 <script>&\"", "INVITE"), false);
  options.title = "A <b> & c";
  options.marks = {{1, "F1"}};
  const std::string svg = to_svg(ladder());
  EXPECT_TRUE(svg.starts_with("<svg ")) << svg.substr(0, 40);
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_NE(svg.find("A &lt;b&gt; &amp; c"), std::string::npos);
  EXPECT_NE(svg.find("404 &lt;script&gt;&amp;&quot;"), std::string::npos);
  EXPECT_EQ(svg.find("<script"), std::string::npos);
  EXPECT_NE(svg.find(">F1</text>"), std::string::npos);
  EXPECT_NE(svg.find("class=\"lost\""), std::string::npos);
  EXPECT_NE(svg.find("prefers-color-scheme:dark"), std::string::npos);
  const std::string page = to_html(ladder());
  EXPECT_TRUE(page.starts_with("<!doctype html>"));
  EXPECT_NE(page.find(svg), std::string::npos);
}

TEST_F(LadderTest, JsonHasFactsAndBytesAndTakesAnyBytes) {
  message(5, kA, kP, invite);
  message(7, kP, kA, "\xff\xfe", false);
  options.title = "T";
  options.marks = {{1, "F1"}};
  options.notes = {{TimePoint(milliseconds(5)), Note::Kind::Hear, {"A"}, {"B"}, {}}};
  const auto json = nlohmann::json::parse(to_json(recorder.sip(), options));
  EXPECT_EQ(json["title"], "T");
  ASSERT_EQ(json["messages"].size(), 2);
  const auto& first = json["messages"][0];
  EXPECT_EQ(first["step"], "F1");
  EXPECT_EQ(first["label"], "INVITE");
  EXPECT_EQ(first["sender"], "A");
  EXPECT_EQ(first["receiver"], "P");
  EXPECT_EQ(first["source"], "10.0.1.1:5060");
  EXPECT_EQ(first["call_id"], "call-1");
  EXPECT_EQ(first["at_us"], 0);
  EXPECT_EQ(first["delivered_us"], 1000);
  EXPECT_EQ(first["bytes"], invite);
  EXPECT_FALSE(json["messages"][1].contains("delivered_us"));
  EXPECT_EQ(json["notes"][0]["hears"][0], "B");
}

TEST_F(LadderTest, EmptyRecordIsAnEmptyLadder) {
  EXPECT_EQ(to_text(ladder()), "                A               P               B\n");
  EXPECT_TRUE(to_svg(make_ladder(recorder.sip(), {})).ends_with("</svg>\n"));
  EXPECT_EQ(to_text(make_ladder(recorder.sip(), {})), "");
}

}  // namespace
}  // namespace offhook::flow
