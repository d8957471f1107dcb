// The strict judge: what RFC 8866 takes, and where the first deviation lies.
#include "sdp/conformance.hpp"

#include <gmock/gmock.h>

namespace offhook::sdp {
namespace {

constexpr std::string_view kAll =
    "v=0\r\no=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\ns=Call to John Smith\r\ni=SDP Offer #1\r\n"
    "u=http://www.jdoe.example.com/home.html\r\ne=Jane Doe <jane@jdoe.example.com>\r\np=+1 617 555-6011\r\n"
    "c=IN IP4 233.252.0.1/127/3\r\nb=CT:128\r\nb=X-YZ:128\r\nt=3724394400 3724398000\r\nr=7d 1h 0 25h\r\n"
    "r=604800 3600 0 90000\r\nz=3730928400 -1h 3749680800 0\r\nt=0 0\r\nk=prompt\r\na=cat:foo.bar\r\n"
    "a=keywds:phone\r\na=tool:offhook\r\na=type:meeting\r\na=charset:ISO-8859-1\r\na=sdplang:en\r\na=lang:de-CH\r\n"
    "a=recvonly\r\na=group:BUNDLE 1\r\na=unknown\r\n"
    "m=audio 49170/2 RTP/AVP 0 101\r\ni=voice\r\nc=IN IP4 198.51.100.2\r\nc=IN IP4 198.51.100.3\r\nb=AS:64\r\n"
    "k=clear:x\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=maxptime:2.5\r\na=mid:1\r\n"
    "a=rtcp:49171\r\na=rtcp-mux\r\na=sendrecv\r\nm=video 0 RTP/AVP 31\r\na=orient:portrait\r\na=framerate:29.97\r\n"
    "a=quality:10\r\na=other:x\r\n";

TEST(Conformance, TakesEveryLineOfTheRfc) {
  const auto d = parse(kAll);
  ASSERT_TRUE(d) << d.error().text;
  const auto checked = check_conformance(*d);
  EXPECT_TRUE(checked) << checked.error().text << " at " << kAll.substr(checked ? 0 : checked.error().offset, 30);
}

struct Deviation {
  const char* lines;  // after o= and s=
  const char* at;     // what stands at the offset of the error
};
class NonConformance : public testing::TestWithParam<Deviation> {};
TEST_P(NonConformance, IsFoundWhereItIs) {
  const std::string text = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\n" + std::string(GetParam().lines);
  const auto d = parse(text);
  ASSERT_TRUE(d) << "lenient: " << d.error().text;
  const auto checked = check_conformance(*d);
  ASSERT_FALSE(checked) << text;
  EXPECT_EQ(std::string_view(text).substr(checked.error().offset, std::string_view(GetParam().at).size()),
            GetParam().at)
      << checked.error().text;
}
INSTANTIATE_TEST_SUITE_P(
    Table, NonConformance,
    testing::Values(Deviation{"", ""}, Deviation{"t=0 0\nc=IN IP4 192.0.2.1\n", "c=IN"},
                    Deviation{"t=0 0\ni=late\n", "i=late"}, Deviation{"i=one\ni=two\nt=0 0\n", "i=two"},
                    Deviation{"x=?\nt=0 0\n", "x=?"}, Deviation{"b=AS:x\nt=0 0\n", "x\n"},
                    Deviation{"t=0 0\nr=7d\n", "7d"}, Deviation{"r=7d 1h 0\nt=0 0\n", "r=7d"},
                    Deviation{"t=0 0\nz=1\n", "1\n"}, Deviation{"t=0 0\nk=none\n", "none"},
                    Deviation{"c=IN IP4 233.252.0.1\nt=0 0\n", "IN IP4"}, Deviation{"e=\nt=0 0\n", "\nt="},
                    Deviation{"t=0 0\na=ptime:20\n", "20"}, Deviation{"t=0 0\na=sendrecv:\n", "\n"},
                    Deviation{"t=0 0\nm=audio 9 RTP/AVP 0\n", "m=audio"},
                    Deviation{"c=IN IP4 192.0.2.1\nt=0 0\nm=audio 9 RTP/AVP 0\na=ptime:0\n", "0\n"},
                    Deviation{"c=IN IP4 192.0.2.1\nt=0 0\nm=audio 9 RTP/AVP 0\na=quality:11\n", "11"},
                    Deviation{"c=IN IP4 192.0.2.1\nt=0 0\nm=audio 9 RTP/AVP 0\na=rtpmap:200 x/1\n", "200"},
                    Deviation{"c=IN IP4 192.0.2.1\nt=0 0\nm=audio 9 RTP/AVP 0\na=fmtp:0\n", "0"},
                    Deviation{"c=IN IP4 192.0.2.1\nt=0 0\nm=audio 9 RTP/AVP 0\na=x\nb=AS:1\n", "b=AS"},
                    Deviation{"c=IN IP4 192.0.2.1\nt=0 0\nm=audio 9 RTP/AVP 0\na=tool:x\n", "x\n"},
                    Deviation{"c=IN IP4 192.0.2.1\nt=0 0\nm=audio 9 RTP/AVP 0\na=two words\n", "\n"}));

TEST(Thousandths, OfTimesAndRates) {
  EXPECT_EQ(parse_thousandths("20"), 20'000U);
  EXPECT_EQ(parse_thousandths("2.5"), 2500U);
  EXPECT_EQ(parse_thousandths("29.9799"), 29'979U);
  for (const auto* bad : {"", "0", "0.0", ".5", "1.", "1.x", "-1", "99999999999"})
    EXPECT_FALSE(parse_thousandths(bad)) << bad;
}

}  // namespace
}  // namespace offhook::sdp
