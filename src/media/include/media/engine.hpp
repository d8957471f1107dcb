// The media engine: every audio session of a process (or a shard), without sockets, threads or clocks.
//
// In:  commands (open, update, close), datagrams with their arrival time, and a wake at each deadline. Each session has
//      a tick every 20 ms; the sessions are spread over those 20 ms, so that packets leave one by one and not in a
//      burst.
// Out: poll_transmit() (datagrams), poll_socket_request() (ports that io opens and closes), poll_digit(),
//      poll_failure(), poll_chosen(), hearing(), stats().
// Drive it so: one input, then poll_socket_request() for Open until empty, poll_transmit() until empty, then Close
// requests (the RTCP BYE of a closed session still leaves through its port); then ask deadline() again.
// One thread owns an engine: in io its own thread behind a queue of these values, in sim inline.
//
// Keys of a DTLS association (RFC 5764) are made here, on the port of the media: a plan names both certificates.
//
// RFC 3550 (RTP, RTCP), RFC 3551 (audio profile), RFC 3611 (XR), RFC 5761 (one port), RFC 4733 (telephone-event); guide
// § voice.jib.*.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/endpoint.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/slot_map.hpp"
#include "base/time.hpp"
#include "dtls/identity.hpp"
#include "media/audio.hpp"
#include "media/dtmf.hpp"
#include "media/jitter_buffer.hpp"
#include "media/quality.hpp"
#include "media/stats.hpp"
#include "media/tone_detector.hpp"
#include "sdp/codec.hpp"
#include "sdp/offer_answer.hpp"
#include "turn/server.hpp"

namespace offhook::media {

struct PartyTag;
using PartyId = Handle<PartyTag>;  // a phone: one audio input, one audio output
struct SessionTag;
using SessionId = Handle<SessionTag>;  // one call leg
struct ListenerTag;
using ListenerId = Handle<ListenerTag>;  // a party's ear at a multicast group

// An association that a plan wants: what was agreed of it, and our certificate.
struct DtlsPlan {
  sdp::DtlsTerms terms;
  std::shared_ptr<const dtls::Identity> identity;
  friend bool operator==(const DtlsPlan&, const DtlsPlan&) = default;
};

// What one leg does from now on; the phone makes it from sdp::Negotiated.
struct AudioPlan {
  Endpoint local;
  Endpoint remote;
  sdp::Codec codec;                                     // what we send: one of media::codecs(); its fmtp is the peer's
  std::optional<std::uint8_t> telephone_event;          // its payload type, when negotiated
  sdp::Direction direction = sdp::Direction::SendRecv;  // ours
  milliseconds ptime{20};  // of what we send: 10 to 60 ms, brought down to what the codec can do
  // What the peer may send, by the numbers and with the fmtp of our description; empty: `codec` alone.
  std::vector<sdp::Codec> receive{};
  // The payload type of telephone-event in our own description; nothing: the same as that of the peer.
  std::optional<std::uint8_t> telephone_event_receive{};
  bool inband_digits = false;             // digits are heard by their sound, too
  std::optional<Endpoint> remote_rtcp{};  // where it is not the port above RTP (RFC 3605)
  bool rtcp_mux = false;                  // RTCP on the RTP port, both ways (RFC 5761)
  // Sessions of one party in one room hear each other and the party, each all others and not itself; 0: none.
  std::uint32_t room = 0;
  std::optional<sdp::SrtpKeys> srtp{};  // keys of the descriptions; neither they nor an association: plain RTP
  // Nothing is said or heard before the association has shown the peer's certificate to be the one that was announced.
  // Its RTCP needs rtcp_mux.
  std::optional<DtlsPlan> dtls{};
  // With `dtls`: the peer's address is the one that its checks choose.
  std::optional<sdp::IceTerms> ice{};
  // Where connectivity checks find the peer, by a full ICE agent (RFC 8445): nothing is sent before a pair of addresses
  // works, nor after the peer has not agreed for 30 s (RFC 7675). A DTLS handshake takes the way that they find.
  std::shared_ptr<const sdp::IceExchange> checks{};
  // Nothing leaves while nobody speaks (guide voice.vad), but what the silence sounds like, where the peer takes that:
  // its payload type (RFC 3389). Opus keeps silence in its own way, when the peer wants it (usedtx).
  bool suppress_silence = false;
  std::optional<std::uint8_t> comfort_noise{};
  // To or from a multicast group: one way, without RTCP, and nobody is answered (guide: Multicast Paging).
  bool page = false;

