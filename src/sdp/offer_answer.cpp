#include "sdp/offer_answer.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "negotiation.hpp"

namespace offhook::sdp {
namespace {

const Codec* find_encoding(const std::vector<Codec>& list, const Codec& codec) {
  const auto it = std::find_if(list.begin(), list.end(), [&](const Codec& c) { return c.same_encoding(codec); });
  return it == list.end() ? nullptr : &*it;
}

bool uses_payload_type(const std::vector<Codec>& list, std::uint8_t payload_type) {
  return std::any_of(list.begin(), list.end(), [&](const Codec& c) { return c.payload_type == payload_type; });
}

void append_codec(std::string& out, const Codec& codec) {
  const std::string payload_type = std::to_string(codec.payload_type);
  out += "a=rtpmap:" + payload_type + ' ' + codec.name + '/' + std::to_string(codec.clock_rate);
  if (codec.channels != 1) out += '/' + std::to_string(codec.channels);
  out += "\r\n";
  if (!codec.fmtp.empty()) out += "a=fmtp:" + payload_type + ' ' + codec.fmtp + "\r\n";
}

// The m= line of our audio with its attributes.
void append_audio(std::string& out, const LocalAudio& local, const std::vector<Codec>& codecs, Direction direction) {
  out += "m=audio " + std::to_string(local.rtp.port) + " RTP/AVP";
  for (const Codec& codec : codecs) out += ' ' + std::to_string(codec.payload_type);
  out += "\r\n";
  for (const Codec& codec : codecs) append_codec(out, codec);
  if (local.ptime.count() > 0) out += "a=ptime:" + std::to_string(local.ptime.count()) + "\r\n";
  out += "a=";
  out += direction_text(direction);
  out += "\r\n";
}

std::string refused(const Media& m) {
  std::string line(m.type);
  line += " 0 ";
  line += m.protocol;
  line += ' ';
  line += m.formats.front();  // RFC 3264 §6: at least one, meaning nothing
  return line;
}

// The audio line of an offer that we take: nothing when the offer has none on purpose (no m= lines, or audio with
// port 0), an Error when all it has is of no use to us.
Result<std::optional<RemoteAudio>> audio_of_offer(const SessionDescription& offer, const LocalAudio& local) {
  bool disabled = offer.media.empty();
  std::optional<Error> problem;
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    if (iequals(offer.media[i].type, "audio") && offer.media[i].port == 0) disabled = true;
    if (!is_usable_audio(offer.media[i])) continue;
    auto audio = read_audio(offer, i);
    if (audio && has_voice(common_codecs(audio->codecs, local.codecs))) return std::optional(std::move(*audio));
    if (!problem) problem = audio ? Error{Module::Sdp, 0, "no codec in common"} : audio.error();
  }
  if (problem) return tl::unexpected(*problem);
  if (disabled) return std::nullopt;
  return fail(Module::Sdp, "no RTP/AVP audio stream offered");
}

}  // namespace

Session::Session(std::uint64_t origin_id, std::string username)
    : origin_id_(origin_id), username_(std::move(username)) {}

std::string Session::make_offer(const LocalAudio& local) {
  const bool has_ours =
      std::any_of(streams_.begin(), streams_.end(), [](const Stream& s) { return s.refused_line.empty(); });
  if (!has_ours) streams_.push_back({});
  offered_ = local;
  offered_.codecs = codecs_to_offer(local);
  state_ = State::OfferSent;
  return render(offered_, offered_.codecs, local.direction);
}

Result<void> Session::receive_offer(std::string_view offer, const LocalAudio& local) {
  if (state_ == State::OfferSent) return fail(Module::Sdp, "offer while our own offer is open");
  const auto description = parse(offer);
  if (!description) return tl::unexpected(description.error());
  if (const auto audio = audio_of_offer(*description, local); !audio) return tl::unexpected(audio.error());
  open_offer_ = offer;
  state_ = State::OfferReceived;
  return {};
}

