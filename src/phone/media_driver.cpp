#include "phone/media_driver.hpp"

#include "base/overloaded.hpp"
#include "media/ringer.hpp"
#include "media/sources.hpp"
#include "media/tone.hpp"
#include "media/wav.hpp"

namespace offhook::phone {

media::EngineConfig engine_config(const config::PhoneConfig& config, std::vector<double> pilots) {
  media::EngineConfig out;
  out.pilots = std::move(pilots);
  out.jitter = {config.jitter.adaptive, config.jitter.min, config.jitter.normal, config.jitter.max};
  if (!config.rtcp.enabled) out.rtcp_interval = seconds(0);
  out.rtcp_xr = config.rtcp.extended;
  out.comfort_noise = config.comfort_noise;
  out.symmetry = static_cast<media::Symmetry>(config.rtp_symmetry);
  return out;
}

std::vector<LegQuality> MediaDriver::qualities() const {
  std::vector<LegQuality> out;
  out.reserve(legs_.size());
  for (const auto& [session, leg] : legs_)
    if (auto quality = engine_->quality(session)) out.push_back({leg.leg, leg.phone, std::move(*quality), false});
  return out;
}

std::optional<LegQuality> MediaDriver::poll_final() {
  if (finals_.empty()) return std::nullopt;
  auto out = std::move(finals_.front());
  finals_.pop_front();
  return out;
}

void MediaDriver::add_phone(PhoneId phone, media::AudioIn in) {
  const auto found = parties_.find(phone);
  if (found != parties_.end())
    engine_->set_input(found->second, std::move(in));
  else
    parties_.emplace(phone, engine_->add_party(std::move(in)));
}

void MediaDriver::apply(Now now, const MediaCommand& command) {
  const auto open = [&](const OpenLeg& c) {
    if (!parties_.contains(c.phone)) add_phone(c.phone, media::SilenceIn{});
    // A port that cannot be had leaves the call without audio; the signalling goes on.
    const auto session = engine_->open(parties_.at(c.phone), c.local);
    if (!session) {
      if (c.stun_server || c.turn_server) mapped_.push_back({c.leg, c.phone, {}, {}});
      return;
    }
    sessions_.emplace(c.leg, *session);
    legs_[*session] = {c.leg, c.phone};
    if (c.stun_server) (void)engine_->gather(*session, *c.stun_server, now);
    if (c.turn_server) (void)engine_->allocate(*session, c.turn_server, now);
  };
  const auto update = [&](const UpdateLeg& c) {
    if (const auto found = session(c.leg)) engine_->update(*found, c.plan);
  };
  const auto close = [&](const CloseLeg& c) {
    const auto found = session(c.leg);
    if (!found) {  // its port could not be had
      finals_.push_back({c.leg, {}, {}, true});
      return;
    }
    finals_.push_back({c.leg, legs_.at(*found).phone, engine_->quality(*found).value_or(media::CallQuality{}), true});
    engine_->close(*found, now);
    legs_.erase(*found);
    sessions_.erase(c.leg);
  };
  const auto digits = [&](const SendDigits& c) {
    if (const auto found = session(c.leg)) engine_->send_digits(*found, c.order);
  };
  const auto play = [&](const PlaySound& c) {
    if (!parties_.contains(c.phone)) add_phone(c.phone, media::SilenceIn{});
    engine_->play(parties_.at(c.phone), c.place, source_of(c.sound));
  };
  std::visit(Overloaded{open, update, close, digits, play, [&](const ListenPages& c) { listen(c); },
                        [&](const HearPage& c) { hear(now, c); }},
             command);
}

void MediaDriver::listen(const ListenPages& command) {
  std::erase_if(ears_, [&](const auto& entry) {
    if (entry.second.phone != command.phone) return false;
    engine_->stop_listening(entry.first);
    return true;
  });
  pages_.erase(command.phone);
  if (!parties_.contains(command.phone)) add_phone(command.phone, media::SilenceIn{});
  for (const PageGroup& group : command.groups)
    if (const auto ear = engine_->listen(parties_.at(command.phone), group.group, command.interface))
      ears_[*ear] = {command.phone, group.slot};
}

void MediaDriver::hear(Now now, const HearPage& command) {
  if (const auto before = pages_.find(command.phone); before != pages_.end()) {
    engine_->close(before->second, now);
    pages_.erase(before);
  }
  for (const auto& [listener, ear] : ears_)
    if (ear.phone == command.phone && ear.slot == command.slot) pages_[command.phone] = engine_->hear_page(listener);
}

std::optional<PageChange> MediaDriver::poll_page() {
  while (const auto news = engine_->poll_page())
    if (const auto ear = ears_.find(news->listener); ear != ears_.end())
      return PageChange{ear->second.phone, ear->second.slot, news->sounding, news->from};
  return std::nullopt;
}

std::vector<std::pair<PhoneId, media::SessionId>> MediaDriver::heard_pages() const {
  return {pages_.begin(), pages_.end()};
}

std::unique_ptr<media::AudioSource> MediaDriver::source_of(const SoundSource& sound) const {
  using Out = std::unique_ptr<media::AudioSource>;
  return std::visit(
      Overloaded{[](std::monostate) -> Out { return nullptr; },
                 [](const config::CallTone& tone) -> Out { return std::make_unique<media::TonePlayer>(tone); },
                 [&](const Ringer& ringer) -> Out {
                   if (const auto file = ringers_.find(ringer.name); file != ringers_.end())
                     if (auto samples = media::decode_wav(file->second))
                       return std::make_unique<media::SampleSource>(std::move(*samples), true);
                   // A name that nobody knows rings as the first one does: better than not at all.
                   const std::string_view name =
                       media::is_ringer(ringer.name) ? std::string_view(ringer.name) : media::ringer_of_number(1);
                   return std::make_unique<media::TonePlayer>(media::ringer_tone(name), media::kRingerLevelDbm0);
                 }},
      sound);
}

std::optional<LegDigit> MediaDriver::poll_digit() {
  while (const auto digit = engine_->poll_digit())
    if (const auto leg = legs_.find(digit->session); leg != legs_.end())
      return LegDigit{leg->second.leg, leg->second.phone, *digit};
  return std::nullopt;
}

std::optional<LegMapped> MediaDriver::poll_mapped() {
  while (const auto mapped = engine_->poll_mapped())
    if (const auto leg = legs_.find(mapped->session); leg != legs_.end())
      mapped_.push_back({leg->second.leg, leg->second.phone, mapped->rtp, mapped->rtcp, mapped->relayed_rtp,
                         mapped->relayed_rtcp, mapped->no_relay, mapped->relay_is_silent});
  if (mapped_.empty()) return std::nullopt;
  LegMapped out = std::move(mapped_.front());
  mapped_.pop_front();
  return out;
}

std::optional<LegFailure> MediaDriver::poll_failure() {
  while (auto failure = engine_->poll_failure())
    if (const auto leg = legs_.find(failure->session); leg != legs_.end())
      return LegFailure{leg->second.leg, leg->second.phone, std::move(failure->why), failure->what};
  return std::nullopt;
}

std::optional<LegChosen> MediaDriver::poll_chosen() {
  while (auto chosen = engine_->poll_chosen())
    if (const auto leg = legs_.find(chosen->session); leg != legs_.end())
      return LegChosen{leg->second.leg, leg->second.phone, std::move(chosen->choice)};
  return std::nullopt;
}

std::optional<media::SessionId> MediaDriver::session(std::uint64_t leg) const {
  const auto found = sessions_.find(leg);
  if (found == sessions_.end()) return std::nullopt;
  return found->second;
}

std::optional<media::PartyId> MediaDriver::party(PhoneId phone) const {
  const auto found = parties_.find(phone);
  if (found == parties_.end()) return std::nullopt;
  return found->second;
}

}  // namespace offhook::phone