  friend bool operator==(const AudioPlan&, const AudioPlan&) = default;
};

// What a party says. A value, so that it crosses a queue; a live device comes in through set_input().
struct SilenceIn {
  friend bool operator==(const SilenceIn&, const SilenceIn&) = default;
};
struct ToneIn {
  double hz = 440;
  double level_dbm0 = -16;
  friend bool operator==(const ToneIn&, const ToneIn&) = default;
};
// Each session of the party sends back what it hears.
struct EchoIn {
  friend bool operator==(const EchoIn&, const EchoIn&) = default;
};
struct WavIn {
  std::vector<std::uint8_t> bytes;  // a whole WAV file, any rate, channels are mixed
  bool repeat = true;
  friend bool operator==(const WavIn&, const WavIn&) = default;
};
using AudioIn = std::variant<SilenceIn, ToneIn, EchoIn, WavIn>;

// `bytes` stays valid until the next call of anything but poll_transmit(): several may be gathered into one send.
struct Transmit {
  Endpoint local;
  Endpoint remote;
  std::span<const std::uint8_t> bytes;
  SessionId session{};
};

// The moments of the 20 ms at which sessions have their tick: each millisecond.
inline constexpr std::uint32_t kPhases = 20;
inline constexpr milliseconds kPhaseLength{1};

struct SocketRequest {
  // Join and Leave: a multicast group, for receiving. `local` is then the group and its port.
  enum class Kind : std::uint8_t { Open, Close, Join, Leave };
  Kind kind = Kind::Open;
  Endpoint local;  // each session asks for two: the RTP port and, one above, the RTCP port
  SessionId session{};
  std::uint32_t phase = 0;  // of its ticks: what arrives need not be read before the next of them is due()
  IpAddress interface{};    // by its address: where the group is joined
  friend bool operator==(const SocketRequest&, const SocketRequest&) = default;
};

// Who is heard: the pilots among EngineConfig::pilots that sound in what was played in the last 200 ms (the jitter
// buffer lies before that).
struct Hearing {
  std::vector<HeardTone> tones;
  std::uint64_t packets_received = 0;  // RTP, since open
  std::uint64_t packets_sent = 0;
  [[nodiscard]] bool hears(double hz) const;  // within 1 Hz
};

// A digit that somebody has pressed at the other end of a session: told when it begins, and again when it has ended.
struct DigitHeard {
  SessionId session;
  DigitWay way = DigitWay::Event;
  char digit = 0;  // of kDigits
  bool ended = false;
  milliseconds duration{};  // once it has ended
};

// Somebody begins to speak at a multicast group, or has fallen silent; again when another has taken the word.
struct PageNews {
  ListenerId listener;
  bool sounding = false;
  Endpoint from;
};

// A session that stays silent: its association came to nothing, its checks found no way, or the peer does not answer
// them any more; NoWay again where 40 s after that nobody has begun anew.
struct LinkFailure {
  enum class What : std::uint8_t { Keys, NoWay, Silence };
  SessionId session;
  What what = What::Keys;
  std::string why;  // a sentence for the person
};

// What the checks of a session have come to.
struct Chosen {
  SessionId session;
  sdp::IceChoice choice;
};

// What a party hears of its own phone: one that stays (tone, ringer), and short ones over it (keys).
enum class LocalSound : std::uint8_t { Tone, Key };

// Audio from another address than the plan names (guide features.rtp_symmetric.enable).
enum class Symmetry : std::uint8_t {
  None,      // played; we send to where the plan says
  Reject,    // dropped
  SendBack,  // played; we send to where it comes from (RFC 4961)
  Both       // so for the first that is valid, then dropped from elsewhere
};

// How the ports of a session look from outside, as a STUN server has told, or else the TURN server; nothing: neither
// answered in time. And the addresses at that server that stand for them (RFC 8656).
struct Mapped {
  SessionId session;
  std::optional<Endpoint> rtp, rtcp;
  std::optional<Endpoint> relayed_rtp{}, relayed_rtcp{};
  std::string no_relay{};        // a sentence, where one that was asked for is missing
  bool relay_is_silent = false;  // for nobody answered
};

struct EngineConfig {
  std::vector<double> pilots;  // frequencies to tell apart, Hz; kLeastPilotDistanceHz from one another; may be empty
  JitterLimits jitter;         // guide voice.jib.*
  seconds rtcp_interval{5};    // mean; randomised by RFC 3550 §6.2; 0 sends no RTCP
  Symmetry symmetry = Symmetry::SendBack;
  // Tones that are among `pilots` carry marks, by which Hearing tells the delay. For phones that share a clock.
  bool marks = false;
  bool rtcp_xr = false;       // extended reports (RFC 3611), guide voice.rtcp_xr.enable; read in any case
  bool comfort_noise = true;  // what the peer tells of its silence is made audible (guide voice.cng)
};

class Engine {
 public:
  // `random` gives SSRCs, first sequence numbers and timestamps and must outlive the engine.
  Engine(EngineConfig config, Random& random);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // A WAV that cannot be read becomes silence; decode_wav() of media/wav.hpp tells beforehand.
  PartyId add_party(AudioIn in);
  void set_input(PartyId party, AudioIn in);
  void set_input(PartyId party, std::unique_ptr<AudioSource> source);
  // Hears the sum of all the party's sessions, one frame a tick while it has any. Null: nobody listens.
  void set_output(PartyId party, std::unique_ptr<AudioSink> sink);
  // Plays to the party itself, beside what its sessions hear, until the source ends; null stops. Without an output
  // nobody listens, and nothing is spent on it.
  void play(PartyId party, LocalSound place, std::unique_ptr<AudioSource> source);
  // Both sides of all its calls, one frame a tick while it has any. Null ends the recording.
  void set_recorder(PartyId party, std::unique_ptr<ConversationSink> recorder);
  // Closes its sessions without BYE: close() them first to part politely.
  void remove_party(PartyId party);

