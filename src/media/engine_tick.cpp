// The 20 ms of a party: what its sessions play is mixed, what it says goes to all of them.
#include <algorithm>

#include "engine_impl.hpp"

namespace offhook::media {

void Engine::Impl::tick(std::uint32_t phase, Now tick, Now now) {
  for (const PartyId id : phases.parties(phase)) {
    Party* party = parties.find(id);
    if (party == nullptr) continue;
    this->tick(*party, tick, now);
    if (party->sessions.empty() && !party->plays()) finished.push_back(id);
  }
  for (const PartyId id : finished)
    if (Party* party = parties.find(id)) leave_unless_needed(id, *party);
  finished.clear();
}

void Engine::Impl::tick(Party& party, Now tick, Now now) {
  begin_tick(party, tick.mono);
  bool in_rooms = false;
  for (const SessionId id : party.sessions) {
    Session* session = sessions.find(id);
    if (session == nullptr) continue;
    if (session->has_checks()) {
      outbox.speak_for(id);
      session->tick_checks(tick, outbox);
      take_check_news(id, *session);
    }
    if (session->has_link()) {
      outbox.speak_for(id);
      session->tick_link(now, outbox);
      take_failure(id, *session);
    }
    const ConstFrame heard = session->play();
    take_digits(id, *session);
    if (config.marks) session->find_marks(tick.mono);
    if (session->seeks_addresses()) {
      outbox.speak_for(id);
      session->ask_for_address(tick, outbox);
      take_address(id, *session, tick.mono);
    }
    if (session->room() != 0) {
      room_of(party, session->room()).mixer.add(session->mix_member(), mix(party, *session, heard));
      in_rooms = true;
      continue;
    }
    if (party.sink || party.recorder) mix(party, *session, heard);
    outbox.speak_for(id);
    session->speak(party.source ? ConstFrame(workspace.said) : heard, outbox);
    session->report(tick, now, outbox);
  }
  if (in_rooms) speak_in_rooms(party, tick, now);
  if (party.plays()) party.local.mix(party.heard);
  if (party.sink || party.recorder) play_out(party);
}

// A party speaks and hears at the best rate of its sessions; those of another rate convert.
void Engine::Impl::begin_tick(Party& party, TimePoint tick) {
  party.rate = kSampleRate;
  for (const SessionId each : party.sessions)
    if (const Session* session = sessions.find(each)) party.rate = std::max(party.rate, session->rate());
  const std::size_t size = frame_size(party.rate);
  if (party.sink || party.recorder || !party.rooms.empty()) party.heard.assign(size, 0);
  workspace.said.resize(size);
  if (party.source && !party.sessions.empty())
    party.source->read(workspace.said);
  else
    std::fill(workspace.said.begin(), workspace.said.end(), std::int16_t{0});
  if (config.marks && party.pilot) put_mark(workspace.said, tick, *party.pilot, config.pilots.size());
  for (auto& room : party.rooms) room->open = false;
}

ConstFrame Engine::Impl::mix(Party& party, Session& session, ConstFrame frame) {
  if (rate_of(frame) != party.rate) {
    workspace.mixed.resize(frame_size(party.rate));
    session.to_party().process(frame, workspace.mixed);
    frame = workspace.mixed;
  }
  if (party.heard.size() != frame.size()) party.heard.assign(frame.size(), 0);
  for (std::size_t i = 0; i < frame.size(); ++i) party.heard[i] += frame[i];
  return frame;
}

Party::Room& Engine::Impl::room_of(Party& party, std::uint32_t number) {
  auto found = std::find_if(party.rooms.begin(), party.rooms.end(), [&](const auto& r) { return r->number == number; });
  if (found == party.rooms.end()) {
    found = party.rooms.insert(found, std::make_unique<Party::Room>());
    (*found)->number = number;
  }
  Party::Room& room = **found;
  if (!room.open) {
    room.open = true;
    room.mixer.begin(workspace.said.size());
    room.mixer.add(room.party, workspace.said);
  }
  return room;
}

void Engine::Impl::speak_in_rooms(Party& party, Now tick, Now now) {
  for (const SessionId id : party.sessions) {
    Session* session = sessions.find(id);
    if (session == nullptr || session->room() == 0) continue;
    outbox.speak_for(id);
    session->speak(room_of(party, session->room()).mixer.heard_by(session->mix_member()), outbox);
    session->report(tick, now, outbox);
  }
  std::erase_if(party.rooms, [](const auto& room) { return !room->open; });
}

void Engine::Impl::play_out(Party& party) {
  party.mixed.resize(party.heard.size());
  limit_softly(party.heard, party.gain, party.mixed);
  if (party.recorder && !party.sessions.empty()) record(party);
  if (!party.sink) return;
  if (party.sink->rate() != party.rate) {
    party.played.resize(frame_size(party.sink->rate()));
    party.to_sink.process(party.mixed, party.played);
    party.sink->write(party.played);
  } else {
    party.sink->write(party.mixed);
  }
}

void Engine::Impl::record(Party& party) {
  if (party.recorder->rate() == party.rate) return party.recorder->write(workspace.said, party.mixed);
  const std::size_t size = frame_size(party.recorder->rate());
  party.recorded.resize(2 * size);
  const Frame said = std::span(party.recorded).first(size), heard = std::span(party.recorded).last(size);
  party.said_to_recorder.process(workspace.said, said);
  party.heard_to_recorder.process(party.mixed, heard);
  party.recorder->write(said, heard);
}

}  // namespace offhook::media
