#include "body/sipfrag.hpp"

#include "property.hpp"

namespace offhook::body {
namespace {

Sipfrag valid(int number) { return parsed<Sipfrag>(seed("sipfrag/valid-" + std::to_string(number) + ".txt")); }

TEST(Sipfrag, StartLinesAlone) {
  EXPECT_EQ(valid(1), (Sipfrag{Sipfrag::RequestLine{"INVITE", "sip:alice@atlanta.com"}, {}, {}}));
  EXPECT_EQ(valid(1).status(), 0);
  EXPECT_EQ(valid(2), (Sipfrag{Sipfrag::StatusLine{603, "Declined"}, {}, {}}));
  EXPECT_EQ(valid(2).status(), 603);
}

TEST(Sipfrag, SubsetsOfAMessage) {
  const Sipfrag request = valid(3);
  ASSERT_EQ(request.headers.size(), 2U);
  EXPECT_EQ(request.headers[0], (Sipfrag::Header{"To", "sip:alice@atlanta.com"}));
  EXPECT_EQ(request.headers[1].value, "<sip:alicepc@atlanta.com>;q=0.9, <sip:alicemobile@atlanta.com>;q=0.1");
  EXPECT_EQ(valid(4).status(), 400);
  EXPECT_EQ(valid(4).headers.at(0).value, "399 atlanta.com Your Event header field was malformed");
  const Sipfrag headers = valid(5);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(headers.start));
  EXPECT_EQ(headers.status(), 0);
  ASSERT_EQ(headers.headers.size(), 6U);
  EXPECT_EQ(headers.headers[5], (Sipfrag::Header{"Cseq", "314159 INVITE"}));
}

TEST(Sipfrag, Bodies) {
  const Sipfrag sdp = valid(6);
  EXPECT_EQ(sdp.body.size(), 247U);
  EXPECT_EQ(sdp.headers, (std::vector{Sipfrag::Header{"Content-Type", "application/sdp"}}));
  EXPECT_EQ(valid(7).body, "Hi There!\r\n");
  for (int number = 1; number <= 7; ++number) EXPECT_EQ(parsed<Sipfrag>(write(valid(number))), valid(number));
}

TEST(Sipfrag, InvalidOnesOfTheRfc) {
  for (int number = 1; number <= 8; ++number) {
    const auto result = Sipfrag::parse(seed("sipfrag/invalid-" + std::to_string(number) + ".txt"));
    EXPECT_FALSE(result.has_value()) << number;
  }
}

TEST(Sipfrag, WhatPhonesSend) {
  EXPECT_EQ(parsed<Sipfrag>("SIP/2.0 100 Trying").status(), 100);
  EXPECT_EQ(parsed<Sipfrag>("\r\nSIP/2.0 200 OK\r\n\r\n").status(), 200);
  EXPECT_EQ(parsed<Sipfrag>("SIP/2.0 503 \r\n").start, (decltype(Sipfrag::start)(Sipfrag::StatusLine{503, ""})));
  EXPECT_EQ(parsed<Sipfrag>("SIP/2.0 486\n").status(), 486);
  EXPECT_EQ(parsed<Sipfrag>("sip/2.0 180 Ringing: now\r\n").start,
            (decltype(Sipfrag::start)(Sipfrag::StatusLine{180, "Ringing: now"})));
  // Header fields of a body that was left out.
  EXPECT_EQ(parsed<Sipfrag>("SIP/2.0 200 OK\r\nContent-Type: application/sdp\r\nContent-Length: 99\r\n").headers.size(),
            2U);
  EXPECT_EQ(parsed<Sipfrag>("SIP/2.0 200 OK\r\nContent-Length: 99\r\n\r\n").body, "");
  EXPECT_EQ(parsed<Sipfrag>("Content-Type: a/b\r\nContent-Length: 2\r\n\r\nabcd").body, "ab");
  EXPECT_EQ(parsed<Sipfrag>("SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n\r\n").body, "");
}

TEST(Sipfrag, MustNotParse) {
  const auto at = [](const std::string& text) { return refused_at<Sipfrag>(text); };
  EXPECT_EQ(at(""), "");
  EXPECT_EQ(at(" \r\n\r\n"), "");
  EXPECT_FALSE(Sipfrag::parse("SIP/2.0 99 Low").has_value());
  EXPECT_FALSE(Sipfrag::parse("SIP/2.0 700 High").has_value());
  EXPECT_FALSE(Sipfrag::parse("SIP/3.0 200 OK").has_value());
  EXPECT_EQ(at("To: <sip:a@b>\r\nnothing\r\n"), "nothing\r");
  EXPECT_EQ(at("SIP/2.0 200 OK\r\nCSeq: x INVITE\r\n"), "CSeq:");
  EXPECT_EQ(at("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=1, SIP/2.0/UDP\r\n"), "Via:");
  EXPECT_EQ(at("SIP/2.0 200 OK\r\nRoute: \r\n"), "Route:");
  EXPECT_EQ(at("SIP/2.0 200 OK\r\nm: <>\r\n"), "m:");
  EXPECT_EQ(at("SIP/2.0 200 OK\r\nl: many\r\n"), "l:");
  EXPECT_EQ(at("Content-Length: 1\r\nContent-Length: 1\r\n"), "Content-Length:");
  EXPECT_EQ(at("Content-Type: text/plain\r\nContent-Length: 6\r\n\r\nHello"), "Hello");
  EXPECT_EQ(at("SIP/2.0 200 OK\r\n\r\nHello"), "Hello");
}

TEST(Sipfrag, Limits) {
  Limits limits;
  limits.elements = 1;
  EXPECT_TRUE(Sipfrag::parse("SIP/2.0 200 OK\r\nA: 1\r\n", limits).has_value());
  EXPECT_FALSE(Sipfrag::parse("SIP/2.0 200 OK\r\nA: 1\r\nB: 2\r\n", limits).has_value());
  limits.bytes = 14;
  EXPECT_TRUE(Sipfrag::parse("SIP/2.0 200 OK", limits).has_value());
  EXPECT_FALSE(Sipfrag::parse("SIP/2.0 200 OK\n", limits).has_value());
}

TEST(Sipfrag, OfAStatus) {
  EXPECT_EQ(write(sipfrag_of(180)), "SIP/2.0 180 Ringing\r\n");
  EXPECT_EQ(write(sipfrag_of(486)), "SIP/2.0 486 Busy Here\r\n");
  for (int status = 100; status < 700; ++status)
    EXPECT_EQ(parsed<Sipfrag>(write(sipfrag_of(status))), sipfrag_of(status));
}

TEST(Sipfrag, ReadsBackWhatItWrote) {
  using S = Sipfrag;
  const auto line = rc::gen::map(any_text(), [](std::string text) {
    for (char& c : text)
      if (c == '\r' || c == '\n') c = '.';
    return text;
  });
  const auto status = rc::gen::build<S::StatusLine>(rc::gen::set(&S::StatusLine::status, rc::gen::inRange(100, 700)),
                                                    rc::gen::set(&S::StatusLine::reason, line));
  const auto header = rc::gen::build<S::Header>(
      rc::gen::set(&S::Header::name, rc::gen::elementOf(std::vector<std::string>{"Subject", "X-Y", "s", "Warning"})),
      rc::gen::set(&S::Header::value, line));
  expect_for_all([&] {
    Sipfrag fragment;
    switch (*rc::gen::inRange(0, 3)) {
      case 0: fragment.start = *status; break;
      case 1: fragment.start = S::RequestLine{"OPTIONS", "sip:a@b;x=" + std::to_string(*rc::gen::inRange(0, 9))}; break;
      default: break;
    }
    fragment.headers = *few(header);
    fragment.headers.push_back({"Content-Type", "text/plain"});
    fragment.body = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    const auto again = Sipfrag::parse(write(fragment));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == fragment);
  });
}

}  // namespace
}  // namespace offhook::body
