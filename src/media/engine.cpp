#include "media/engine.hpp"

#include <algorithm>
#include <cmath>

#include "audio_in.hpp"
#include "engine_impl.hpp"
#include "rtp/demux.hpp"

namespace offhook::media {
namespace {

constexpr std::uint8_t kFirstRtpOctet = 128;  // RFC 7983 §7
constexpr milliseconds kMostBehind{200};  // what is behind by more starts afresh: nobody wants that audio in one burst

template <class T>
std::optional<T> take_first(std::deque<T>& queue) {
  if (queue.empty()) return std::nullopt;
  std::optional<T> out(std::move(queue.front()));
  queue.pop_front();
  return out;
}

// Of RFC 8489 §5: the class of a message is neither request nor indication.
bool is_stun_answer(std::span<const std::uint8_t> bytes) {
  return rtp::traffic_of(bytes) == rtp::Traffic::Stun && (bytes.front() & 1U) != 0;
}

}  // namespace

bool Hearing::hears(double hz) const {
  return std::any_of(tones.begin(), tones.end(), [hz](const HeardTone& tone) { return std::abs(tone.hz - hz) <= 1; });
}

Engine::Engine(EngineConfig config, Random& random) : impl_(std::make_unique<Impl>(std::move(config), random)) {}
Engine::~Engine() = default;

PartyId Engine::add_party(AudioIn in) {
  const PartyId id = impl_->parties.insert();
  set_input(id, std::move(in));
  return id;
}

void Engine::set_input(PartyId id, AudioIn in) {
  set_input(id, make_source(in));
  Party* party = impl_->parties.find(id);
  const auto* tone = std::get_if<ToneIn>(&in);
  if (party == nullptr || tone == nullptr) return;
  const auto& pilots = impl_->config.pilots;
  const auto found = std::find(pilots.begin(), pilots.end(), tone->hz);
  if (found != pilots.end()) party->pilot = static_cast<std::size_t>(found - pilots.begin());
}

void Engine::set_input(PartyId id, std::unique_ptr<AudioSource> source) {
  Party* party = impl_->parties.find(id);
  if (party == nullptr) return;
  party->source = std::move(source);
  party->pilot.reset();
}

void Engine::set_recorder(PartyId id, std::unique_ptr<ConversationSink> recorder) {
  if (Party* party = impl_->parties.find(id)) party->recorder = std::move(recorder);
}

void Engine::set_output(PartyId id, std::unique_ptr<AudioSink> sink) {
  Party* party = impl_->parties.find(id);
  if (party == nullptr) return;
  party->sink = std::move(sink);
  if (party->plays()) impl_->sit(id, *party);
  impl_->leave_unless_needed(id, *party);
}

void Engine::play(PartyId id, LocalSound place, std::unique_ptr<AudioSource> source) {
  Party* party = impl_->parties.find(id);
  if (party == nullptr) return;
  party->local.set(place, std::move(source));
  if (party->plays()) impl_->sit(id, *party);
  impl_->leave_unless_needed(id, *party);
}

// Gives it a tick, the first of all begins the grid.
void Engine::Impl::sit(PartyId id, Party& party) {
  if (party.seated) return;
  if (seats == 0) {
    starts = true;
    phases.start(last_seen);
  }
  party.seated = true;
  party.phase = phases.choose();
  phases.enter(party.phase, id);
  ++seats;
}

void Engine::Impl::leave_unless_needed(PartyId id, Party& party) {
  if (!party.seated || !party.sessions.empty() || party.plays()) return;
  phases.leave(party.phase, id);
  party.seated = false;
  --seats;
}

void Engine::remove_party(PartyId id) {
  Party* party = impl_->parties.find(id);
  if (party == nullptr) return;
  const auto sessions = party->sessions;
  for (const SessionId session : sessions) impl_->close(session, std::nullopt);
  for (const ListenerId listener : impl_->pages.of(id)) stop_listening(listener);
  party->sink.reset();
  impl_->leave_unless_needed(id, *party);
  impl_->parties.erase(id);
}

Result<SessionId> Engine::open(PartyId party_id, Endpoint local) {
  Party* party = impl_->parties.find(party_id);
  if (party == nullptr) return fail(Module::Media, "no such party");
  if (local.port == 0 || local.port % 2 != 0) return fail(Module::Media, "RTP port is not even");
  if (impl_->ports.contains(local)) return fail(Module::Media, "RTP port in use");
  const SessionId id = impl_->seat(party_id, *party, local);
  for (const auto port : {local.port, static_cast<std::uint16_t>(local.port + 1)}) {
    const Endpoint endpoint{local.address, port};
    impl_->ports[endpoint] = id;
    impl_->socket_requests.push_back({SocketRequest::Kind::Open, endpoint, id, party->phase});
  }
  return id;
}

// A session without ports yet.
SessionId Engine::Impl::seat(PartyId id, Party& party, Endpoint local) {
  sit(id, party);
  phases.count(party.phase, 1);
  const SessionId session = sessions.insert(id, local, config, random, workspace);
  party.sessions.push_back(session);
  return session;
}

Result<ListenerId> Engine::listen(PartyId party, Endpoint group, IpAddress interface) {
  if (impl_->parties.find(party) == nullptr) return fail(Module::Media, "no such party");
  if (!group.address.is_multicast() || group.port == 0) return fail(Module::Media, "not a multicast group");
  return impl_->pages.listen(party, group, interface, impl_->socket_requests);
}

void Engine::stop_listening(ListenerId id) {
  const Pages::Ear* ear = impl_->pages.find(id);
  if (ear == nullptr) return;
  impl_->close(ear->player, std::nullopt);
  impl_->pages.stop_listening(id, impl_->socket_requests);
}

SessionId Engine::hear_page(ListenerId id) {
  Pages::Ear* ear = impl_->pages.find(id);
  Party* party = ear == nullptr ? nullptr : impl_->parties.find(ear->party);
  if (party == nullptr) return {};
  if (impl_->sessions.find(ear->player) == nullptr) {
    ear->player = impl_->seat(ear->party, *party, ear->group);
    update(ear->player, impl_->pages.plan_of(*ear));
  }
  return ear->player;
}

void Engine::receive_page(Now now, const Endpoint& group, const IpAddress& interface, const Endpoint& from,
                          std::span<const std::uint8_t> bytes) {
  impl_->last_seen = std::max(impl_->last_seen, now.mono);
  for (const ListenerId id : impl_->pages.receive(now, group, interface, from, bytes))
    if (Session* player = impl_->sessions.find(impl_->pages.find(id)->player)) player->receive_rtp(now, from, bytes);
}

bool Engine::update(SessionId id, const AudioPlan& plan) {
  Session* session = impl_->sessions.find(id);
  if (session == nullptr) return false;
  session->set_plan(plan);
  return true;
}

void Engine::close(SessionId id, Now now) {
  impl_->last_seen = std::max(impl_->last_seen, now.mono);
  impl_->close(id, now);
}

void Engine::Impl::close(SessionId id, std::optional<Now> now) {
  Session* session = sessions.find(id);
  if (session == nullptr) return;
  outbox.speak_for(id);
  if (now) {
    session->say_bye(*now, outbox);
    session->close_link(outbox);
    session->close_relay(now->mono, outbox);
  }
  const Endpoint local = session->local();
  for (const auto port : {local.port, static_cast<std::uint16_t>(local.port + 1)}) {
    const Endpoint endpoint{local.address, port};
    const auto taken = ports.find(endpoint);
    if (taken == ports.end() || taken->second != id) continue;  // a page that is heard has none
    ports.erase(taken);
    socket_requests.push_back({SocketRequest::Kind::Close, endpoint, id});
  }
  if (Party* party = parties.find(session->party())) {
    std::erase(party->sessions, id);
    phases.count(party->phase, -1);
    leave_unless_needed(session->party(), *party);
  }
  sessions.erase(id);
}

void Engine::receive(Now now, Endpoint local, Endpoint from, std::span<const std::uint8_t> bytes) {
  impl_->last_seen = std::max(impl_->last_seen, now.mono);
  const auto port = impl_->ports.find(local);
  Session* session = port == impl_->ports.end() ? nullptr : impl_->sessions.find(port->second);
  if (session == nullptr) {
    ++impl_->strays;
    return;
  }
  impl_->receive(now, port->second, *session, local != session->local(), from, bytes);
}

void Engine::receive(Now now, SessionId id, bool rtcp, Endpoint from, std::span<const std::uint8_t> bytes) {
  impl_->last_seen = std::max(impl_->last_seen, now.mono);
  if (Session* session = impl_->sessions.find(id)) impl_->receive(now, id, *session, rtcp, from, bytes);
}

void Engine::Impl::receive(Now now, SessionId id, Session& session, bool rtcp, Endpoint from,
                           std::span<const std::uint8_t> bytes) {
  const bool beside = !bytes.empty() && bytes.front() < kFirstRtpOctet;
  if (beside && session.is_relay(from)) {
    outbox.speak_for(id);
    const auto carried = session.open_relayed(now, rtcp, bytes, outbox);
    take_address(id, session, now.mono);
    if (carried.data) return receive_from(now, id, session, {carried.peer, rtcp, true}, *carried.data);
    if (carried.is_relays) return;
  }
  receive_from(now, id, session, {from, rtcp, false}, bytes);
}

void Engine::Impl::receive_from(Now now, SessionId id, Session& session, const Arrival& at,
                                std::span<const std::uint8_t> bytes) {
  const Endpoint& from = at.from;
  const bool rtcp = at.rtcp;
  // RFC 7983: what begins with less is no RTP. Answers of STUN are to what asks for our address.
  if (!bytes.empty() && bytes.front() < kFirstRtpOctet) {
    if (session.has_checks() && rtp::traffic_of(bytes) == rtp::Traffic::Stun) {
      outbox.speak_for(id);
      session.receive_check(now, at, bytes, outbox);
      take_check_news(id, session);
      return take_address(id, session, now.mono);
    }
    if (session.shares_port() && !is_stun_answer(bytes)) {
      outbox.speak_for(id);
      session.receive_beside(now, rtcp, from, bytes, outbox);
      return take_failure(id, session);
    }
    if (rtp::traffic_of(bytes) == rtp::Traffic::Stun) {
      session.receive_stun(rtcp, from, bytes);
      return take_address(id, session, now.mono);
    }
  }
  // Peers that put both on one port (RFC 5761) are understood, though we never offer it.
  if (rtcp || rtp::looks_like_rtcp(bytes))
    session.receive_rtcp(now, from, bytes);
  else
    session.receive_rtp(now, from, bytes);
  take_digits(id, session);
}

bool Engine::send_digits(SessionId id, const DigitOrder& order) {
  Session* session = impl_->sessions.find(id);
  if (session == nullptr) return false;
  session->send_digits(order);
  return true;
}

void Engine::Impl::take_digits(SessionId id, Session& session) {
  auto* news = session.digit_news();
  if (news == nullptr) return;
  for (const auto& each : *news) digits.push_back({id, each.way, each.digit, each.ended, each.duration});
  news->clear();
}

void Engine::Impl::take_failure(SessionId id, Session& session) {
  if (auto why = session.take_failure()) failures.push_back({id, LinkFailure::What::Keys, std::move(*why)});
}

void Engine::Impl::take_check_news(SessionId id, Session& session) {
  auto news = session.take_check_news();
  if (news.choice) chosen.push_back({id, std::move(*news.choice)});
  if (news.failure) failures.push_back({id, news.failure->what, std::move(news.failure->why)});
}

void Engine::wake(Now now) {
  Impl& self = *impl_;
  self.last_seen = std::max(self.last_seen, now.mono);
  self.pages.wake(now.mono);
  if (self.seats == 0) return;
  if (self.starts || now.mono - self.phases.deadline().value_or(now.mono) > kMostBehind) self.phases.start(now.mono);
  self.starts = false;
  for (; self.phases.time() <= now.mono; self.phases.next()) {
    const TimePoint at = self.phases.time();
    self.tick(self.phases.phase(), {at, now.wall - (now.mono - at)}, now);
  }
}

std::optional<TimePoint> Engine::deadline() const {
  const auto page = impl_->pages.deadline();
  const auto tick = impl_->seats == 0 ? std::nullopt : impl_->phases.deadline();
  return page && tick ? std::min(*page, *tick) : page ? page : tick;
}

std::uint32_t Engine::due(TimePoint now) const { return impl_->starts ? (1U << kPhases) - 1 : impl_->phases.due(now); }

std::optional<Transmit> Engine::poll_transmit() { return impl_->outbox.take(); }

std::optional<SocketRequest> Engine::poll_socket_request() { return take_first(impl_->socket_requests); }

std::optional<PageNews> Engine::poll_page() { return impl_->pages.poll(); }

bool Engine::gather(SessionId id, Endpoint stun_server, Now now) {
  Session* session = impl_->sessions.find(id);
  if (session == nullptr) return false;
  session->gather(now.mono, stun_server);
  return true;
}

bool Engine::allocate(SessionId id, std::shared_ptr<const turn::Server> server, Now now) {
  Session* session = impl_->sessions.find(id);
  if (session == nullptr) return false;
  session->allocate(now.mono, std::move(server));
  return true;
}

void Engine::Impl::take_address(SessionId id, Session& session, TimePoint now) {
  if (!session.seeks_addresses()) return;
  if (auto result = session.take_addresses(now)) {
    result->session = id;
    mapped.push_back(std::move(*result));
  }
}

std::optional<Mapped> Engine::poll_mapped() { return take_first(impl_->mapped); }

std::optional<Chosen> Engine::poll_chosen() { return take_first(impl_->chosen); }

std::optional<DigitHeard> Engine::poll_digit() { return take_first(impl_->digits); }

std::optional<LinkFailure> Engine::poll_failure() { return take_first(impl_->failures); }

Hearing Engine::hearing(SessionId id) const {
  const Session* session = impl_->sessions.find(id);
  if (session == nullptr) return {};
  const SessionStats stats = session->stats();
  Hearing out{session->window().tones(impl_->config.pilots), stats.packets_received, stats.packets_sent};
  const auto& pilots = impl_->config.pilots;
  for (HeardTone& tone : out.tones)
    if (session->marks() != nullptr)
      tone.delay = session->marks()->delay(
          static_cast<std::size_t>(std::find(pilots.begin(), pilots.end(), tone.hz) - pilots.begin()),
          impl_->last_seen);
  return out;
}

std::optional<SessionStats> Engine::stats(SessionId id) const {
  const Session* session = impl_->sessions.find(id);
  if (session == nullptr) return std::nullopt;
  return session->stats();
}

std::optional<CallQuality> Engine::quality(SessionId id) const {
  const Session* session = impl_->sessions.find(id);
  if (session == nullptr) return std::nullopt;
  return session->quality();
}

std::size_t Engine::sessions() const { return impl_->sessions.size(); }
std::size_t Engine::parties() const { return impl_->parties.size(); }
std::uint64_t Engine::stray_datagrams() const { return impl_->strays; }

}  // namespace offhook::media
