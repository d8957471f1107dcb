#include "sdp/offer_answer.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "negotiation.hpp"

namespace offhook::sdp {
namespace {

// The lines of a stream that we do not take: port 0, one format that means nothing (RFC 3264 §6), its name.
std::string refused_lines(const Media& m) {
  std::string out = "m=";
  out += m.type;
  out += " 0 ";
  out += m.protocol;
  out += ' ';
  out += m.formats.front();
  out += "\r\n";
  if (const auto mid = m.attribute("mid")) (((out += "a=mid:") += trim(mid->value)) += "\r\n");
  return out;
}

struct OfferedAudio {
  RemoteAudio remote;
  CodecList common;
  Keying keying;
  std::string_view profile;  // as they spell it
};

// RFC 6157 §4: a stream whose addresses are of another family than ours is of no use. Where ours is not known yet, or
// theirs is the 0.0.0.0 of hold, there is nothing to compare.
bool fits_family(const Endpoint& ours, const Endpoint& theirs) {
  return ours.port == 0 || theirs.address.is_unspecified() || ours.address.is_v6() == theirs.address.is_v6();
}

Result<OfferedAudio> take_audio(const SessionDescription& offer, std::size_t index, const LocalAudio& local,
                                const std::optional<Negotiated>& before) {
  const Media m = offer.media()[index];
  auto remote = read_audio(offer, index);
  if (!remote) return tl::unexpected(remote.error());
  if (!fits_family(local.rtp, remote->rtp)) return fail(Module::Sdp, "address of the other IP version", m.offset);
  auto keying = choose_keying(offer, m, local, before);
  if (!keying) return tl::unexpected(keying.error());
  CodecList common = common_codecs(remote->codecs, local.codecs);
  if (!has_voice(common)) return fail(Module::Sdp, "no codec in common", m.offset);
  return OfferedAudio{std::move(*remote), std::move(common), std::move(*keying), m.protocol};
}

// The audio stream of an offer that we take, the first that fits, before all one with keys: nothing when the offer has
// none on purpose (no m= lines, or audio with port 0), an Error when all it has is of no use to us.
Result<std::optional<OfferedAudio>> audio_of_offer(const SessionDescription& offer, const LocalAudio& local,
                                                   const std::optional<Negotiated>& before) {
  const MediaRange media = offer.media();
  bool disabled = media.empty();
  std::optional<Error> problem;
  std::optional<OfferedAudio> plain;
  for (std::size_t i = 0; i < media.size(); ++i) {
    const Media m = media[i];
    if (!is_audio(m)) continue;
    if (m.port == 0) disabled = true;
    if (m.port == 0 || !profile_of(m)) continue;
    auto audio = take_audio(offer, i, local, before);
    if (audio && (audio->keying.any() || local.srtp == Srtp::Off)) return std::optional(std::move(*audio));
    if (audio && !plain) plain = std::move(*audio);
    if (!audio && !problem) problem = audio.error();
  }
  if (plain) return plain;
  if (problem) return tl::unexpected(*problem);
  if (disabled) return std::nullopt;
  return fail(Module::Sdp, "no RTP audio stream offered");
}

}  // namespace

Session::Session(std::uint64_t origin_id, std::string username)
    : origin_id_(origin_id), username_(std::move(username)) {}

std::size_t Session::own_stream() const {
  const auto it = std::find_if(streams_.begin(), streams_.end(), [](const Stream& s) { return s.refused.empty(); });
  return static_cast<std::size_t>(it - streams_.begin());
}

// A slot for our audio: the one that it has, else a disabled one of its kind (RFC 3264 §8.1), else a new one.
void Session::claim_stream() {
  if (own_stream() < streams_.size()) return;
  const auto disabled = std::find_if(streams_.begin(), streams_.end(), [](const Stream& s) {
    return s.refused.size() > 8 && iequals(std::string_view(s.refused).substr(0, 8), "m=audio ");
  });
  if (disabled == streams_.end()) return streams_.push_back({});
  *disabled = {};
}

std::string Session::make_offer(const LocalAudio& local) {
  open_offer_.clear();
  claim_stream();
  offered_ = local;
  AudioLines audio;
  audio.codecs = assign_payload_types(local.codecs, used_, Prefer::Earlier);
  offered_.codecs = audio.codecs;
  audio.direction = local.direction;
  audio.rtcp_mux = local.rtcp_mux;
  std::erase_if(offered_.crypto, [](const LocalCrypto& crypto) { return !crypto.offered; });
  // A key in use stays: peers are known that take no second one.
  if (negotiated_ && negotiated_->srtp && !local.renew_keys)
    for (LocalCrypto& crypto : offered_.crypto)
      if (crypto.suite == negotiated_->srtp->suite) crypto.key = negotiated_->srtp->local;
  offer_dtls(local, audio);
  offer_candidates(local, audio);
  if (local.srtp != Srtp::Off)
    for (const LocalCrypto& crypto : offered_.crypto)
      audio.crypto.push_back({static_cast<std::uint32_t>(audio.crypto.size() + 1), crypto});
  state_ = State::OfferSent;
  offered_profile_ = audio.profile;
  return render(offered_, std::move(audio));
}

// What an offer says of DTLS, and its profile. An association in use is offered again, whoever offered it first, and as
// it was: browsers take no other profile or bundle in a call.
void Session::offer_dtls(const LocalAudio& local, AudioLines& audio) {
  const bool in_use = negotiated_ && negotiated_->dtls;
  if (local.srtp == Srtp::Mandatory) audio.profile = "RTP/SAVP";
  if (local.srtp == Srtp::Off || !local.dtls || !(local.dtls->offered || in_use)) return offered_.dtls.reset();
  if (dtls_) offered_.dtls = dtls_;
  if (local.renew_keys)
    offered_.dtls->tls_id = local.dtls->tls_id;
  else if (in_use && !negotiated_->dtls->local_id.empty())
    offered_.dtls->tls_id = negotiated_->dtls->local_id;
  audio.dtls = dtls_ = offered_.dtls;
  audio.ice = true;
  Stream& stream = streams_[own_stream()];
  if (stream.bundled) audio.bundle = stream.mid;
  // Keys in the description belong to another profile than those of an association (RFC 5764 §4.1).
  const bool has_profile = in_use && profile_of(stream.profile) == Profile::Dtls;
  if (local.srtp != Srtp::Mandatory && !has_profile) return;
  if (!has_profile) stream.profile = "UDP/TLS/RTP/SAVP";
  audio.profile = stream.profile;
  offered_.crypto.clear();
}

Result<void> Session::receive_offer(std::string_view offer, const LocalAudio& local) {
  if (state_ == State::OfferSent) return fail(Module::Sdp, "offer while our own offer is open");
  if (state_ == State::OfferReceived) return fail(Module::Sdp, "offer while an earlier one is unanswered");
  const auto description = parse(offer);
  if (!description) return tl::unexpected(description.error());
  if (const auto audio = audio_of_offer(*description, local, negotiated_); !audio) return tl::unexpected(audio.error());
  open_offer_ = offer;
  state_ = State::OfferReceived;
  return {};
}

Result<std::string> Session::answer(const LocalAudio& local) {
  if (state_ != State::OfferReceived) return fail(Module::Sdp, "no offer to answer");
  const auto description = parse(open_offer_);
  if (!description) return tl::unexpected(description.error());
  const auto taken = audio_of_offer(*description, local, negotiated_);
  if (!taken) return tl::unexpected(taken.error());

  streams_.clear();
  for (const Media& m : description->media()) streams_.push_back({refused_lines(m), {}, {}});
  std::optional<Negotiated> negotiated;
  AudioLines audio;
  LocalAudio described;  // where it is not quite `local`
  if (*taken) {
    const OfferedAudio& offered = **taken;
    Stream& stream = streams_[offered.remote.index];
    stream.refused.clear();
    if (const auto mid = description->media()[offered.remote.index].attribute("mid")) stream.mid = trim(mid->value);
    // Their order and, as far as our own past allows, their payload types; our parameters.
    for (const CodecView& codec : offered.common) {
      audio.codecs.push_back(codec.own());
      audio.codecs.back().fmtp = find_encoding(local.codecs, codec)->fmtp;
    }
    audio.codecs = assign_payload_types(std::move(audio.codecs), used_, Prefer::Asked);
    negotiated = make_negotiated(local, offered.remote, offered.common, audio.codecs);
    negotiated->on_hold_by_remote = !receives(offered.remote.direction);
    audio.direction = negotiated->direction;
    audio.profile = offered.profile;
    audio.rtcp_mux = negotiated->rtcp_mux;
    if (const auto& crypto = offered.keying.crypto) {
      negotiated->srtp = crypto->keys;
      audio.crypto.push_back({crypto->tag, {crypto->keys.suite, crypto->keys.local}});
    }
    if (offered.keying.dtls) {
      const Media m = description->media()[offered.remote.index];
      negotiated->dtls = offered.keying.dtls;
      // Names that are in use stay: that of the association is in the terms, those of ICE change when the peer has
      // begun anew (RFC 8839 §4.4.2).
      const auto ice = read_ice(*description, m, *local.dtls);
      const bool same = ice && negotiated_ && negotiated_->ice && negotiated_->ice->remote_ufrag == ice->remote_ufrag &&
                        negotiated_->ice->remote_password == ice->remote_password;
      const bool anew = ice && negotiated_ && negotiated_->ice && !same;
      if (!dtls_ || anew) dtls_ = local.dtls;
      dtls_->tls_id = negotiated->dtls->local_id;
      negotiated->ice = read_ice(*description, m, *dtls_);
      audio.dtls = dtls_;
      audio.setup = negotiated->dtls->role;
      audio.ice = speaks_ice(*description, m);
      stream.profile = offered.profile;
      stream.bundled = heads_bundle(*description, stream.mid);
      if (stream.bundled) audio.bundle = stream.mid;
    }
    if (local.candidates) {
      described = local;
      answer_candidates(*description, description->media()[offered.remote.index], described, audio, *negotiated);
    }
  }
  std::string text = render(described.candidates ? described : local, std::move(audio));
  settle(std::move(open_offer_), std::move(negotiated));
  return text;
}

Result<std::string> Session::answer(std::string_view offer, const LocalAudio& local) {
  if (const auto received = receive_offer(offer, local); !received) return tl::unexpected(received.error());
  return answer(local);
}

Result<void> Session::accept_answer(std::string_view answer) {
  if (state_ != State::OfferSent) return fail(Module::Sdp, "answer without an open offer");
  const auto description = parse(answer);
  if (!description) return tl::unexpected(description.error());
  if (description->media().size() != streams_.size()) return fail(Module::Sdp, "answer has another number of m= lines");
  const std::size_t index = own_stream();
  const Media m = description->media()[index];
  if (!is_audio(m)) return fail(Module::Sdp, "answer puts another medium on the audio line", m.offset);
  if (m.port == 0) {
    settle(std::string(answer), std::nullopt);
    return {};
  }
  if (profile_of(m) != profile_of(offered_profile_))
    return fail(Module::Sdp, "answer changes the transport protocol", m.offset);
  const auto remote = read_audio(*description, index);
  if (!remote) return tl::unexpected(remote.error());
  if (!fits_family(offered_.rtp, remote->rtp)) return fail(Module::Sdp, "address of the other IP version", m.offset);
  auto keying = match_keying(*description, m, offered_, negotiated_);
  if (!keying) return tl::unexpected(keying.error());
  const auto common = common_codecs(remote->codecs, offered_.codecs);
  if (!has_voice(common)) return fail(Module::Sdp, "answer has no codec of the offer", m.offset);

  Negotiated negotiated = make_negotiated(offered_, *remote, common, offered_.codecs);
  if (keying->crypto) negotiated.srtp = keying->crypto->keys;
  if (keying->dtls) {
    negotiated.dtls = std::move(keying->dtls);
    if (!offered_candidates_) negotiated.ice = read_ice(*description, m, *offered_.dtls);
  }
  if (offered_candidates_)
    if (auto theirs = read_ice_side(*description, m).side)
      negotiated.checks = agree_candidates({*offered_candidates_, std::move(*theirs), true});
  // Whether the peer holds us shows only in an answer to an offer to send; otherwise what we knew stands.
  const bool was_held = negotiated_ && negotiated_->on_hold_by_remote;
  negotiated.on_hold_by_remote = sends(offered_.direction) ? !receives(remote->direction) : was_held;
  settle(std::string(answer), std::move(negotiated));
  return {};
}

void Session::rollback() {
  if (state_ == State::OfferSent) streams_ = agreed_streams_;  // as if it had not been made (RFC 3264 §4)
  open_offer_.clear();
  state_ = remote_text_.empty() ? State::Idle : State::Stable;
}

void Session::settle(std::string remote_text, std::optional<Negotiated> negotiated) {
  remote_text_ = std::move(remote_text);
  negotiated_ = std::move(negotiated);
  agreed_streams_ = streams_;
  open_offer_.clear();
  offered_candidates_.reset();
  spoke_ice_ = spoke_ice_ || (negotiated_ && negotiated_->checks);
  state_ = State::Stable;
}

}  // namespace offhook::sdp
