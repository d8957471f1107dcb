// RFC 4317: every offer and answer parses and conforms; each answer is one to its offer; where a phone with audio alone
// can play the answerer with the same capabilities, it gives the same answer. The examples name hosts where an answer
// of ours has addresses: those are put in their place, one for each host.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "base/ascii.hpp"
#include "sdp/conformance.hpp"
#include "sdp/offer_answer.hpp"
#include "sdp/session_description.hpp"
#include "source_folder.hpp"

namespace offhook::sdp {
namespace {

const std::vector<std::pair<std::string, std::string>> kHosts{
    {"host.atlanta.example.com", "192.0.2.10"},       {"placeholder.biloxi.example.com", "192.0.2.21"},
    {"mediaserver.biloxi.example.com", "192.0.2.22"}, {"otherhost.biloxi.example.com", "192.0.2.23"},
    {"newhost.biloxi.example.com", "192.0.2.24"},     {"host.biloxi.example.com", "192.0.2.20"}};

// "2.1 Offer" to its text.
const std::map<std::string, std::string>& examples() {
  static const auto kExamples = [] {
    std::map<std::string, std::string> out;
    std::ifstream file(source_folder() / "src/sdp/test/rfc4317.txt");
    std::string* current = nullptr;
    for (std::string line; std::getline(file, line);) {
      if (line.empty() || line[0] == '#') continue;
      if (line[0] == '[') {
        current = &out[line.substr(1, line.size() - 2)];
        continue;
      }
      if (line == "s=") line += ' ';
      for (const auto& [host, address] : kHosts)
        if (const auto at = line.find(host); at != std::string::npos) line.replace(at, host.size(), address);
      *current += line + "\r\n";
    }
    return out;
  }();
  return kExamples;
}
const std::string& example(const std::string& name) { return examples().at(name); }

// A stream as it matters: what answers are compared by.
std::string essence(const SessionDescription& d, const Media& m) {
  std::string out = std::string(m.type) + ' ' + (m.port == 0 ? "refused" : std::to_string(m.port));
  if (m.port == 0) return out;
  out += ' ' + d.connection_of(m)->ip()->text() + ' ' + std::string(direction_text(d.direction_of(m)));
  for (const CodecView& c : m.codecs()) out += ' ' + std::to_string(c.payload_type) + '=' + std::string(c.name);
  return out;
}
std::vector<std::string> essence(const std::string& text) {
  std::vector<std::string> out;
  const auto d = parse(text);
  if (!d) return {"unreadable"};
  for (const Media& m : d->media()) out.push_back(essence(*d, m));
  return out;
}

TEST(Rfc4317, EveryExampleParsesAndConforms) {
  EXPECT_EQ(examples().size(), 54U);
  for (const auto& [name, text] : examples()) {
    const auto d = parse(text);
    ASSERT_TRUE(d) << name << ": " << d.error().text;
    const auto checked = check_conformance(*d);
    EXPECT_TRUE(checked) << name << ": " << checked.error().text;
    EXPECT_EQ(serialize(*d), text) << name;
    for (const Media& m : d->media()) EXPECT_EQ(m.codecs().size(), m.formats.size()) << name;
  }
}

TEST(Rfc4317, EveryAnswerHasTheStreamsOfItsOffer) {
  for (const auto& [name, text] : examples()) {
    const auto at = name.find("Answer");
    if (at == std::string::npos) continue;
    const std::string& offer_text = example(name.substr(0, at) + "Offer");
    const auto offer = parse(offer_text), answer = parse(text);
    ASSERT_TRUE(offer && answer);
    ASSERT_EQ(answer->media().size(), offer->media().size()) << name;
    for (std::size_t i = 0; i < offer->media().size(); ++i)
      EXPECT_EQ(answer->media()[i].type, offer->media()[i].type) << name;
  }
}

LocalAudio side(const char* rtp, std::vector<Codec> codecs, Direction direction = Direction::SendRecv) {
  LocalAudio out;
  out.rtp = *Endpoint::parse(rtp);
  out.codecs = std::move(codecs);
  out.direction = direction;
  out.ptime = milliseconds(0);
  return out;
}
Codec ilbc() { return {97, "iLBC", 8000, 1, {}}; }
Codec tones() { return {101, "telephone-event", 8000, 1, {}}; }

struct Play {
  const char* offer;
  const char* answer;
  LocalAudio answerer;
  bool second = false;  // follows the one before in the same session
};

TEST(Rfc4317, AnswersLikeTheExamplesWhereAudioIsAll) {
  const Play plays[] = {
      {"2.2 Offer", "2.2 Answer", side("192.0.2.20:49172", {pcmu(), pcma()}), false},
      {"2.2 Second-Offer", "2.2 Second-Answer", side("192.0.2.20:49172", {pcmu(), pcma()}), true},
      {"2.6 Offer", "2.6 Answer", side("192.0.2.20:49170", {ilbc(), tones()}), false},
      {"3.1 Offer", "3.1 Answer", side("192.0.2.21:49172", {ilbc()}, Direction::SendOnly), false},
      {"3.1 Second-Offer", "3.1 Second-Answer", side("192.0.2.10:49178", {pcmu(), ilbc()}), false},
      {"4.1 Offer", "4.1 Answer", side("192.0.2.20:49170", {ilbc()}), false},
      {"4.2 Offer", "4.2 Answer", side("192.0.2.20:49172", {pcmu()}), false},
      {"4.3 Second-Offer", "4.3 Second-Answer", side("192.0.2.10:49170", {ilbc()}), false},
      {"5.1 Offer", "5.1 Answer", side("192.0.2.20:49172", {ilbc()}), false},
      {"5.1 Second-Offer", "5.1 Second-Answer", side("192.0.2.20:49172", {ilbc()}), true},
  };
  Session session(1);
  for (const Play& play : plays) {
    if (!play.second) session = Session(1);
    const auto answer = session.answer(example(play.offer), play.answerer);
    ASSERT_TRUE(answer) << play.offer << ": " << answer.error().text;
    EXPECT_EQ(essence(*answer), essence(example(play.answer))) << play.offer;
  }
}

TEST(Rfc4317, VideoAndSecondAudioAreRefusedInTheirPlaces) {
  for (const auto* offer : {"2.1 Offer", "2.3 Offer", "2.4 Offer", "2.5 Offer", "2.7 Second-Offer", "2.8 Offer",
                            "3.2 Offer", "4.1 Second-Offer", "4.2 Second-Offer", "4.3 Offer"}) {
    Session session(1);
    const auto answer = session.answer(example(offer), side("192.0.2.20:49172", {pcmu(), ilbc()}));
    ASSERT_TRUE(answer) << offer;
    const auto streams = essence(*answer);
    ASSERT_EQ(streams.size(), 2U) << offer;
    EXPECT_THAT(streams[0], testing::StartsWith("audio 49172 ")) << offer;
    EXPECT_THAT(streams[1], testing::EndsWith(" refused")) << offer;
  }
}

// The examples' answers, read by the offerer.
TEST(Rfc4317, TheOffererReadsTheAnswers) {
  Session alice(2890844526, "alice");
  (void)alice.make_offer(side("192.0.2.10:49170", {pcmu(), ilbc()}));
  // §3.1: Bob answers with hold, then resumes; §4.1 and §5.3 likewise with one audio stream.
  ASSERT_TRUE(alice.accept_answer(example("3.1 Answer")));
  EXPECT_EQ(alice.negotiated()->direction, Direction::RecvOnly);
  EXPECT_TRUE(alice.negotiated()->on_hold_by_remote);
  ASSERT_TRUE(alice.answer(example("3.1 Second-Offer"), side("192.0.2.10:49178", {pcmu(), ilbc()})));
  EXPECT_EQ(alice.negotiated()->direction, Direction::SendRecv);
  EXPECT_FALSE(alice.negotiated()->on_hold_by_remote);
}

// §2.3: "change of dynamic payload type from 97 to 99 between the offer and the answer is OK".
TEST(Rfc4317, AnotherPayloadTypeInTheAnswerIsSentByAndTheOfferedOneReceived) {
  Session alice(1);
  (void)alice.make_offer(side("192.0.2.10:49170", {pcmu(), pcma(), ilbc()}));
  std::string answer = example("2.3 Answer");
  answer.resize(answer.find("m=video"));
  ASSERT_TRUE(alice.accept_answer(answer));
  EXPECT_EQ(alice.negotiated()->codecs.front().payload_type, 99);
  EXPECT_EQ(alice.negotiated()->receive_payloads.front(), 97);
}

// §5.2 and §5.3: a black hole (c=0.0.0.0) and its end. The first answer may keep still where the RFC's is sendrecv: RFC
// 3264 §8.4 asks for it.
TEST(Rfc4317, ABlackHoleIsAHoldInOfferAndAnswer) {
  Session bob(1);
  const auto local = side("192.0.2.20:49170", {ilbc()});
  ASSERT_TRUE(bob.answer(example("5.2 Offer"), local));
  EXPECT_FALSE(sends(bob.negotiated()->direction));
  EXPECT_TRUE(bob.negotiated()->on_hold_by_remote);
  ASSERT_TRUE(bob.answer(example("5.2 Second-Offer"), local));
  EXPECT_EQ(bob.negotiated()->direction, Direction::SendRecv);

  Session alice(2);
  const auto offer = side("192.0.2.10:49170", {ilbc()});
  const std::string first = alice.make_offer(offer);
  ASSERT_TRUE(alice.accept_answer(example("5.3 Answer")));
  EXPECT_EQ(alice.negotiated()->direction, Direction::RecvOnly);
  const auto second = alice.answer(example("5.3 Second-Offer"), offer);
  ASSERT_TRUE(second);
  EXPECT_EQ(*second, first) << "the same description with the same version";
  EXPECT_EQ(alice.negotiated()->direction, Direction::SendRecv);
}

}  // namespace
}  // namespace offhook::sdp
