#include "paging/pages.hpp"

#include <algorithm>

#include "media/codec.hpp"
#include "rtp/packet.hpp"

namespace offhook::media {
namespace {

// A page has no description: its payload types are the static ones (RFC 3551) that we can play.
std::optional<sdp::Codec> codec_of(std::uint8_t payload_type) {
  const auto known = sdp::static_codec_view(payload_type);
  if (!known) return std::nullopt;
  sdp::Codec codec = known->own();
  if (find_codec(codec) == nullptr) return std::nullopt;
  return codec;
}

}  // namespace

ListenerId Pages::listen(PartyId party, Endpoint group, IpAddress interface, std::deque<SocketRequest>& requests) {
  Place& place = places_[{group, interface}];
  if (place.ears.empty()) requests.push_back({SocketRequest::Kind::Join, group, {}, 0, interface});
  const ListenerId id = ears_.insert(Ear{party, group, interface, {}});
  place.ears.push_back(id);
  if (place.sounding) news_.push_back({id, true, place.from});
  return id;
}

void Pages::stop_listening(ListenerId id, std::deque<SocketRequest>& requests) {
  const Ear* ear = ears_.find(id);
  if (ear == nullptr) return;
  const Key key{ear->group, ear->interface};
  Place& place = places_.at(key);
  std::erase(place.ears, id);
  if (place.ears.empty()) {
    requests.push_back({SocketRequest::Kind::Leave, ear->group, {}, 0, ear->interface});
    std::erase(active_, key);
    places_.erase(key);
    settle_deadline();
  }
  std::erase_if(news_, [id](const PageNews& news) { return news.listener == id; });
  ears_.erase(id);
}

std::vector<ListenerId> Pages::of(PartyId party) const {
  std::vector<ListenerId> out;
  ears_.for_each([&](ListenerId id, const Ear& ear) {
    if (ear.party == party) out.push_back(id);
  });
  return out;
}

AudioPlan Pages::plan_of(const Ear& ear) const {
  const Place& place = places_.at({ear.group, ear.interface});
  AudioPlan plan;
  plan.local = ear.group;
  plan.remote = place.from;
  plan.codec = codec_of(place.payload_type).value_or(sdp::pcmu());
  plan.direction = sdp::Direction::RecvOnly;
  plan.page = true;
  for (std::uint8_t type = 0; type < 35; ++type)  // the static types of audio
    if (auto codec = codec_of(type)) plan.receive.push_back(std::move(*codec));
  return plan;
}

std::span<const ListenerId> Pages::receive(Now now, const Endpoint& group, const IpAddress& interface,
                                           const Endpoint& from, std::span<const std::uint8_t> bytes) {
  const Key key{group, interface};
  const auto found = places_.find(key);
  if (found == places_.end()) return {};
  Place& place = found->second;
  const auto packet = rtp::parse_packet(bytes);
  const auto codec = packet ? codec_of(packet->payload_type) : std::nullopt;
  if (!codec) return {};
  const bool same = place.source && place.source->ssrc() == packet->ssrc;
  if (!same) {
    if (place.source && now.mono - place.last < kWord) return {};
    if (!place.source) active_.push_back(key);
    place.source.emplace(packet->ssrc, codec->clock_rate);
  }
  place.last = now.mono;
  deadline_ = std::min(deadline_.value_or(now.mono + kSilence), now.mono + kSilence);
  const auto verdict = place.source->receive(packet->sequence, packet->timestamp, now.mono);
  if (verdict == rtp::Reception::Verdict::Probation || verdict == rtp::Reception::Verdict::Jump) return {};
  if (!place.sounding || place.from != from) {
    place.sounding = true;
    place.from = from;
    place.payload_type = packet->payload_type;
    tell(place);
  }
  return place.ears;
}

// Deadlines only come nearer by packets; here they are taken exactly.
void Pages::wake(TimePoint now) {
  if (!deadline_ || now < *deadline_) return;
  std::erase_if(active_, [&](const Key& key) {
    Place& place = places_.at(key);
    if (now - place.last < kSilence) return false;
    place.source.reset();
    if (std::exchange(place.sounding, false)) tell(place);
    return true;
  });
  settle_deadline();
}

void Pages::settle_deadline() {
  deadline_.reset();
  for (const Key& key : active_) {
    const TimePoint over = places_.at(key).last + kSilence;
    deadline_ = std::min(deadline_.value_or(over), over);
  }
}

void Pages::tell(const Place& place) {
  for (const ListenerId id : place.ears) news_.push_back({id, place.sounding, place.from});
}

std::optional<PageNews> Pages::poll() {
  if (news_.empty()) return std::nullopt;
  const PageNews out = news_.front();
  news_.pop_front();
  return out;
}

}  // namespace offhook::media
