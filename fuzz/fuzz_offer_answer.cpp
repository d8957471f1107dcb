// Two sessions exchange descriptions that are damaged on their way. Whatever arrives: no crash, an answer has the m=
// lines of its offer, nothing is agreed that was not offered, one offer is open at a time, a description that has not
// changed keeps its version.
//
// Input: one byte for each step (who, what), two for the place and kind of damage; the rest is what is pasted in.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sdp/offer_answer.hpp"
#include "sdp/session_description.hpp"

namespace {

using namespace offhook;
using namespace offhook::sdp;

void require(bool good) {
  if (!good) std::abort();
}

LocalAudio party(std::uint8_t wish, std::uint8_t host) {
  LocalAudio out;
  out.rtp = {IpAddress::v4(192, 0, 2, host), 4000};
  out.codecs = {pcmu(), pcma(), telephone_event(static_cast<std::uint8_t>(96 + (wish & 3U)))};
  if ((wish & 4U) != 0) out.codecs.push_back({97, "opus", 48000, 2, "useinbandfec=1"});
  out.direction = static_cast<Direction>((wish >> 3U) & 3U);
  out.rfc2543_hold = (wish & 32U) != 0;
  out.rtcp_mux = (wish & 64U) != 0;
  out.srtp = static_cast<Srtp>(wish % 3);
  SrtpKey key;
  key.material.size = 30;
  key.material.bytes[0] = wish;
  key.lifetime = std::uint64_t{wish} << 20U;
  key.unencrypted_rtcp = (wish & 128U) != 0;
  out.crypto = {{CryptoSuite::AES_CM_128_HMAC_SHA1_80, key}, {CryptoSuite::AES_CM_128_HMAC_SHA1_32, key}};
  out.crypto.back().offered = (wish & 8U) != 0;
  if ((wish & 16U) != 0) {
    const char name = static_cast<char>('a' + host);
    std::string fingerprint = "sha-256 AB";
    for (int i = 1; i < 32; ++i) fingerprint += ":AB";
    out.dtls =
        LocalDtls{fingerprint, (wish & 4U) != 0, std::string(20, name), std::string(4, name), std::string(22, name)};
  }
  if ((wish & 2U) != 0) {
    IceSide side;
    side.ufrag = std::string(4, static_cast<char>('a' + (wish >> 2U) % 26U));
    side.password = std::string(22, static_cast<char>('a' + host));
    for (const std::uint16_t component : {std::uint16_t{1}, std::uint16_t{2}})
      side.candidates.push_back({"1",
                                 component,
                                 ice_priority(IceType::Host, component),
                                 {out.rtp.address, static_cast<std::uint16_t>(3999 + component)},
                                 IceType::Host,
                                 {}});
    IceChoice choice{side.ufrag, (wish & 64U) != 0, side.candidates, {out.rtp, out.rtp}};
    if ((wish & 128U) != 0) out.choice = std::make_shared<const IceChoice>(std::move(choice));
    out.candidates = std::make_shared<const IceSide>(std::move(side));
    out.restart_ice = (wish & 32U) != 0;
  }
  return out;
}

// Reads the steps; what is left of the input at the end is zero.
struct Bytes {
  const std::uint8_t* at;
  const std::uint8_t* end;
  std::uint8_t next() { return at == end ? std::uint8_t{0} : *at++; }
};

std::string damaged(std::string text, Bytes& in) {
  const std::uint8_t kind = in.next();
  if ((kind & 3U) == 0 || text.empty()) return text;
  const std::size_t at = (in.next() * 256U + in.next()) % text.size();
  if ((kind & 3U) == 1) text.erase(at, kind >> 2U);
  if ((kind & 3U) == 2) text[at] = static_cast<char>(in.next());
  if ((kind & 3U) == 3) text.insert(at, text.substr(in.next() % text.size(), kind >> 2U));
  return text;
}

std::size_t media_count(const std::string& text) {
  const auto d = parse(text, {.bytes = 65'535});
  require(d.has_value());  // what we write always parses
  return d->media().size();
}

// All that was agreed stands in both descriptions.
void check(const Session& s, const std::string& offer) {
  const auto& negotiated = s.negotiated();
  if (!negotiated || s.state() != Session::State::Stable) return;
  require(negotiated->codecs.size() == negotiated->receive_payloads.size() && !negotiated->codecs.empty());
  require(!negotiated->srtp || !negotiated->dtls);
  require(!negotiated->ice || !negotiated->checks);
  if (negotiated->checks) {
    const auto said = parse(s.local_description());
    require(said.has_value() && !said->session().has_attribute("ice-lite"));
    require(s.local_description().find("a=ice-ufrag:" + negotiated->checks->local.ufrag + "\r\n") != std::string::npos);
  }
  if (negotiated->dtls) require(!negotiated->dtls->remote.empty() && negotiated->dtls->role != Setup::ActPass);
  const auto d = parse(offer);
  require(d.has_value());
  for (const Codec& codec : negotiated->codecs) {
    bool offered = false;
    for (const Media& m : d->media())
      for (const CodecView& c : m.codecs()) offered = offered || c.same_encoding(codec);
    require(offered);
  }
}

std::string body_of(const std::string& text) { return text.substr(text.find("\r\ns=")); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes in{data, data + size};
  Session sessions[2] = {Session(1), Session(2)};
  for (int step = 0; step < 32 && in.at != in.end; ++step) {
    const std::uint8_t what = in.next();
    const std::uint8_t who = what & 1U, other = who ^ 1U;
    Session& from = sessions[who];
    Session& to = sessions[other];
    if (from.state() == Session::State::OfferReceived) from.rollback();
    const std::string before = from.local_description();
    const std::string offer = from.make_offer(party(in.next(), who));
    require(from.state() == Session::State::OfferSent);
    if (!before.empty()) require((before == offer) == (body_of(before) == body_of(offer)));
    const std::string arrived = damaged(offer, in);
    const auto answer = to.answer(arrived, party(in.next(), other));
    if (!answer) {
      if (to.state() == Session::State::OfferReceived) to.rollback();
      from.rollback();
      continue;
    }
    require(media_count(*answer) == parse(arrived)->media().size());
    check(to, arrived);
    if (!from.accept_answer(damaged(*answer, in))) {
      require(from.state() == Session::State::OfferSent);
      from.rollback();
      continue;
    }
    check(from, offer);
  }
  return 0;
}
