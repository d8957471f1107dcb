#include "negotiation.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "sdp/conformance.hpp"
#include "sdp/rtcp.hpp"

namespace offhook::sdp {
namespace {

std::optional<milliseconds> packet_time(const Media& m, std::string_view name) {
  const auto attribute = m.attribute(name);
  if (!attribute) return std::nullopt;
  const auto microseconds = parse_thousandths(trim(attribute->value));
  // Less than a millisecond is no packet time, more than a minute is nonsense.
  if (!microseconds || *microseconds < 1000 || *microseconds > 60'000'000) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(*microseconds / 1000));
}

const LocalCrypto* find_suite(const std::vector<LocalCrypto>& list, CryptoSuite suite) {
  const auto it = std::find_if(list.begin(), list.end(), [&](const LocalCrypto& c) { return c.suite == suite; });
  return it == list.end() ? nullptr : &*it;
}

// Protection is not given away unless we want that too.
bool protects_enough(const SrtpKey& theirs, const SrtpKey& ours) {
  return (!theirs.unencrypted_rtp || ours.unencrypted_rtp) && (!theirs.unencrypted_rtcp || ours.unencrypted_rtcp);
}

// What we send with, to go with their key: what is negotiated (§6.3.2) is the same on both sides, and a peer that names
// its keys in packets expects the like.
SrtpKey reply_to(const SrtpKey& theirs, SrtpKey ours) {
  ours.unencrypted_rtp = theirs.unencrypted_rtp;
  ours.unencrypted_rtcp = theirs.unencrypted_rtcp;
  ours.mki = theirs.mki;
  ours.mki_length = theirs.mki_length;
  return ours;
}

tl::unexpected<Error> no_keys() { return fail(Module::Sdp, "no crypto suite in common"); }

bool is_taken(const std::vector<Codec>& list, std::uint8_t payload_type, const Codec& codec) {
  return std::any_of(list.begin(), list.end(),
                     [&](const Codec& c) { return c.payload_type == payload_type && !c.same_encoding(codec); });
}

}  // namespace

bool is_audio(const Media& m) { return iequals(m.type, "audio"); }

std::optional<Profile> profile_of(std::string_view protocol) {
  if (iequals(protocol, "RTP/AVP")) return Profile::Plain;
  if (iequals(protocol, "RTP/SAVP")) return Profile::Secure;
  // Feedback (RFC 4585) is something that we need not send.
  if (iequals(protocol, "UDP/TLS/RTP/SAVP") || iequals(protocol, "UDP/TLS/RTP/SAVPF")) return Profile::Dtls;
  return std::nullopt;
}

Result<RemoteAudio> read_audio(const SessionDescription& description, std::size_t index) {
  const Media m = description.media()[index];
  const auto connection = description.connection_of(m);
  if (!connection) return fail(Module::Sdp, "no c= line for the audio stream", m.offset);
  const auto address = connection->ip();
  if (!address) return fail(Module::Sdp, "c= line has no IP address", m.offset);
  if (address->is_multicast()) return fail(Module::Sdp, "multicast audio in a call", m.offset);
  RemoteAudio out;
  out.index = index;
  out.rtp = {*address, m.port};
  out.rtcp_mux = m.has_attribute("rtcp-mux");
  out.rtcp = rtcp_endpoint(m, out.rtp);
  out.direction = description.direction_of(m);
  // To an ICE agent it only means that no candidate is known yet.
  if (address->is_unspecified() && !speaks_ice(description, m))
    out.direction = make_direction(sends(out.direction), false);
  out.codecs = m.codecs();
  out.ptime = packet_time(m, "ptime");
  if (const auto most = packet_time(m, "maxptime"); most && out.ptime.value_or(milliseconds(20)) > *most)
    out.ptime = most;
  return out;
}

Result<std::optional<ChosenCrypto>> choose_crypto(const Media& offer, const LocalAudio& ours,
                                                  const std::optional<Negotiated>& before) {
  const bool wanted = ours.srtp == Srtp::Mandatory || profile_of(offer) == Profile::Secure;
  if (ours.srtp == Srtp::Off) {
    if (wanted) return fail(Module::Sdp, "SRTP offered, which we do not want", offer.offset);
    return std::optional<ChosenCrypto>();
  }
  std::optional<ChosenCrypto> best;
  for (const Attribute& attribute : offer.attributes("crypto")) {
    const auto crypto = Crypto::parse(attribute.value, attribute.offset);
    const auto key = crypto ? crypto->usable_key() : std::nullopt;
    const LocalCrypto* own = key ? find_suite(ours.crypto, crypto->suite) : nullptr;
    if (own == nullptr || !protects_enough(*key, own->key) || (best && best->keys.suite >= crypto->suite)) continue;
    best = ChosenCrypto{crypto->tag, {crypto->suite, reply_to(*key, own->key), *key}};
  }
  const auto& known = before ? before->srtp : std::nullopt;
  if (best && known && known->suite == best->keys.suite && known->remote == best->keys.remote) best->keys = *known;
  if (!best && wanted) return no_keys();
  return best;
}