  // Asks for the two ports and listens; sends nothing before update(). Fails when the party is unknown, or the port is
  // odd, zero or already in use by a session here.
  Result<SessionId> open(PartyId party, Endpoint local);
  // A change of plan keeps SSRC, sequence and counters. False when the session is unknown.
  bool update(SessionId session, const AudioPlan& plan);
  // Sends BYE when RTP or RTCP has been sent, and gives the ports back.
  void close(SessionId session, Now now);

  // An ear at a multicast group: parties that listen at one group and interface share a socket. What comes there is
  // told by poll_page() and played by nobody before hear_page(). Fails for an unknown party, and for what is no group.
  Result<ListenerId> listen(PartyId party, Endpoint group, IpAddress interface);
  void stop_listening(ListenerId listener);
  // Plays what sounds at that group to the party, beside its sessions, until the session is closed; null for an unknown
  // listener. The session has no port, and close() says nothing to anybody.
  SessionId hear_page(ListenerId listener);
  // A datagram that came to a group by that interface.
  void receive_page(Now now, const Endpoint& group, const IpAddress& interface, const Endpoint& from,
                    std::span<const std::uint8_t> bytes);
  // Asks that STUN server from both ports, at the session's ticks; poll_mapped() tells what came of it, within 2.5 s.
  // Until it is closed it then asks again now and then, so that the way through a NAT stays open. False when the
  // session is unknown.
  bool gather(SessionId session, Endpoint stun_server, Now now);
  // Asks that TURN server for an address for each of the two ports, in the same way and the same time; who asks for
  // both does so before the next tick, and hears of both at once. Checks and what follows from them may lead over it,
  // where the plan's candidates name it. Given back when the session is closed.
  bool allocate(SessionId session, std::shared_ptr<const turn::Server> server, Now now);

  // Says digits from the next tick on, in place of the voice; digits of an earlier order go first. They are forgotten
  // when the session may not send meanwhile. False when the session is unknown.
  bool send_digits(SessionId session, const DigitOrder& order);

  // A datagram that arrived at `local` (RTP or RTCP port of a session). Anything unfit is counted and dropped.
  void receive(Now now, Endpoint local, Endpoint from, std::span<const std::uint8_t> bytes);
  // The same for who knows whose port it was: `rtcp` for the odd one. Nothing when the session is gone.
  void receive(Now now, SessionId session, bool rtcp, Endpoint from, std::span<const std::uint8_t> bytes);
  // The phases that wake(now) would tick: bit 0 is phase 0.
  [[nodiscard]] std::uint32_t due(TimePoint now) const;
  // Does the ticks that are due. Early calls do nothing; late ones catch up.
  void wake(Now now);
  // The next tick; nothing while there is no session, nobody hears a sound of its own, and no group sounds.
  [[nodiscard]] std::optional<TimePoint> deadline() const;

  [[nodiscard]] std::optional<Transmit> poll_transmit();
  [[nodiscard]] std::optional<SocketRequest> poll_socket_request();
  // After receive() and wake(), until it is empty.
  [[nodiscard]] std::optional<DigitHeard> poll_digit();
  [[nodiscard]] std::optional<PageNews> poll_page();  // likewise, and after receive_page()
  [[nodiscard]] std::optional<LinkFailure> poll_failure();

  [[nodiscard]] std::optional<Mapped> poll_mapped();
  // After receive() and wake(): each choice once.
  [[nodiscard]] std::optional<Chosen> poll_chosen();

  [[nodiscard]] Hearing hearing(SessionId session) const;  // empty for an unknown session
  [[nodiscard]] std::optional<SessionStats> stats(SessionId session) const;
  [[nodiscard]] std::optional<CallQuality> quality(SessionId session) const;
  [[nodiscard]] std::size_t sessions() const;
  [[nodiscard]] std::size_t parties() const;
  [[nodiscard]] std::uint64_t stray_datagrams() const;  // no session at that port

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace offhook::media