Result<std::string> Session::answer(const LocalAudio& local) {
  if (state_ != State::OfferReceived) return fail(Module::Sdp, "no offer to answer");
  const auto description = parse(open_offer_);
  if (!description) return tl::unexpected(description.error());
  const auto audio = audio_of_offer(*description, local);
  if (!audio) return tl::unexpected(audio.error());

  streams_.clear();
  for (const Media& m : description->media) streams_.push_back({refused(m)});
  std::optional<Negotiated> negotiated;
  std::vector<Codec> codecs;
  Direction direction = Direction::Inactive;
  if (*audio) {
    const RemoteAudio& remote = **audio;
    streams_[remote.index].refused_line.clear();
    codecs = common_codecs(remote.codecs, local.codecs);
    direction = narrow(local.direction, remote.direction);
    negotiated = make_negotiated(local, remote, codecs, direction, !receives(remote.direction));
    // Their payload types and order, our parameters.
    for (Codec& codec : codecs) codec.fmtp = find_encoding(local.codecs, codec)->fmtp;
  }
  std::string text = render(local, codecs, direction);
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
  if (description->media.size() != streams_.size()) return fail(Module::Sdp, "answer has another number of m= lines");
  const auto ours =
      std::find_if(streams_.begin(), streams_.end(), [](const Stream& s) { return s.refused_line.empty(); });
  const auto index = static_cast<std::size_t>(ours - streams_.begin());
  const Media& m = description->media[index];
  if (!iequals(m.type, "audio")) return fail(Module::Sdp, "answer puts another medium on the audio line");
  if (m.port == 0) {
    settle(std::string(answer), std::nullopt);
    return {};
  }
  if (!is_usable_audio(m)) return fail(Module::Sdp, "answer changes the transport protocol");
  const auto remote = read_audio(*description, index);
  if (!remote) return tl::unexpected(remote.error());
  auto codecs = common_codecs(remote->codecs, offered_.codecs);
  if (!has_voice(codecs)) return fail(Module::Sdp, "answer has no codec of the offer");

  // Whether the peer holds us shows only in an answer to an offer to send; otherwise what we knew stands.
  const bool was_held = negotiated_ && negotiated_->on_hold_by_remote;
  const bool held = sends(offered_.direction) ? !receives(remote->direction) : was_held;
  settle(std::string(answer),
         make_negotiated(offered_, *remote, std::move(codecs), narrow(offered_.direction, remote->direction), held));
  return {};
}

void Session::rollback() {
  open_offer_.clear();
  state_ = remote_text_.empty() ? State::Idle : State::Stable;
}

void Session::settle(std::string remote_text, std::optional<Negotiated> negotiated) {
  remote_text_ = std::move(remote_text);
  negotiated_ = std::move(negotiated);
  open_offer_.clear();
  state_ = State::Stable;
}

std::vector<Codec> Session::codecs_to_offer(const LocalAudio& local) const {
  std::vector<Codec> out;
  out.reserve(local.codecs.size());
  for (Codec codec : local.codecs) {
    if (const Codec* before = find_encoding(sent_codecs_, codec)) {
      codec.payload_type = before->payload_type;
    } else {
      const auto taken = [&](std::uint8_t p) {
        return uses_payload_type(sent_codecs_, p) || uses_payload_type(out, p);
      };
      for (std::uint8_t p = 96; p < 128 && taken(codec.payload_type); ++p) codec.payload_type = p;
    }
    out.push_back(std::move(codec));
  }
  return out;
}

std::string Session::render(const LocalAudio& local, const std::vector<Codec>& codecs, Direction direction) {
  const bool v6 = local.rtp.address.is_v6();
  const std::string address_type = v6 ? "IN IP6 " : "IN IP4 ";
  const std::string address = address_type + local.rtp.address.text();
  // RFC 3264 §8.4 speaks of IPv4 alone; :: is its like for IPv6 (RFC 6157 has no better).
  const std::string connection = local.rfc2543_hold ? address_type + (v6 ? "::" : "0.0.0.0") : address;

  std::string body = "s=-\r\nc=" + connection + "\r\nt=0 0\r\n";
  for (const Stream& stream : streams_) {
    if (stream.refused_line.empty())
      append_audio(body, local, codecs, direction);
    else
      body += "m=" + stream.refused_line + "\r\n";
  }
  if (body != last_body_) ++version_;  // RFC 3264 §8
  std::string text = "v=0\r\no=" + username_ + ' ' + std::to_string(origin_id_) + ' ' + std::to_string(version_) + ' ' +
                     address + "\r\n" + body;
  last_body_ = std::move(body);
  sent_codecs_ = codecs;
  local_text_ = text;
  return text;
}

}  // namespace offhook::sdp