Result<std::optional<ChosenCrypto>> match_crypto(const Media& answer, const LocalAudio& ours) {
  if (ours.srtp == Srtp::Off) return std::optional<ChosenCrypto>();
  for (const Attribute& attribute : answer.attributes("crypto")) {
    const auto crypto = Crypto::parse(attribute.value, attribute.offset);
    const auto key = crypto ? crypto->usable_key() : std::nullopt;
    if (!key || crypto->tag == 0 || crypto->tag > ours.crypto.size()) continue;
    const LocalCrypto& own = ours.crypto[crypto->tag - 1];
    const bool as_offered =
        own.key.unencrypted_rtp == key->unencrypted_rtp && own.key.unencrypted_rtcp == key->unencrypted_rtcp;
    if (own.suite == crypto->suite && as_offered) return ChosenCrypto{crypto->tag, {own.suite, own.key, *key}};
  }
  // §5.1.3: a line that does not fit ends it, for the peer believes that it does.
  if (ours.srtp == Srtp::Mandatory || answer.has_attribute("crypto")) return no_keys();
  return std::optional<ChosenCrypto>();
}

CodecList common_codecs(const CodecList& theirs, const std::vector<Codec>& ours) {
  CodecList out;
  for (const CodecView& codec : theirs) {
    const bool again = std::any_of(out.begin(), out.end(), [&](const CodecView& c) { return c.same_encoding(codec); });
    if (!again && find_encoding(ours, codec) != nullptr) out.push_back(codec);
  }
  return out;
}

const Codec* find_encoding(const std::vector<Codec>& list, const CodecView& codec) {
  const auto it =
      std::find_if(list.begin(), list.end(), [&](const Codec& c) { return codec.same_encoding(CodecView(c)); });
  return it == list.end() ? nullptr : &*it;
}

bool has_voice(const CodecList& codecs) {
  return std::any_of(codecs.begin(), codecs.end(),
                     [](const CodecView& c) { return !c.is_telephone_event() && !iequals(c.name, "CN"); });
}

std::vector<Codec> assign_payload_types(std::vector<Codec> wanted, const std::vector<Codec>& used, Prefer prefer) {
  std::vector<Codec> out;
  out.reserve(wanted.size());
  const auto clashes = [&](std::uint8_t p) {
    return std::any_of(out.begin(), out.end(), [&](const Codec& c) { return c.payload_type == p; });
  };
  const auto is_free = [&](std::uint8_t p, const Codec& codec) { return !clashes(p) && !is_taken(used, p, codec); };
  for (Codec& codec : wanted) {
    const auto said = std::find_if(used.rbegin(), used.rend(), [&](const Codec& c) { return c.same_encoding(codec); });
    const std::uint8_t asked = codec.payload_type;
    const std::uint8_t earlier = said == used.rend() ? asked : said->payload_type;
    std::uint8_t p = prefer == Prefer::Asked && is_free(asked, codec) ? asked : earlier;
    if (!is_free(p, codec)) p = asked;
    // 96 to 127, then what RFC 3551 leaves unassigned below; 64 to 95 look like RTCP to one who multiplexes.
    for (int tried = 0; tried < 61 && !is_free(p, codec); ++tried)
      p = static_cast<std::uint8_t>(tried < 32 ? 96 + tried : 35 + tried - 32);
    // A peer that has worn out all numbers gets the one it asks for, if that does not make this list ambiguous.
    if (!is_free(p, codec) && clashes(p = asked)) continue;
    codec.payload_type = p;
    out.push_back(std::move(codec));
  }
  return out;
}

Negotiated make_negotiated(const LocalAudio& local, const RemoteAudio& remote, const CodecList& common,
                           const std::vector<Codec>& described) {
  Negotiated out;
  out.local = local.rtp;
  out.remote = remote.rtp;
  out.direction = narrow(local.direction, remote.direction);
  out.ptime = remote.ptime.value_or(local.ptime.count() > 0 ? local.ptime : milliseconds(20));
  out.rtcp_mux = local.rtcp_mux && remote.rtcp_mux;
  out.remote_rtcp = out.rtcp_mux ? remote.rtp : remote.rtcp;
  for (const CodecView& codec : common) {
    const Codec* own = find_encoding(described, codec);
    const std::uint8_t receive = own != nullptr ? own->payload_type : codec.payload_type;
    if (!codec.is_telephone_event()) {
      out.codecs.push_back(codec.own());
      out.receive_payloads.push_back(receive);
      out.receive_fmtp.push_back(own != nullptr ? own->fmtp : std::string());
    } else if (!out.telephone_event_payload) {
      out.telephone_event_payload = codec.payload_type;
      out.telephone_event_receive_payload = receive;
    }
  }
  return out;
}

}  // namespace offhook::sdp
