// What an engine holds, and how its parties take their turn: engine.cpp has what is asked of it, engine_tick.cpp the 20
// ms of a party.
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "media/engine.hpp"
#include "media/mixer.hpp"
#include "media/resampler.hpp"
#include "outbox.hpp"
#include "paging/pages.hpp"
#include "phases.hpp"
#include "session.hpp"
#include "tones/local_audio.hpp"
#include "workspace.hpp"

namespace offhook::media {

struct Party {
  std::unique_ptr<AudioSource> source;  // none: echo
  std::unique_ptr<AudioSink> sink;
  std::unique_ptr<ConversationSink> recorder;
  std::optional<std::size_t> pilot;  // its place among EngineConfig::pilots
  std::vector<SessionId> sessions;
  LocalAudio local;
  bool seated = false;               // has a tick: it has sessions, or plays to itself
  std::uint32_t phase = 0;           // then
  std::uint32_t rate = kSampleRate;  // in the present tick: the highest of its sessions
  std::vector<std::int32_t> heard;   // where somebody listens
  std::vector<std::int16_t> recorded;
  std::vector<std::int16_t> mixed, played;  // the sum at `rate`, and at the rate of the sink
  float gain = 1;                           // of what it hears
  Resampler to_sink, said_to_recorder, heard_to_recorder;
  struct Room {
    std::uint32_t number = 0;
    Mixer mixer;
    MixMember party;
    bool open = false;  // in the present tick
  };
  std::vector<std::unique_ptr<Room>> rooms;

  [[nodiscard]] bool plays() const { return sink && local.active(); }
};

class Engine::Impl {
 public:
  Impl(EngineConfig engine_config, Random& engine_random) : config(std::move(engine_config)), random(engine_random) {}

  void receive(Now now, SessionId id, Session& session, bool rtcp, Endpoint from, std::span<const std::uint8_t> bytes);
  void receive_from(Now now, SessionId id, Session& session, const Arrival& at, std::span<const std::uint8_t> bytes);
  void tick(std::uint32_t phase, Now tick, Now now);
  // `tick` is the time of the grid, `now` when it is really done.
  void tick(Party& party, Now tick, Now now);
  void begin_tick(Party& party, TimePoint tick);
  // What the session plays, at the party's rate; counted into what it hears.
  ConstFrame mix(Party& party, Session& session, ConstFrame frame);
  Party::Room& room_of(Party& party, std::uint32_t number);
  void speak_in_rooms(Party& party, Now tick, Now now);
  void record(Party& party);
  void play_out(Party& party);
  void take_digits(SessionId id, Session& session);
  void take_address(SessionId id, Session& session, TimePoint now);
  void take_failure(SessionId id, Session& session);
  void take_check_news(SessionId id, Session& session);
  void sit(PartyId id, Party& party);
  SessionId seat(PartyId id, Party& party, Endpoint local);
  void leave_unless_needed(PartyId id, Party& party);
  void close(SessionId id, std::optional<Now> now);

  EngineConfig config;
  Random& random;
  SlotMap<PartyTag, Party> parties;
  SlotMap<SessionTag, Session> sessions;
  std::unordered_map<Endpoint, SessionId> ports;  // RTP and RTCP
  std::deque<SocketRequest> socket_requests;
  std::deque<DigitHeard> digits;
  Pages pages;
  std::deque<Mapped> mapped;
  std::deque<LinkFailure> failures;
  std::deque<Chosen> chosen;
  Outbox outbox;
  Workspace workspace;
  Phases phases;
  TimePoint last_seen{};
  std::size_t seats = 0;          // parties that have a tick
  std::vector<PartyId> finished;  // whose own sounds have ended in this tick
  bool starts = true;             // the next wake sets the grid of the ticks
  std::uint64_t strays = 0;
};

}  // namespace offhook::media
