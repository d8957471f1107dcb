// Our description as text, and its version (RFC 3264 §5, §8).
#include <algorithm>

#include "sdp/ice.hpp"
#include "sdp/offer_answer.hpp"
#include "sdp/writer.hpp"

namespace offhook::sdp {
namespace {

Connection connection_of(const IpAddress& address, std::string_view text) {
  return {"IN", address.is_v6() ? "IP6" : "IP4", text};
}

void append_dtls(Writer& w, const LocalDtls& dtls, Setup setup) {
  w.attribute("fingerprint", dtls.fingerprint);
  w.attribute("setup", setup_text(setup));
  if (!dtls.tls_id.empty()) w.attribute("tls-id", dtls.tls_id);
}

// RFC 8839 §5.1: one host candidate, with the priority of RFC 8445 §5.1.2.1 for the only address of its host.
void append_ice(Writer& w, const LocalDtls& dtls, const Endpoint& rtp) {
  const std::string address = rtp.address.text();
  Candidate candidate;
  candidate.foundation = "1";
  candidate.priority = 126U << 24U | 65'535U << 8U | 255U;
  candidate.address = address;
  candidate.port = rtp.port;
  w.attribute("ice-ufrag", dtls.ice_ufrag);
  w.attribute("ice-pwd", dtls.ice_password);
  w.attribute("candidate", candidate.text());
}

}  // namespace

void Session::append_audio(std::string& out, const LocalAudio& local, const AudioLines& audio,
                           const Stream& stream) const {
  std::string formats;
  for (const Codec& codec : audio.codecs) formats += (formats.empty() ? "" : " ") + std::to_string(codec.payload_type);
  MediaLine line;
  line.type = "audio";
  line.port = local.rtp.port;
  line.protocol = audio.profile;
  line.formats = Words(formats);
  Writer w;
  w.media(line);
  for (const auto& [tag, crypto] : audio.crypto) w.attribute("crypto", crypto_text(tag, crypto.suite, crypto.key));
  for (const Codec& codec : audio.codecs) w.codec(codec);
  if (local.ptime.count() > 0) w.attribute("ptime", std::to_string(local.ptime.count()));
  w.attribute(direction_text(audio.direction));
  if (!stream.mid.empty()) w.attribute("mid", stream.mid);
  if (local.rtcp && !audio.rtcp_mux) {
    const std::string address = local.rtcp->address.text();
    std::string value = std::to_string(local.rtcp->port);
    if (local.rtcp->address != local.rtp.address) value += ' ' + connection_of(local.rtcp->address, address).text();
    w.attribute("rtcp", value);
  }
  if (audio.rtcp_mux) w.attribute("rtcp-mux");
  if (audio.dtls) append_dtls(w, *audio.dtls, audio.setup);
  if (audio.dtls && audio.ice) append_ice(w, *audio.dtls, local.rtp);
  w.verbatim(audio.candidates);
  w.verbatim(local.attributes);
  out += w.text();
}

std::string Session::render(const LocalAudio& local, AudioLines audio) {
  const std::string address = local.rtp.address.text();
  const bool v6 = local.rtp.address.is_v6();
  // RFC 3264 §8.4 speaks of IPv4 alone; :: is its like for IPv6 (RFC 6157 has no better).
  // Between ICE agents it would mean that all begins anew (RFC 8839 §4.4.1.1.1).
  const bool hides = local.rfc2543_hold && audio.candidates.empty();
  const std::string_view where = hides ? (v6 ? "::" : "0.0.0.0") : std::string_view(address);

  Writer head;
  head.connection(connection_of(local.rtp.address, where)).timing();
  if (!audio.bundle.empty()) head.attribute("group", "BUNDLE " + audio.bundle);
  if (audio.dtls && audio.ice) head.attribute("ice-lite");
  std::string body = head.take();
  for (const Stream& stream : streams_) {
    if (stream.refused.empty())
      append_audio(body, local, audio, stream);
    else
      body += stream.refused;
  }
  if (body != last_body_) ++version_;  // §8: a description that has not changed keeps its version
  const std::string id = std::to_string(origin_id_), version = std::to_string(version_);
  Writer whole;
  whole.begin({username_, id, version, "IN", v6 ? "IP6" : "IP4", address}).verbatim(body);
  last_body_ = std::move(body);
  for (Codec& codec : audio.codecs) {
    std::erase_if(used_, [&](const Codec& c) { return c.payload_type == codec.payload_type; });
    used_.push_back(std::move(codec));
  }
  local_text_ = whole.take();
  return local_text_;
}

}  // namespace offhook::sdp
