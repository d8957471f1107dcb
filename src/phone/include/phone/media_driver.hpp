// Applies a rack's media commands to a media engine: legs to sessions. Lives where the media engine lives (its thread
// in io, inline in sim).
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "media/engine.hpp"
#include "phone/rack.hpp"

namespace offhook::phone {

// What a phone's configuration says of audio, for all phones of an engine.
[[nodiscard]] media::EngineConfig engine_config(const config::PhoneConfig& config, std::vector<double> pilots);

class MediaDriver {
 public:
  explicit MediaDriver(media::Engine& engine) : engine_(&engine) {}
  // A phone's audio input must be known before its first leg; without one it is silent.
  void add_phone(PhoneId phone, media::AudioIn in);
  // A ringer beside those that are built in: a whole WAV file.
  void add_ringer(std::string name, std::vector<std::uint8_t> wav) { ringers_[std::move(name)] = std::move(wav); }
  void apply(Now now, const MediaCommand& command);
  // After each input of the engine, until it is empty.
  [[nodiscard]] std::optional<LegDigit> poll_digit();
  [[nodiscard]] std::optional<PageChange> poll_page();
  // What plays a page to whom now.
  [[nodiscard]] std::vector<std::pair<PhoneId, media::SessionId>> heard_pages() const;
  [[nodiscard]] std::optional<LegMapped> poll_mapped();
  [[nodiscard]] std::optional<LegFailure> poll_failure();
  [[nodiscard]] std::optional<LegChosen> poll_chosen();
  // How each leg is heard now, for Rack::media_report(); and, once each, how the closed ones were at their end.
  [[nodiscard]] std::vector<LegQuality> qualities() const;
  [[nodiscard]] std::optional<LegQuality> poll_final();
  [[nodiscard]] std::optional<media::SessionId> session(std::uint64_t leg) const;
  [[nodiscard]] std::optional<media::PartyId> party(PhoneId phone) const;

 private:
  media::Engine* engine_;
  std::map<PhoneId, media::PartyId> parties_;
  [[nodiscard]] std::unique_ptr<media::AudioSource> source_of(const SoundSource& sound) const;
  std::map<std::string, std::vector<std::uint8_t>> ringers_;
  std::unordered_map<std::uint64_t, media::SessionId> sessions_;
  struct Leg {
    std::uint64_t leg = 0;
    PhoneId phone;
  };
  std::map<media::SessionId, Leg> legs_;
  std::deque<LegQuality> finals_;
  struct Ear {
    PhoneId phone;
    int slot = 0;
  };
  void listen(const ListenPages& command);
  void hear(Now now, const HearPage& command);
  std::map<media::ListenerId, Ear> ears_;
  std::map<PhoneId, media::SessionId> pages_;  // that are played
  std::deque<LegMapped> mapped_;
};

}  // namespace offhook::phone
