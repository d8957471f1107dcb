// One call as the phone sees it: facts that events set, and what a person sees of them (state, buttons) as pure
// functions of the facts. A plain value in the Desk's list; rooms (features/) read and change it.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/timer_wheel.hpp"
#include "media/engine.hpp"
#include "phone/view.hpp"
#include "ua/events.hpp"

namespace offhook::phone {

namespace voice_quality {
struct Watch;
}

enum class Stage : std::uint8_t {
  Waiting,  // outgoing, its INVITE has not left yet: another call is being held first, or a transferor has yet to hang
            // up
  Dialing,
  RingBack,
  Ringing,
  Answering,  // our 200 is out, the ACK is not here yet
  Established,
  Ended,
};
enum class HoldChange : std::uint8_t { None, Holding, Resuming };  // a re-INVITE of ours is out

struct CallFacts {
  Stage stage = Stage::Dialing;
  HoldChange change = HoldChange::None;
  bool held = false;   // the far end agreed to be on hold
  bool muted = false;  // on hold here only: the far end refused the re-INVITE
  bool held_by_remote = false;
  bool transferring = false;    // our REFER is out
  bool conference = false;      // is mixed with others (features/conference), as soon as it talks
  bool answer_pending = false;  // the person has pressed Answer; another call is being held first
};

[[nodiscard]] CallState state_of(const CallFacts& facts);
[[nodiscard]] std::vector<Action> actions_of(const CallFacts& facts);
// Speaks and hears now, or is about to stop doing so: at most one call of a phone should.
[[nodiscard]] bool is_talking(const CallFacts& facts);

enum class CallTimer : std::uint8_t { NoAnswer, Ringing, TransferStart, Linger, Tone, AutoAnswer, kCount };

struct HeardDigit {
  char digit = 0;
  DigitWay way = DigitWay::Event;
  milliseconds duration{};  // 0: not over, or not told
  TimePoint at;
  bool twice = false;  // told by the other way, too
};
// DTMF of a call (features/dtmf): the last few hundred.
struct Digits {
  std::string sent;
  std::vector<HeardDigit> heard;
};

// A call that we make because a REFER asked for it: whom to tell how it goes.
struct TransferOrder {
  ua::CallId transferor;
  std::string referred_by;
};

struct Call {
  int id = 0;            // CallView::id
  ua::CallId ua;         // null while Waiting
  std::size_t line = 0;  // place in Desk::lines
  bool outgoing = false;
  CallFacts facts;
  CallState shown = CallState::Dialing;
  TimePoint since;
  WallTime begun{};
  std::optional<WallTime> answered;
  std::optional<WallTime> ended;  // and not told yet (Desk::tell_end)
  ua::Party peer;
  std::string target;  // what a Waiting call will dial; later the target of our transfer
  std::string note;
  std::optional<TransferOrder> order;
  Digits digits;
  std::string ringer;           // incoming: rings with it
  bool local_ringback = false;  // outgoing: the far end rings, and we say so
  std::string_view end_tone{};  // how it ended, as a tone: "busy", "congestion"

  std::string referred_by{};  // of the INVITE that we send

  // Audio: the port is taken from when our address goes into an SDP until the end.
  std::uint16_t rtp_port = 0;
  ua::AudioAddress address{};                        // as our descriptions name it
  std::array<std::optional<Endpoint>, 2> relayed{};  // at the TURN server, RTP and RTCP
  bool seeking = false;                              // the public one is being looked for: INVITE or 200 wait
  std::uint64_t leg = 0;                             // 0: none
  std::uint64_t last_leg = 0;  // the same, and kept when it is closed: its last report comes after
  std::shared_ptr<const media::CallQuality> quality;
  bool quality_is_final = false;
  std::shared_ptr<voice_quality::Watch> watch;  // null: its quality is reported to nobody
  std::optional<media::AudioPlan> agreed;       // by both sides; the direction is the negotiated one
  std::optional<media::AudioPlan> sent;         // last UpdateLeg
  bool was_encrypted = false;                   // by what was last agreed; kept when the audio is closed

  std::array<TimerId, static_cast<std::size_t>(CallTimer::kCount)> timers{};
};

}  // namespace offhook::phone
