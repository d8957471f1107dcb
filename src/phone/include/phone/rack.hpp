// Many phones that share one transport and transaction layer: the engine that io and sim drive. One thread.
//
// In: datagrams and time (transport::Engine), commands. Out: datagrams, media commands, events. A request finds its
// phone by the socket it came to and, where several share one, by its Request-URI.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/random.hpp"
#include "base/slot_map.hpp"
#include "config/phone_config.hpp"
#include "media/engine.hpp"
#include "phone/command.hpp"
#include "phone/ended_call.hpp"
#include "phone/view.hpp"
#include "transport/engine.hpp"
#include "transport/locate.hpp"

namespace offhook::phone {

struct PhoneTag;
using PhoneId = Handle<PhoneTag>;

// For the media thread: values that cross a queue. `leg` names a session over its life and is never used again.
struct OpenLeg {
  std::uint64_t leg = 0;
  PhoneId phone;
  Endpoint local;
  std::optional<Endpoint> stun_server{};              // asked how both ports look from outside; a LegMapped tells
  std::shared_ptr<const turn::Server> turn_server{};  // asked for relayed addresses, likewise
};
struct UpdateLeg {
  std::uint64_t leg = 0;
  media::AudioPlan plan;
};
struct CloseLeg {
  std::uint64_t leg = 0;
};
struct SendDigits {
  std::uint64_t leg = 0;
  media::DigitOrder order;
};
// What the phone plays to its person; one sound after the other at each place.
struct Ringer {
  std::string name;  // of media/ringer.hpp, or of a file that the world has
};
using SoundSource = std::variant<std::monostate, config::CallTone, Ringer>;  // monostate: nothing any more
struct PlaySound {
  PhoneId phone;
  media::LocalSound place = media::LocalSound::Tone;
  SoundSource sound;
};
// Where the phone listens for pages from now on, by slot: a number that is its own; none ends it.
struct PageGroup {
  int slot = 0;
  Endpoint group;
};
struct ListenPages {
  PhoneId phone;
  IpAddress interface;
  std::vector<PageGroup> groups;
};
// Which of them is played to the person; 0: none.
struct HearPage {
  PhoneId phone;
  int slot = 0;
};
using MediaCommand = std::variant<OpenLeg, UpdateLeg, CloseLeg, SendDigits, PlaySound, ListenPages, HearPage>;

// From the media thread: somebody begins to speak at a listen address, or has fallen silent.
struct PageChange {
  PhoneId phone;
  int slot = 0;
  bool sounding = false;
  Endpoint from;
};

// From the media thread: a digit was heard on a leg.
struct LegDigit {
  std::uint64_t leg = 0;
  PhoneId phone;
  media::DigitHeard heard;
};

// From the media thread: how the ports of a leg look from outside; nothing: nobody answered. Once for each OpenLeg that
// asked.
struct LegMapped {
  std::uint64_t leg = 0;
  PhoneId phone;
  std::optional<Endpoint> rtp, rtcp;
  std::optional<Endpoint> relayed_rtp{}, relayed_rtcp{};  // at the TURN server (RFC 8656)
  std::string no_relay{};                                 // why there is none, where one was asked for
  bool relay_is_silent = false;
};

// From the media thread: what the connectivity checks of a leg have come to (RFC 8445).
struct LegChosen {
  std::uint64_t leg = 0;
  PhoneId phone;
  sdp::IceChoice choice;
};

// From the media thread: the keys of a leg came to nothing, or its checks.
struct LegFailure {
  std::uint64_t leg = 0;
  PhoneId phone;
  std::string why;
  media::LinkFailure::What what = media::LinkFailure::What::Keys;
};

// How a leg is heard, from the media thread: about once a second, and a last time when it is closed.
struct LegQuality {
  std::uint64_t leg = 0;
  PhoneId phone;
  media::CallQuality quality;
  bool final = false;
};

enum class Change : std::uint8_t { Registration, Calls, Settings };
struct PhoneEvent {
  PhoneId phone;
  Change change = Change::Calls;
};

struct Counts {
  std::size_t phones = 0, calls = 0, dialogs = 0, subscriptions = 0, transactions = 0;
  std::size_t call_timers = 0;  // timers other than registration refresh and retry
  std::size_t media_legs = 0;
};

class Rack final : public transport::Engine {
 public:
  Rack(Random& random, const transport::Locator& locator);
  ~Rack() override;

  // Large requests may go by TCP (RFC 3261 §18.1.1): the world listens on it.
  void speak_tcp();

  // From now on poll_ended() has every call that ends: whoever asks for that has to take them.
  void tell_ended_calls();

  // `local` is the signalling socket, a specific address; audio uses the same address and the configured port range.
  // Sends nothing before start().
  PhoneId add(std::string name, config::PhoneConfig config, Endpoint local);
  void start(Now now, PhoneId phone);  // registers every account
  void stop(Now now, PhoneId phone);   // ends calls; unregisters where the configuration says so
  [[nodiscard]] std::optional<PhoneId> find(std::string_view name) const;
  [[nodiscard]] std::vector<PhoneId> phones() const;

  // Ok means: begun. Its outcome is an event. The Complaint is a sentence for the person ("no call to hold").
  Checked<void> command(Now now, PhoneId phone, const Command& command);
  // Shown in the call's view, and given to the features. A leg that is long gone is passed over.
  void media_report(Now now, const LegQuality& report);
  [[nodiscard]] PhoneView view(PhoneId phone) const;
  [[nodiscard]] bool is_registered(PhoneId phone) const;  // every account that should be
  // The leg of a call, for asking the media engine who is heard there; nothing when it has none.
  [[nodiscard]] std::optional<std::uint64_t> leg_of(PhoneId phone, int call) const;

  void digit_heard(Now now, const LegDigit& digit);
  void page_changed(Now now, const PageChange& change);
  // The call that waits for it goes on. A leg that is gone is passed over.
  void leg_mapped(Now now, const LegMapped& mapped);
  // The descriptions of its call name that from then on.
  void leg_chosen(Now now, const LegChosen& chosen);
  // Ends its call; one that has fallen silent is asked for another way first.
  void link_failed(Now now, const LegFailure& failure);

  void receive(Now now, const transport::Flow& flow, std::string bytes) override;
  void wake(Now now) override;
  [[nodiscard]] std::optional<TimePoint> deadline() const override;
  [[nodiscard]] std::optional<transport::Transmit> poll_transmit() override;
  [[nodiscard]] std::optional<transport::Alias> poll_alias() override;
  void unreachable(Now now, const transport::Flow& flow) override;
  [[nodiscard]] std::optional<transport::dns::Question> poll_question() override;
  void answer(Now now, std::uint64_t question, const transport::dns::Answer& answer) override;

  [[nodiscard]] std::optional<MediaCommand> poll_media();
  [[nodiscard]] std::optional<PhoneEvent> poll_event();
  // Once a call, when its audio has had its last report: a moment after it ended.
  [[nodiscard]] std::optional<EndedCall> poll_ended();
  [[nodiscard]] Counts counts() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace offhook::phone
