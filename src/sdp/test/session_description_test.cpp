#include "sdp/session_description.hpp"

#include <gmock/gmock.h>

#include <string>
#include <type_traits>

#include "base/random.hpp"
#include "sdp/writer.hpp"

namespace offhook::sdp {
namespace {
using testing::ElementsAre;

constexpr std::string_view kFull =
    "v=0\r\n"
    "o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\n"
    "s=Call to John Smith\r\n"
    "i=SDP Offer #1\r\n"
    "u=http://www.jdoe.example.com/home.html\r\n"
    "e=Jane Doe <jane@jdoe.example.com>\r\n"
    "p=+1 617 555-6011\r\n"
    "c=IN IP4 198.51.100.1\r\n"
    "b=AS:128\r\n"
    "t=0 0\r\n"
    "x=what is this\r\n"
    "a=tool:offhook\r\n"
    "a=recvonly\r\n"
    "m=audio 49170 RTP/AVP 0 9 101\r\n"
    "i=voice\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-15\r\n"
    "a=ptime:30\r\n"
    "a=sendonly\r\n"
    "m=video 51372/2 RTP/AVP 99\r\n"
    "c=IN IP6 2001:db8::2\r\n"
    "a=rtpmap:99 h263-1998/90000\r\n";

std::vector<std::string_view> names(AttributeRange range) {
  std::vector<std::string_view> out;
  for (const Attribute& a : range) out.push_back(a.name);
  return out;
}

TEST(SessionDescription, ReadsEveryFieldAtItsLevel) {
  const auto d = parse(kFull);
  ASSERT_TRUE(d) << d.error().text;
  EXPECT_EQ(d->origin(), (Origin{"jdoe", "3724394400", "3724394405", "IN", "IP4", "198.51.100.1"}));
  EXPECT_EQ(d->name(), "Call to John Smith");
  const Section session = d->session();
  EXPECT_EQ(session.line('b')->value, "AS:128");
  EXPECT_EQ(session.line('t')->value, "0 0");
  EXPECT_EQ(session.line('x')->value, "what is this");
  EXPECT_EQ(kFull.substr(session.line('x')->offset - 2, 14), "x=what is this");
  EXPECT_FALSE(session.line('k'));
  EXPECT_THAT(names(session.attributes()), ElementsAre("tool", "recvonly"));
  ASSERT_EQ(d->media().size(), 2U);
  const Media audio = d->media()[0];
  EXPECT_EQ(audio.port, 49170);
  EXPECT_THAT(audio.formats, ElementsAre("0", "9", "101"));
  EXPECT_EQ(audio.line('i')->value, "voice");
  EXPECT_EQ(d->direction_of(audio), Direction::SendOnly);
  EXPECT_EQ(d->connection_of(audio)->ip()->text(), "198.51.100.1");
  EXPECT_EQ(audio.attribute("PTIME")->value, "30");
  EXPECT_EQ(kFull.substr(audio.attribute("ptime")->offset, 2), "30");
  EXPECT_FALSE(audio.attribute("ptim"));
  EXPECT_THAT(names(audio.attributes("rtpmap")), ElementsAre("rtpmap"));
  EXPECT_TRUE(kFull.substr(audio.offset).starts_with("m=audio"));
  EXPECT_TRUE(audio.verbatim().starts_with("i=voice") && audio.verbatim().ends_with("a=sendonly"));
  const Media video = d->media()[1];
  EXPECT_EQ(video.port_count, 2);
  EXPECT_EQ(d->direction_of(video), Direction::RecvOnly);  // from the session
  EXPECT_EQ(d->connection_of(video)->ip()->text(), "2001:db8::2");
}

TEST(SessionDescription, WritesBackWhatItReadByteForByte) {
  EXPECT_EQ(serialize(*parse(kFull)), kFull);
  const std::string odd = "v=0\no=-  1 1 IN IP4 192.0.2.1\ns=\na= x : y\nq=?\nm=audio  9 RTP/AVP 0";
  EXPECT_EQ(serialize(*parse(odd)), odd);
}

TEST(SessionDescription, MoreLinesAndMediaThanHaveTheirPlaceInIt) {
  std::string text = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nt=0 0\n";
  for (int i = 0; i < 9; ++i) {
    text += "m=audio " + std::to_string(4000 + i) + " RTP/AVP 0\n";
    for (int j = 0; j < 20; ++j) text += "a=n" + std::to_string(j) + ":" + std::to_string(i) + "\n";
  }
  const auto parsed = parse(text);
  ASSERT_TRUE(parsed);
  const SessionDescription copy = *parsed;
  ASSERT_EQ(copy.media().size(), 9U);
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(copy.media()[i].port, 4000 + i);
    EXPECT_EQ(copy.media()[i].attribute("n19")->value, std::to_string(i));
  }
}

TEST(SessionDescription, ALineWithoutDescriptionIsNone) {
  const SessionDescription none;
  EXPECT_TRUE(none.media().empty());
  EXPECT_EQ(none.name(), "");
  EXPECT_EQ(none.session().verbatim(), "");
}

TEST(Edit, ChangesSingleLinesAndNoOtherByte) {
  const std::string text = "v=0\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\nt=0 0\na=x\nm=audio 9 RTP/AVP 0\na=ptime:20";
  const auto d = parse(text);
  ASSERT_TRUE(d);
  EXPECT_EQ(Edit(*d).bytes(), text);
  const Media audio = d->media()[0];
  EXPECT_EQ(Edit(*d)
                .insert_after(*audio.line('a'), 'a', "sendonly")
                .replace(*audio.line('a'), "ptime:30")
                .remove(*d->session().line('a'))
                .replace(*d->session().line('o'), "- 1 2 IN IP4 192.0.2.1")
                .bytes(),
            "v=0\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\nt=0 0\nm=audio 9 RTP/AVP 0\na=ptime:30\r\na=sendonly\r\n");
}

TEST(SessionDescription, CodecsTakeRtpmapFirstAndTheStaticTableElse) {
  const std::string text =
      "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n"
      "m=audio 4000 RTP/AVP 8 0 97 98 99 200 x\na=rtpmap:97 opus/48000/2\na=fmtp:97 useinbandfec=1\n"
      "a=rtpmap:0 PCMU/8000\na=rtpmap:99 broken\n"
      "a=rtpmap:97 second/8000\nA=x\na=RTPMAP:97 third/1\na=rtpmap:97\na=fmtp\na=\n";
  const auto d = parse(text);
  ASSERT_TRUE(d);
  EXPECT_THAT(d->media()[0].codecs(), ElementsAre(Codec{8, "PCMA", 8000, 1, ""}, Codec{0, "PCMU", 8000, 1, ""},
                                                  Codec{97, "opus", 48000, 2, "useinbandfec=1"}));
}

TEST(SessionDescription, TakesLfAndMissingLastLineEndAndMissingTiming) {
  const auto d = parse("v=0\no=- 1 1 IN IP4 192.0.2.1\ns=\nm=audio 9 RTP/AVP 0");
  ASSERT_TRUE(d) << d.error().text;
  EXPECT_EQ(d->media().size(), 1U);
  EXPECT_FALSE(d->connection_of(d->media()[0]));
}

struct Bad {
  std::string text;
  std::size_t offset;
};
class RefusedDescription : public testing::TestWithParam<Bad> {};

TEST_P(RefusedDescription, WithTheOffsetOfItsLine) {
  const auto d = parse(GetParam().text);
  ASSERT_FALSE(d);
  EXPECT_EQ(d.error().module, Module::Sdp);
  EXPECT_EQ(d.error().offset, GetParam().offset) << d.error().text;
}

const std::string kHead = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n";  // 39 bytes
INSTANTIATE_TEST_SUITE_P(
    Table, RefusedDescription,
    testing::Values(Bad{"", 0}, Bad{"hello", 0}, Bad{"v=1\r\n", 0}, Bad{"o=- 1 1 IN IP4 192.0.2.1\r\nv=0\r\n", 0},
                    Bad{"v=0\r\ns=-\r\n", 10}, Bad{"v=0\r\no=- 1 1 IN IP4\r\ns=-\r\n", 5},
                    Bad{kHead + "t=0\r\n", kHead.size()}, Bad{kHead + "t=0 x\r\n", kHead.size()},
                    Bad{kHead + "\r\nt=0 0\r\n", kHead.size()}, Bad{kHead + "m=audio\r\n", kHead.size()},
                    Bad{kHead + "m=audio 70000 RTP/AVP 0\r\n", kHead.size()},
                    Bad{kHead + "m=audio -1 RTP/AVP 0\r\n", kHead.size()},
                    Bad{kHead + "m=audio 1/0 RTP/AVP 0\r\n", kHead.size()},
                    Bad{kHead + "m=audio 1 RTP/AVP\r\n", kHead.size()}, Bad{kHead + "c=IN IP4\r\n", kHead.size()},
                    Bad{kHead + "a=x\ry\r\n", kHead.size()}, Bad{kHead + std::string("a=x\0y\r\n", 7), kHead.size()},
                    Bad{kHead + "s=again\r\n", kHead.size()}, Bad{kHead + "o=- 1 1 IN IP4 1.1.1.1\r\n", kHead.size()},
                    Bad{kHead + "v=0\r\n", kHead.size()}, Bad{kHead + "=\r\n", kHead.size()},
                    Bad{kHead + "a x\r\n", kHead.size()}));

TEST(SessionDescription, LimitsHold) {
  const std::string long_text = kHead + "a=" + std::string(20'000, 'a');
  EXPECT_FALSE(parse(long_text));
  const std::string longer = kHead + std::string(70'000, '\n');
  EXPECT_FALSE(parse(longer, {.bytes = 1 << 20})) << "offsets have 16 bits";
  std::string lines = kHead;
  for (int i = 0; i < 600; ++i) lines += "a=x\r\n";
  EXPECT_FALSE(parse(lines));
  std::string media = kHead;
  for (int i = 0; i < 17; ++i) media += "m=audio 1 RTP/AVP 0\r\n";
  EXPECT_FALSE(parse(media));
  std::string formats = kHead + "m=audio 1 RTP/AVP";
  for (int i = 0; i < 65; ++i) formats += " 0";
  EXPECT_FALSE(parse(formats));
  EXPECT_TRUE(parse(media, {.media = 17}));
}

template <class T>
concept Parseable = requires(T&& text) { parse(std::forward<T>(text)); };
static_assert(Parseable<std::string&> && Parseable<std::string_view>);
static_assert(!Parseable<std::string>, "views into a temporary");

TEST(SessionDescription, SurvivesAnyDamageToAValidOne) {
  SeededRandom random(7);
  int parsed = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text(kFull);
    for (auto changes = 1 + random.below(4); changes > 0; --changes) {
      const auto at = random.below(text.size());
      switch (random.below(3)) {
        case 0: text[at] = static_cast<char>(random.below(256)); break;
        case 1: text.erase(at, 1 + random.below(40)); break;
        default: text.insert(at, text.substr(random.below(text.size()), random.below(60))); break;
      }
      if (text.empty()) text = "v";
    }
    const auto d = parse(text);
    if (!d) {
      EXPECT_LE(d.error().offset, text.size());
      continue;
    }
    ++parsed;
    EXPECT_EQ(serialize(*d), text);
    for (const Media& m : d->media()) EXPECT_LE(m.codecs().size(), m.formats.size());
  }
  EXPECT_GT(parsed, 1000);
}

}  // namespace
}  // namespace offhook::sdp
