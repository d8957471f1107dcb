#include "body/message_summary.hpp"

#include "property.hpp"

namespace offhook::body {
namespace {

MessageSummary example(const std::string& name) {
  return parsed<MessageSummary>(seed("message_summary/" + name + ".txt"));
}
std::string round(const std::string& text) { return write(parsed<MessageSummary>(text)); }

TEST(MessageSummary, Examples) {
  const MessageSummary plain = example("plain");
  EXPECT_TRUE(plain.waiting);
  EXPECT_TRUE(plain.counts.empty());

  const MessageSummary classes = example("classes");
  ASSERT_NE(classes.find(MessageClass::Fax), nullptr);
  EXPECT_EQ(*classes.find(MessageClass::Fax), (MessageSummary::Count{MessageClass::Fax, 2, 4, std::nullopt}));
  EXPECT_EQ(classes.find(MessageClass::Voice)->urgent, (MessageSummary::Urgent{0, 1}));
  EXPECT_EQ(classes.find(MessageClass::Text), nullptr);

  const MessageSummary voice = example("voice");
  EXPECT_EQ(voice.account, "sip:alice@vmail.example.com");
  EXPECT_EQ(voice.counts,
            (std::vector{MessageSummary::Count{MessageClass::Voice, 2, 8, MessageSummary::Urgent{0, 2}}}));
}

TEST(MessageSummary, HeadersOfNewMessages) {
  const MessageSummary summary = example("messages");
  EXPECT_EQ(summary.find(MessageClass::Voice)->fresh, 4U);
  ASSERT_EQ(summary.messages.size(), 2U);
  ASSERT_EQ(summary.messages[0].size(), 6U);
  EXPECT_EQ(summary.messages[0][2], (MessageSummary::Header{"Subject", "carpool tomorrow?"}));
  EXPECT_EQ(summary.messages[1][4], (MessageSummary::Header{"Priority", "urgent"}));
  EXPECT_EQ(write(summary), seed("message_summary/messages.txt"));  // byte for byte
}

TEST(MessageSummary, WhatServersSend) {
  EXPECT_EQ(round("messages-waiting:NO\nvoice-message : 0 / 0( 0/0 )\n"),
            "Messages-Waiting: no\r\nVoice-Message: 0/0 (0/0)\r\n");
  EXPECT_EQ(round("Messages-Waiting: yes"), "Messages-Waiting: yes\r\n");
  EXPECT_EQ(round("Messages-Waiting: yes\r\nMessage-Account: <sip:a@b>\r\nX-New: 1\r\n\r\n"),
            "Messages-Waiting: yes\r\nMessage-Account: sip:a@b\r\n");
  EXPECT_EQ(round("Messages-Waiting:\r\n yes\r\nVoice-Message: 1/\r\n\t2\r\n"),
            "Messages-Waiting: yes\r\nVoice-Message: 1/2\r\n");
  EXPECT_EQ(round("Messages-Waiting: yes\r\nText-Message: 4294967296/99999999999999999999999\r\n"),
            "Messages-Waiting: yes\r\nText-Message: 4294967295/4294967295\r\n");
  EXPECT_EQ(round("Messages-Waiting: yes\r\n\r\n\r\nA: 1\r\n\r\n\r\nB: 2\r\n\r\n"),
            "Messages-Waiting: yes\r\n\r\nA: 1\r\n\r\nB: 2\r\n");
}

TEST(MessageSummary, MustNotParse) {
  const auto at = [](const std::string& text) { return refused_at<MessageSummary>(text); };
  EXPECT_EQ(at(""), "");
  EXPECT_EQ(at("yes\r\n"), "yes\r");
  EXPECT_EQ(at("Messages-Waiting: maybe\r\n"), "Messages-Waiting:");
  EXPECT_EQ(at("Messages-Waiting:\r\n"), "Messages-Waiting:\r");
  EXPECT_EQ(at("Voice-Message: 1/1\r\nMessages-Waiting: yes\r\n"), "Voice-Message:");
  for (const char* counts :
       {"", "1", "1/", "/1", "1/1 (", "1/1 (1/1", "1/1 (1)", "1/1 ()", "-1/1", "1/1 1", "1/1/1", "x/y", "1/1 (1/1) x"})
    EXPECT_EQ(at("Messages-Waiting: yes\r\nFax-Message:" + std::string(counts) + " \r\n").substr(0, 12), "Fax-Message:")
        << counts;
  EXPECT_EQ(at("Messages-Waiting: yes\r\nMessage-Account: \r\n"), "Message-Account:");
  EXPECT_EQ(at("Messages-Waiting: yes\r\nMessage-Account: <<sip:a@b>>\r\n"), "Message-Account:");
  EXPECT_EQ(at("Messages-Waiting: yes\r\nno colon\r\n"), "no");
  EXPECT_EQ(at("Messages-Waiting: yes\r\nna me: x\r\n"), "na");
  EXPECT_EQ(at("Messages-Waiting: yes\r\n\r\nheader\r\n"), "header\r");
  EXPECT_EQ(at("Messages-Waiting: yes\r\nA: b\rc\r\n"), "A:");
}

TEST(MessageSummary, Limits) {
  Limits limits;
  limits.elements = 3;
  const std::string three = "Messages-Waiting: yes\r\nA: 1\r\nB: 2\r\n";
  EXPECT_TRUE(MessageSummary::parse(three, limits).has_value());
  EXPECT_EQ(MessageSummary::parse(three + "C: 3\r\n", limits).error().text, "too many lines");
  limits.bytes = three.size();
  EXPECT_TRUE(MessageSummary::parse(three, limits).has_value());
  EXPECT_EQ(MessageSummary::parse(three + " ", limits).error().text, "the body is too long");
}

// A value of our own can never begin a line.
TEST(MessageSummary, WritesOneLineAValue) {
  MessageSummary summary;
  summary.account = "sip:a@b\r\nVoice-Message: 9/9";
  EXPECT_EQ(write(summary), "Messages-Waiting: no\r\nMessage-Account: sip:a@b  Voice-Message: 9/9\r\n");
}

TEST(MessageSummary, ReadsBackWhatItWrote) {
  using C = MessageSummary::Count;
  using U = MessageSummary::Urgent;
  using H = MessageSummary::Header;
  const auto number = rc::gen::arbitrary<std::uint32_t>();
  const auto urgent = rc::gen::build<U>(rc::gen::set(&U::fresh, number), rc::gen::set(&U::old, number));
  const auto count = rc::gen::build<C>(
      rc::gen::set(&C::message_class,
                   rc::gen::map(rc::gen::inRange(0, 6), [](int i) { return static_cast<MessageClass>(i); })),
      rc::gen::set(&C::fresh, number), rc::gen::set(&C::old, number), rc::gen::set(&C::urgent, maybe(urgent)));
  const auto line = rc::gen::map(any_text(), [](std::string text) {
    for (char& c : text)
      if (c == '\r' || c == '\n') c = '.';
    return text;
  });
  const auto header = rc::gen::build<H>(
      rc::gen::set(&H::name, rc::gen::elementOf(std::vector<std::string>{"To", "X-Y", "a.b!%*_+`'~"})),
      rc::gen::set(&H::value, line));
  const auto message = rc::gen::nonEmpty(few(header));
  expect_for_all([&] {
    const MessageSummary summary{*rc::gen::arbitrary<bool>(),
                                 *rc::gen::elementOf(std::vector<std::string>{"", "sip:a@b"}), *few(count),
                                 *few(message)};
    const auto again = MessageSummary::parse(write(summary));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == summary);
  });
}

}  // namespace
}  // namespace offhook::body
