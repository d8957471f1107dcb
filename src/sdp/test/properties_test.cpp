// What holds for every description: typed lines that are written are read back, conform, and are kept to the byte; and
// for every two sides: they agree on the same, or not at all. Seeded: RC_PARAMS in the environment ("seed=…
// max_success=…") takes another draw.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdlib>

#include "sdp/conformance.hpp"
#include "sdp/crypto.hpp"
#include "sdp/offer_answer.hpp"
#include "sdp/writer.hpp"

namespace offhook::sdp {
namespace {

using rc::gen::element;
using rc::gen::inRange;

const int kSeeded = setenv("RC_PARAMS", "seed=8866 max_success=200", 0);

int number(int below) { return *inRange(0, below); }
std::string token() {
  return *rc::gen::nonEmpty(rc::gen::container<std::string>(
      element('a', 'Z', '0', '9', '!', '#', '$', '%', '&', '*', '+', '-', '.', '^', '_', '~')));
}
std::string words() {
  std::string out = token();
  for (int i = number(4); i > 0; --i) out += ' ' + token();
  return out;
}

// A description as a list of what was put in: the typed values, their text, and the whole.
struct Draft {
  std::string username = token(), session = std::to_string(number(1 << 30)), address = "192.0.2.1", name = words();
  std::vector<Timing> times;
  std::vector<Repeat> repeats;
  std::vector<std::pair<std::string, std::string>> attributes;  // of the session
  struct Stream {
    std::string type = token(), protocol = *element<std::string>("RTP/AVP", "RTP/SAVP", "UDP/TLS/RTP/SAVP", "udp");
    int port = number(65'536), count = 1 + number(3);
    std::vector<Codec> codecs;
    std::vector<std::pair<std::string, std::string>> attributes;
    std::optional<Bandwidth> bandwidth;
  };
  std::vector<Stream> streams;
  std::string text;
};

std::vector<std::pair<std::string, std::string>> attributes() {
  std::vector<std::pair<std::string, std::string>> out;
  for (int i = number(4); i > 0; --i) out.emplace_back("x-" + token(), words());
  return out;
}

Repeat repeat() {
  Repeat out;
  out.interval = (1 + number(1000)) * *element(1, 60, 3600, 86'400);
  out.duration = number(100'000);
  for (int i = 1 + number(10); i > 0; --i) out.offsets.push_back(number(1 << 20));
  return out;
}

Draft::Stream stream() {
  Draft::Stream out;
  for (int i = 1 + number(20); i > 0; --i)
    out.codecs.push_back({static_cast<std::uint8_t>(i), token(), static_cast<std::uint32_t>(1 + number(96'000)),
                          static_cast<std::uint8_t>(1 + number(8)), number(2) == 0 ? std::string() : words()});
  out.attributes = attributes();
  if (number(2) == 0)
    out.bandwidth = Bandwidth{*element<std::string_view>("AS", "CT", "TIAS", "RS", "RR", "X-new"),
                              static_cast<std::uint32_t>(number(1 << 30))};
  return out;
}

Draft draft() {
  Draft d;
  Writer w;
  w.begin({d.username, d.session, "7", "IN", "IP4", d.address}, d.name).connection({"IN", "IP4", d.address});
  for (int i = 1 + number(3); i > 0; --i) {
    d.times.push_back({static_cast<std::uint64_t>(number(1 << 30)), static_cast<std::uint64_t>(number(1 << 30))});
    w.timing(d.times.back());
    if (number(2) == 0) w.repeat(d.repeats.emplace_back(repeat()));
  }
  d.attributes = attributes();
  for (const auto& [name, value] : d.attributes) w.attribute(name, value);
  for (int i = number(6); i > 0; --i) {
    const Draft::Stream& s = d.streams.emplace_back(stream());
    std::string formats;
    for (const Codec& c : s.codecs) formats += std::to_string(c.payload_type) + ' ';
    MediaLine line;
    line.type = s.type;
    line.port = static_cast<std::uint16_t>(s.port);
    line.port_count = static_cast<std::uint16_t>(s.count);
    line.protocol = s.protocol;
    line.formats = Words(formats);
    w.media(line);
    if (s.bandwidth) w.bandwidth(*s.bandwidth);
    for (const Codec& c : s.codecs) w.codec(c);
    for (const auto& [name, value] : s.attributes) w.attribute(name, value);
  }
  d.text = w.take();
  return d;
}

void check_attributes(const Section& section, const std::vector<std::pair<std::string, std::string>>& expected) {
  std::size_t i = 0;
  for (const Attribute& a : section.attributes()) {
    if (!a.name.starts_with("x-")) continue;
    RC_ASSERT(i < expected.size());
    RC_ASSERT(a.name == expected[i].first);
    RC_ASSERT(a.value == expected[i].second);
    ++i;
  }
  RC_ASSERT(i == expected.size());
}

void check_stream(const Media& m, const Draft::Stream& expected) {
  RC_ASSERT(m.type == expected.type);
  RC_ASSERT(m.port == expected.port);
  RC_ASSERT(m.port_count == expected.count);
  RC_ASSERT(m.protocol == expected.protocol);
  const CodecList codecs = m.codecs();
  RC_ASSERT(codecs.size() == expected.codecs.size());
  for (std::size_t i = 0; i < codecs.size(); ++i) RC_ASSERT(codecs[i] == CodecView(expected.codecs[i]));
  RC_ASSERT(m.line('b').has_value() == expected.bandwidth.has_value());
  if (expected.bandwidth) RC_ASSERT(*Bandwidth::parse(m.line('b')->value) == *expected.bandwidth);
  check_attributes(m, expected.attributes);
}

RC_GTEST_PROP(Descriptions, areReadAsTheyWereWritten, ()) {
  const Draft expected = draft();
  const auto d = parse(expected.text, {.bytes = 65'535});
  RC_ASSERT(d.has_value());
  RC_ASSERT(serialize(*d) == expected.text);
  RC_ASSERT(check_conformance(*d).has_value());
  RC_ASSERT(d->origin() == (Origin{expected.username, expected.session, "7", "IN", "IP4", expected.address}));
  RC_ASSERT(d->name() == expected.name);
  std::size_t times = 0, repeats = 0;
  for (const Line& line : d->session().lines('t')) RC_ASSERT(*Timing::parse(line.value) == expected.times.at(times++));
  for (const Line& line : d->session().lines('r'))
    RC_ASSERT(*Repeat::parse(line.value) == expected.repeats.at(repeats++));
  RC_ASSERT(times == expected.times.size());
  RC_ASSERT(repeats == expected.repeats.size());
  check_attributes(d->session(), expected.attributes);
  RC_ASSERT(d->media().size() == expected.streams.size());
  for (std::size_t i = 0; i < expected.streams.size(); ++i) check_stream(d->media()[i], expected.streams[i]);
}

RC_GTEST_PROP(Descriptions, areChangedInOneLineOnly, ()) {
  const Draft d = draft();
  const auto before = parse(d.text, {.bytes = 65'535});
  RC_ASSERT(before.has_value());
  const std::string value = words();
  const std::string changed = Edit(*before).replace(*before->session().line('s'), value).bytes();
  const auto after = parse(changed, {.bytes = 65'535});
  RC_ASSERT(after && after->name() == value);
  RC_ASSERT(Edit(*after).replace(*after->session().line('s'), d.name).bytes() == d.text);
}

RC_GTEST_PROP(Keys, areReadAsTheyWereWritten, ()) {
  const auto suite = static_cast<CryptoSuite>(1 + number(9));
  const auto bytes =
      *rc::gen::container<std::vector<std::uint8_t>>(key_size(suite), rc::gen::arbitrary<std::uint8_t>());
  const std::string base64 = KeyMaterial::of(bytes).base64();
  Crypto written;
  written.tag = static_cast<std::uint32_t>(number(1'000'000'000));
  written.suite_name = crypto_suite_text(suite);
  CryptoKey key{base64, std::nullopt, {}, 0};
  if (number(2) == 0) key.lifetime = 1 + static_cast<std::uint64_t>(number(1 << 30));
  written.keys.push_back(key);
  const std::string text = written.text();
  const auto read = Crypto::parse(text);
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->tag == written.tag);
  RC_ASSERT(read->suite == suite);
  RC_ASSERT(read->keys == written.keys);
  RC_ASSERT(read->usable_key().has_value());
  RC_ASSERT(read->usable_key()->material == KeyMaterial::of(bytes));
  RC_ASSERT(crypto_text(read->tag, suite, *read->usable_key()) == text);
}

LocalAudio side(std::uint8_t host) {
  LocalAudio out;
  out.rtp = {IpAddress::v4(192, 0, 2, host), static_cast<std::uint16_t>(1 + number(65'000))};
  const std::vector<Codec> all{pcmu(), pcma(), {9, "G722", 8000, 1, {}}, {98, "opus", 48'000, 2, {}}};
  for (const Codec& c : all)
    if (number(2) == 0) out.codecs.push_back(c);
  if (out.codecs.empty()) out.codecs.push_back(pcmu());
  if (number(2) == 0) out.codecs.push_back(telephone_event(static_cast<std::uint8_t>(96 + number(8))));
  out.direction = static_cast<Direction>(number(4));
  out.srtp = static_cast<Srtp>(number(3));
  for (const auto suite : {CryptoSuite::AES_CM_128_HMAC_SHA1_80, CryptoSuite::AES_CM_128_HMAC_SHA1_32})
    if (number(3) != 0) out.crypto.push_back({suite, {{{host}, 30}}});
  out.rtcp_mux = number(2) == 0;
  return out;
}

RC_GTEST_PROP(Sessions, agreeOnTheSameOrNotAtAll, ()) {
  Session ends[2] = {Session(1), Session(2)};
  for (int exchange = 0; exchange < 5; ++exchange) {
    const int who = number(2);
    Session &from = ends[who], &to = ends[1 - who];
    const auto before = from.negotiated();
    const std::string offer = from.make_offer(side(1));
    const auto answer = to.answer(offer, side(2));
    if (!answer) {
      from.rollback();
      RC_ASSERT(from.negotiated() == before);
      continue;
    }
    const auto accepted = from.accept_answer(*answer);
    RC_ASSERT(accepted.has_value());
    const Negotiated ours = *from.negotiated(), theirs = *to.negotiated();
    RC_ASSERT(ours.codecs.size() == theirs.codecs.size());
    for (std::size_t i = 0; i < ours.codecs.size(); ++i) {
      RC_ASSERT(ours.codecs[i].same_encoding(theirs.codecs[i]));
      RC_ASSERT(ours.codecs[i].payload_type == theirs.receive_payloads[i]);
      RC_ASSERT(ours.receive_payloads[i] == theirs.codecs[i].payload_type);
    }
    RC_ASSERT(ours.telephone_event_payload == theirs.telephone_event_receive_payload);
    RC_ASSERT(sends(ours.direction) == receives(theirs.direction));
    RC_ASSERT(receives(ours.direction) == sends(theirs.direction));
    RC_ASSERT(ours.rtcp_mux == theirs.rtcp_mux);
    RC_ASSERT(ours.srtp.has_value() == theirs.srtp.has_value());
    if (ours.srtp) RC_ASSERT(ours.srtp->local == theirs.srtp->remote);
  }
}

}  // namespace
}  // namespace offhook::sdp
