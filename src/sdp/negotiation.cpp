#include "negotiation.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace offhook::sdp {

bool is_usable_audio(const Media& m) {
  return iequals(m.type, "audio") && iequals(m.protocol, "RTP/AVP") && m.port != 0;
}

Result<RemoteAudio> read_audio(const SessionDescription& description, std::size_t index) {
  const Media& m = description.media[index];
  const Connection* connection = description.connection_of(m);
  if (connection == nullptr) return fail(Module::Sdp, "no c= line for the audio stream");
  const auto address = connection->ip();
  if (!address) return fail(Module::Sdp, "c= line has no IP address");
  if (address->is_multicast()) return fail(Module::Sdp, "multicast audio in a call");
  RemoteAudio out;
  out.index = index;
  out.rtp = {*address, m.port};
  out.direction = description.direction_of(m);
  if (address->is_unspecified()) out.direction = make_direction(sends(out.direction), false);
  out.codecs = m.codecs();
  if (const Attribute* ptime = m.attribute("ptime"))
    if (const auto ms = parse_number<std::uint16_t>(trim(ptime->value)); ms && *ms > 0) out.ptime = milliseconds(*ms);
  return out;
}

std::vector<Codec> common_codecs(const std::vector<Codec>& theirs, const std::vector<Codec>& ours) {
  std::vector<Codec> out;
  const auto has = [](const std::vector<Codec>& list, const Codec& codec) {
    return std::any_of(list.begin(), list.end(), [&](const Codec& c) { return c.same_encoding(codec); });
  };
  for (const Codec& codec : theirs)
    if (has(ours, codec) && !has(out, codec)) out.push_back(codec);
  return out;
}

bool has_voice(const std::vector<Codec>& codecs) {
  // Comfort noise (RFC 3389) is no voice either.
  return std::any_of(codecs.begin(), codecs.end(),
                     [](const Codec& c) { return !c.is_telephone_event() && !iequals(c.name, "CN"); });
}

Negotiated make_negotiated(const LocalAudio& local, const RemoteAudio& remote, std::vector<Codec> common,
                           Direction direction, bool on_hold_by_remote) {
  Negotiated out;
  out.local = local.rtp;
  out.remote = remote.rtp;
  out.direction = direction;
  out.on_hold_by_remote = on_hold_by_remote;
  out.ptime = remote.ptime.value_or(local.ptime.count() > 0 ? local.ptime : milliseconds(20));
  for (Codec& codec : common) {
    if (!codec.is_telephone_event())
      out.codecs.push_back(std::move(codec));
    else if (!out.telephone_event_payload)
      out.telephone_event_payload = codec.payload_type;
  }
  return out;
}

}  // namespace offhook::sdp
