// Edits over a message's bytes: what is named changes, and nothing else does.
#include <gtest/gtest.h>

#include "sip/edit.hpp"
#include "sip/header/via.hpp"

namespace offhook::sip {
namespace {

constexpr std::string_view kRequest =
    "INVITE sip:bob@example.com SIP/2.0\r\n"
    "v:SIP/2.0/UDP a;branch=z9hG4bK1 ,\r\n  SIP/2.0/UDP b\r\n"
    "From: <sip:a@b>;tag=1\r\n"
    "Via: SIP/2.0/TCP c\r\n"
    "Route: <sip:r1;lr>\r\n"
    "Route: <sip:r2;lr>,<sip:r3;lr>\r\n"
    "Max-Forwards :  70\r\n"
    "l: 4\r\n"
    "\r\n"
    "body";

class EditTest : public testing::Test {
 protected:
  Message source_ = *Message::parse(std::string(kRequest));

  // The source with `from` put in place of `to`: what an edit must give.
  static std::string with(std::vector<std::pair<std::string_view, std::string_view>> changes) {
    std::string out(kRequest);
    for (const auto& [from, to] : changes) {
      const auto at = out.find(from);
      EXPECT_NE(at, std::string::npos) << from;
      out.replace(at, from.size(), to);
    }
    return out;
  }
};

TEST_F(EditTest, leavesEveryByteWhenNothingIsNamed) {
  EXPECT_TRUE(Edit(source_).empty());
  EXPECT_EQ(Edit(source_).bytes(), kRequest);
}

TEST_F(EditTest, changesTheStartLine) {
  EXPECT_EQ(Edit(source_).request_uri("sip:x@y").bytes(), with({{"sip:bob@example.com", "sip:x@y"}}));
  EXPECT_EQ(Edit(source_).status(200, "OK").bytes(), kRequest);  // no response
  const Message response = *Message::parse("SIP/2.0 180 Ringing\r\nA: b\r\n\r\n");
  EXPECT_EQ(Edit(response).status(486, "Busy").request_uri("sip:x").bytes(), "SIP/2.0 486 Busy\r\nA: b\r\n\r\n");
}

TEST_F(EditTest, prependsBeforeTheFirstOfItsKind) {
  EXPECT_EQ(Edit(source_).prepend(HeaderId::Via, "SIP/2.0/UDP p1").prepend(HeaderId::Via, "SIP/2.0/UDP p2").bytes(),
            with({{"v:SIP", "Via: SIP/2.0/UDP p2\r\nVia: SIP/2.0/UDP p1\r\nv:SIP"}}));
  EXPECT_EQ(Edit(source_).prepend(HeaderId::Route, "<sip:r0>").bytes(),
            with({{"Route: <sip:r1", "Route: <sip:r0>\r\nRoute: <sip:r1"}}));
}

TEST_F(EditTest, prependsBehindTheStartLineWhatIsNew) {
  EXPECT_EQ(Edit(source_).prepend(HeaderId::RecordRoute, "<sip:p1>").prepend(HeaderId::RecordRoute, "<sip:p2>").bytes(),
            with({{"SIP/2.0\r\n", "SIP/2.0\r\nRecord-Route: <sip:p2>\r\nRecord-Route: <sip:p1>\r\n"}}));
}

TEST_F(EditTest, appendsBehindTheLastOfItsKindOrAtTheEnd) {
  EXPECT_EQ(Edit(source_).append(HeaderId::Via, "x").append(HeaderId::Via, "y").bytes(),
            with({{"TCP c\r\n", "TCP c\r\nVia: x\r\nVia: y\r\n"}}));
  EXPECT_EQ(Edit(source_).append("X-Own", "1").append(HeaderId::Subject, "2").append("v", "z").bytes(),
            with({{"TCP c\r\n", "TCP c\r\nVia: z\r\n"}, {"l: 4\r\n", "l: 4\r\nX-Own: 1\r\nSubject: 2\r\n"}}));
}

TEST_F(EditTest, setsAValueUnderTheNameThatStandsThere) {
  EXPECT_EQ(Edit(source_).set(HeaderId::MaxForwards, "69").bytes(), with({{"Max-Forwards :  70", "Max-Forwards: 69"}}));
  EXPECT_EQ(Edit(source_).set(HeaderId::MaxForwards, "69").set(HeaderId::MaxForwards, "68").bytes(),
            with({{"Max-Forwards :  70", "Max-Forwards: 68"}}));
  EXPECT_EQ(Edit(source_).set(HeaderId::Expires, "1").set(HeaderId::Expires, "2").bytes(),
            with({{"l: 4\r\n", "l: 4\r\nExpires: 2\r\n"}}));
}

TEST_F(EditTest, replacesAndInsertsAtViews) {
  const std::string_view top = *source_.top(HeaderId::Via);
  const std::string_view branch = Via::parse(top)->branch();
  EXPECT_EQ(Edit(source_)
                .insert_after(top, ";received=192.0.2.1")
                .insert_after(top, ";rport=9")
                .replace(branch, "z9hG4bKlonger")
                .bytes(),
            with({{"branch=z9hG4bK1", "branch=z9hG4bKlonger;received=192.0.2.1;rport=9"}}));
  EXPECT_EQ(Edit(source_).replace(branch, "x").replace(branch, "y").bytes(), with({{"branch=z9hG4bK1", "branch=y"}}));
}

TEST_F(EditTest, removesFields) {
  EXPECT_EQ(Edit(source_).remove(HeaderId::Via).bytes(),
            with({{"v:SIP/2.0/UDP a;branch=z9hG4bK1 ,\r\n  SIP/2.0/UDP b\r\n", ""}, {"Via: SIP/2.0/TCP c\r\n", ""}}));
  EXPECT_EQ(Edit(source_).remove_field(1).remove_field(1).bytes(), with({{"From: <sip:a@b>;tag=1\r\n", ""}}));
  EXPECT_EQ(Edit(source_).remove(HeaderId::Subject).bytes(), kRequest);
}

TEST_F(EditTest, removesTheTopElementsOneByOne) {
  Edit edit(source_);
  EXPECT_EQ(edit.remove_top(HeaderId::Via).bytes(), with({{"SIP/2.0/UDP a;branch=z9hG4bK1 ,\r\n  ", ""}}));
  EXPECT_EQ(edit.remove_top(HeaderId::Via).bytes(),
            with({{"v:SIP/2.0/UDP a;branch=z9hG4bK1 ,\r\n  SIP/2.0/UDP b\r\n", ""}}));
  const std::string none = edit.remove_top(HeaderId::Via).bytes();
  EXPECT_EQ(none,
            with({{"v:SIP/2.0/UDP a;branch=z9hG4bK1 ,\r\n  SIP/2.0/UDP b\r\n", ""}, {"Via: SIP/2.0/TCP c\r\n", ""}}));
  EXPECT_EQ(edit.remove_top(HeaderId::Via).bytes(), none);
  EXPECT_EQ(Edit(source_).remove_top(HeaderId::Route).remove_top(HeaderId::Route).bytes(),
            with({{"Route: <sip:r1;lr>\r\n", ""}, {"<sip:r2;lr>,", ""}}));
  EXPECT_EQ(Edit(source_).remove_top(HeaderId::MaxForwards).bytes(), with({{"Max-Forwards :  70\r\n", ""}}));
}

TEST_F(EditTest, givesTheLastCallTheWordWhenTwoMeet) {
  EXPECT_EQ(Edit(source_).set(HeaderId::From, "x").remove(HeaderId::From).bytes(),
            with({{"From: <sip:a@b>;tag=1\r\n", ""}}));
  EXPECT_EQ(Edit(source_).remove(HeaderId::From).set(HeaderId::From, "x").bytes(), with({{"<sip:a@b>;tag=1", "x"}}));
  EXPECT_EQ(Edit(source_).remove(HeaderId::From).append(HeaderId::From, "x").bytes(), with({{"<sip:a@b>;tag=1", "x"}}));
  EXPECT_EQ(Edit(source_).remove_top(HeaderId::Via).prepend(HeaderId::Via, "new").bytes(),
            with({{"v:SIP/2.0/UDP a;branch=z9hG4bK1 ,\r\n  ", "Via: new\r\nv:"}}));
  // A change inside what is taken away goes with it.
  EXPECT_EQ(Edit(source_).insert_after(source_.from_tag(), "9").remove(HeaderId::From).bytes(),
            with({{"From: <sip:a@b>;tag=1\r\n", ""}}));
}

TEST_F(EditTest, changesTheBody) {
  EXPECT_EQ(Edit(source_).body("text/plain", "longer").bytes(),
            with({{"l: 4\r\n", "l: 6\r\nContent-Type: text/plain\r\n"}, {"body", "longer"}}));
  EXPECT_EQ(Edit(source_).body("a/b", "x").body("", "").bytes(), with({{"l: 4\r\n", "l: 0\r\n"}, {"body", ""}}));
  const Message empty = *Message::parse("A b SIP/2.0\r\n\r\n");
  EXPECT_EQ(Edit(empty).body("a/b", "x").body("c/d", "yz").bytes(),
            "A b SIP/2.0\r\nContent-Type: c/d\r\nContent-Length: 2\r\n\r\nyz");
}

TEST_F(EditTest, letsNoValueBreakOut) {
  const Message message =
      Edit(source_).set(HeaderId::From, "x\r\nEvent: y").append("A", "b\nEvent: y").request_uri("sip:a\r\n").apply();
  EXPECT_EQ(message.find(HeaderId::Event), std::nullopt);
}

TEST_F(EditTest, forwardsLikeAProxy) {
  const Message out = Edit(source_)
                          .request_uri("sip:bob@192.0.2.4")
                          .prepend(HeaderId::Via, "SIP/2.0/UDP proxy;branch=z9hG4bKp")
                          .prepend(HeaderId::RecordRoute, "<sip:proxy;lr>")
                          .set(HeaderId::MaxForwards, "69")
                          .remove_top(HeaderId::Route)
                          .insert_after(*source_.top(HeaderId::Via), ";received=192.0.2.1")
                          .apply();
  EXPECT_EQ(out.request_uri(), "sip:bob@192.0.2.4");
  EXPECT_EQ(Via::parse(*out.top(HeaderId::Via))->host, "proxy");
  EXPECT_EQ(out.top(HeaderId::Route), "<sip:r2;lr>");
  EXPECT_EQ(out.find(HeaderId::MaxForwards), "69");
  EXPECT_EQ(out.body(), "body");
  std::vector<std::string> vias;
  for (const auto v : out.values(HeaderId::Via)) vias.emplace_back(v);
  ASSERT_EQ(vias.size(), 4);
  EXPECT_EQ(vias[1], "SIP/2.0/UDP a;branch=z9hG4bK1;received=192.0.2.1");
}

}  // namespace
}  // namespace offhook::sip
