// What the rooms (features/) of one phone work on: its user agent, lines, calls, timers and audio. It knows no feature,
// but asks the hold room what may be heard.
// Owned by Phone. A call's address is stable until its linger timer takes it away, which no room does.
#pragma once
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "call.hpp"
#include "config/phone_config.hpp"
#include "dtls/identity.hpp"
#include "features/paging/state.hpp"
#include "line.hpp"
#include "nat/nat.hpp"
#include "nat/turn.hpp"
#include "outbox.hpp"
#include "phone/rack.hpp"
#include "rtp_ports.hpp"
#include "ua/user_agent.hpp"

namespace offhook::phone {

// How long an ended call is still shown, so that a person can read why it ended.
inline constexpr seconds kLinger{5};

// What is to happen once the active call is on hold (features/call_waiting).
struct Deferred {
  enum class What : std::uint8_t { Answer, Resume, Dial };
  What what = What::Answer;
  int call = 0;
};

// The settings of features that stand once for the phone.
struct PhoneSettings {
  int default_account = 1;
  int calls_per_line_key = 24;
  config::CallWaitingConfig call_waiting;
  config::RefuseConfig refuse;
  config::RingConfig ringing;
  config::RtpPortRange rtp_ports;
  config::DtmfKeysConfig dtmf;
  config::ToneConfig tones;
  config::RingerConfig ringers;
  config::HoldToneConfig hold_tone, held_tone;
  seconds busy_tone_delay{0};
  std::string mac;
  config::JitterConfig jitter;
  config::VoiceReportConfig voice_reports;
  bool voice_activity_detection = false;
  config::PagingConfig paging;
  config::AutoAnswerRule auto_answer;
  int conference_parties = 3;  // that the phone mixes, its own person among them
};

// What the phone plays to its person (features/tones).
struct Sound {
  std::string name;
  bool is_ringer = false;
  friend bool operator==(const Sound&, const Sound&) = default;
};

class Desk {
 public:
  Desk(PhoneId id, ua::Port port, Endpoint local, Outbox& out, RtpPorts& rtp_ports, PhoneSettings settings);

  ua::UserAgent ua;
  Nat nat;
  std::unique_ptr<TurnServer> turn;  // where there is one
  PhoneSettings settings;
  std::vector<Line> lines;
  std::list<Call> calls;
  std::optional<Deferred> deferred;
  bool off_hook = false;
  std::optional<Sound> sounding;
  paging::State page;

  [[nodiscard]] Call* find(int id);
  [[nodiscard]] Call* find(ua::CallId id);
  [[nodiscard]] Call* find_leg(std::uint64_t leg);  // open, or closed a moment ago
  [[nodiscard]] Line* line_of(ua::AccountId account);
  [[nodiscard]] Line* default_line();  // null: the phone has no account
  // The call that speaks and hears, other than `except`.
  [[nodiscard]] Call* talking(int except = 0);
  [[nodiscard]] int live_calls() const;

  Call& add_call(Now now, bool outgoing, std::size_t line, ua::Party peer);
  // Sends the INVITE of a Waiting call. The complaint is in the call's note too: the call has then ended.
  Checked<void> dial(Now now, Call& call, std::string_view referred_by = {});
  // Sends 200 to a ringing call; `held`: it is on hold from the first.
  void answer(Now now, Call& call, bool held = false);
  // The call that waits for its public address goes on.
  void leg_mapped(Now now, const LegMapped& mapped);
  // What the checks of a call have come to, and what is to be done where they, or its keys, come to nothing.
  void leg_chosen(Now now, const LegChosen& chosen);
  void audio_failed(Now now, Call& call, const LegFailure& failure);
  // Ends what is shown while ICE begins anew.
  void end_search(Now now, Call& call);
  // Ends a call in any state, here at once: nobody waits for the far end's answer with the handset down.
  void hang_up(Now now, Call& call, std::string note);
  // The call is over (the user agent knows): audio closed, timers gone, shown a little longer.
  void end(Now now, Call& call, std::string note);
  void remove(int id);
  // Tells the world of a call that is over and whose audio has had its last report: once, where it asked for that.
  void tell_end(Call& call);

  // After a change of facts: state, time of the state, and the news to the world.
  void refresh(Now now, Call& call);
  // Tells the media engine what has changed; once an input is dealt with, so that it hears of no step in between.
  void update_audio();
  // A port and a leg that belong to no call; no leg: no port is free.
  struct AudioPort {
    std::uint64_t leg = 0;
    std::uint16_t port = 0;
  };
  [[nodiscard]] AudioPort open_port(std::optional<Endpoint> stun_server = std::nullopt,
                                    std::shared_ptr<const turn::Server> turn_server = nullptr);
  void close_port(AudioPort port);
  void post(MediaCommand command);
  [[nodiscard]] PhoneId id() const { return id_; }
  [[nodiscard]] const IpAddress& address() const { return local_.address; }
  void play(SoundSource sound, media::LocalSound place = media::LocalSound::Tone);
  void send_digits(const Call& call, media::DigitOrder order);
  void set_agreed(Now now, Call& call, const std::optional<sdp::Negotiated>& negotiated);

  void arm(Call& call, CallTimer timer, TimePoint deadline);
  void cancel(Call& call, CallTimer timer);
  // Of the certificate of this phone, which is made when it is first asked for; empty when OpenSSL makes none.
  [[nodiscard]] std::string fingerprint();

  // The call and timer that a key of ours (Port::kForeignKey set) names.
  struct Fired {
    Call* call;
    CallTimer timer;
  };
  [[nodiscard]] std::optional<Fired> fired(std::uint32_t key);

  void changed(Change change);
  void taken(Change change) { pending_[static_cast<std::size_t>(change)] = false; }

 private:
  Checked<void> invite(Now now, Call& call);
  void accept(Now now, Call& call);
  bool open_audio(Now now, Call& call);
  void add_candidates(Call& call) const;
  void close_audio(Call& call);
  void update_audio(Call& call);

  PhoneId id_;
  ua::Port port_;
  Endpoint local_;
  Outbox* out_;
  RtpPorts* rtp_ports_;
  std::shared_ptr<const dtls::Identity> identity_;
  int last_call_ = 0;
  bool pending_[3] = {};  // changes in the outbox that nobody has taken yet
};

}  // namespace offhook::phone
