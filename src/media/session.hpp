// One call leg: RTP and RTCP both ways between one local port pair and one peer. Owned and driven by the Engine:
// receive_* as datagrams come; each tick play(), speak(), report() in this order.
// RFC 3550; symmetric RTP (RFC 4961): we send from the port at which we receive, and to where the peer really sends
// from.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "dtmf/session_digits.hpp"
#include "ice/agent.hpp"
#include "marks/marks.hpp"
#include "media/engine.hpp"
#include "media/mixer.hpp"
#include "nat/gatherer.hpp"
#include "outbox.hpp"
#include "packetizer.hpp"
#include "playout.hpp"
#include "quality/meter.hpp"
#include "relay/relay.hpp"
#include "rtp/reception.hpp"
#include "silence/suppressor.hpp"
#include "srtp/gate.hpp"
#include "srtp/link.hpp"

namespace offhook::media {

[[nodiscard]] inline Endpoint rtcp_of(Endpoint rtp) {
  ++rtp.port;
  return rtp;
}
// By which way a datagram has come: from whom, to the RTP or the RTCP port, over the TURN server or not.
struct Arrival {
  Endpoint from;
  bool rtcp = false;
  bool relayed = false;
};
[[nodiscard]] inline bool reachable(const Endpoint& e) { return e.port != 0 && !e.address.is_unspecified(); }

class Session {
 public:
  Session(PartyId party, Endpoint local, const EngineConfig& config, Random& random, Workspace& workspace);

  void set_plan(const AudioPlan& plan);
  void receive_rtp(Now now, Endpoint from, std::span<const std::uint8_t> bytes);
  void receive_rtcp(Now now, Endpoint from, std::span<const std::uint8_t> bytes);

  // A STUN message that came to the RTP or the RTCP port (RFC 7983 tells them apart).
  void receive_stun(bool rtcp, Endpoint from, std::span<const std::uint8_t> bytes);

  // Looks for its own addresses, and for relayed ones; session_relay.cpp.
  void gather(TimePoint now, const Endpoint& stun_server);
  void allocate(TimePoint now, std::shared_ptr<const turn::Server> server);
  [[nodiscard]] bool seeks_addresses() const { return gatherer_ || relay_; }
  // What was found, once, without its session.
  [[nodiscard]] std::optional<Mapped> take_addresses(TimePoint now);
  void ask_for_address(Now tick, Outbox& out);

  // What comes from the TURN server: its answers, and what a peer has sent by it.
  [[nodiscard]] bool is_relay(const Endpoint& from) const { return relay_ && relay_->server() == from; }
  struct Relayed {
    bool is_relays = false;  // and for nobody else
    Endpoint peer;
    std::optional<std::span<const std::uint8_t>> data;
  };
  [[nodiscard]] Relayed open_relayed(Now now, bool rtcp, std::span<const std::uint8_t> bytes, Outbox& out);
  void close_relay(TimePoint now, Outbox& out);

  // Where checks find the peer (AudioPlan::checks); session_ice.cpp.
  [[nodiscard]] bool has_checks() const { return checks_ != nullptr; }
  void receive_check(Now now, const Arrival& at, std::span<const std::uint8_t> bytes, Outbox& out);
  void tick_checks(Now tick, Outbox& out);
  // What is new of them, each once.
  struct CheckNews {
    std::optional<sdp::IceChoice> choice;
    std::optional<LinkFailure> failure;  // without its session
  };
  [[nodiscard]] CheckNews take_check_news();

  // What is no RTP, by its first octet: DTLS and checks of ICE are looked at where the plan wants them, and kept for it
  // while there is none.
  [[nodiscard]] bool shares_port() const { return link_ != nullptr || !planned_; }
  void receive_beside(Now now, bool rtcp, Endpoint from, std::span<const std::uint8_t> bytes, Outbox& out);
  [[nodiscard]] bool has_link() const { return link_ != nullptr; }
  void tick_link(Now now, Outbox& out);
  void close_link(Outbox& out) {
    if (link_) link_->close(out);
    if (rtcp_link_) rtcp_link_->link.close(out);
  }
  [[nodiscard]] std::optional<std::string> take_failure() { return link_ ? link_->take_failure() : std::nullopt; }

  // What is heard in this tick; the frame lies in the workspace.
  ConstFrame play();
  // What is said in this tick, at any rate: leaves as RTP when the direction lets it and a packet is full.
  void speak(ConstFrame frame, Outbox& out);
  void send_digits(const DigitOrder& order);
  // What has been heard of digits since the last time; null when there was none.
  [[nodiscard]] std::vector<SessionDigits::News>* digit_news() {
    return digits_ && !digits_->news().empty() ? &digits_->news() : nullptr;
  }
  // RTCP when it is due by the time of the tick; `now` is when it really leaves.
  void report(Now tick, Now now, Outbox& out);
  // RTCP BYE, when anything has been sent (RFC 3550 §6.3.7).
  void say_bye(Now now, Outbox& out);

  [[nodiscard]] PartyId party() const { return party_; }
  [[nodiscard]] const Endpoint& local() const { return plan_.local; }
  // Samples a second of what is played and said.
  [[nodiscard]] std::uint32_t rate() const { return playout_.rate(); }
  // Brings what is heard to the rate of the party, where that is another.
  [[nodiscard]] Resampler& to_party() { return to_party_; }
  [[nodiscard]] const ListeningWindow& window() const { return window_; }
  [[nodiscard]] std::uint32_t room() const { return plan_.room; }
  [[nodiscard]] MixMember& mix_member() {
    if (!mix_member_) mix_member_ = std::make_unique<MixMember>();
    return *mix_member_;
  }
  // Looks for marks in what play() gave, which is played from `begin` on.
  void find_marks(TimePoint begin);
  [[nodiscard]] const MarkFinder* marks() const { return marks_.get(); }
  [[nodiscard]] SessionStats stats() const;
  [[nodiscard]] CallQuality quality() const;

 private:
  // A codec that the peer may send, by the payload type and format parameters of our description.
  struct Heard {
    std::uint8_t payload_type = 0;
    const Codec* codec = nullptr;
    std::string ours;
  };
  [[nodiscard]] const Heard* format_of(std::uint8_t payload_type) const;
  void set_formats(const AudioPlan& plan);
  void send(const Packetizer::Packet& packet, Outbox& out);
  void send(const rtp::PacketHeader& header, std::span<const std::uint8_t> payload, Outbox& out);
  void receive_event(const rtp::PacketView& packet);
  bool say_digit(rtp::RtpTime begin, ConstFrame& frame, Outbox& out);
  SessionDigits& digits();
  // False: it came too late.
  bool play_packet(const Heard& heard, rtp::RtpTime timestamp, std::span<const std::uint8_t> payload);
  void receive_noise(const rtp::PacketView& packet);
  bool say_voice(rtp::RtpTime begin, ConstFrame frame, Outbox& out);
  [[nodiscard]] bool may_send() const;
  rtp::Reception::Verdict account(Now now, const rtp::PacketView& packet, rtp::Reception::Timing timing);
  [[nodiscard]] bool is_stranger(const Endpoint& from) const;
  void follow(Endpoint from);
  void plan_checks(const AudioPlan& plan);
  void keep_check(bool rtcp, Endpoint from, std::span<const std::uint8_t> bytes);
  void follow_checks();
  void send_check(Now now, const Arrival& to, std::string_view bytes, Outbox& out);
  void relay_check(Now now, const Arrival& to, std::string_view bytes, Outbox& out);
  void keep_peers(TimePoint now);
  void flush_relay(TimePoint now, Outbox& out);
  // The allocation that media of this port goes by; null: by none.
  [[nodiscard]] turn::Allocation* relay_of(bool rtcp) const {
    return relay_ && checks_ && checks_->relayed[rtcp ? 1 : 0] ? &relay_->of(rtcp && !plan_.rtcp_mux) : nullptr;
  }
  // write() as Outbox has it.
  template <class Write>
  void transmit(bool rtcp, Outbox& out, Write&& write) {
    const Endpoint& local = plan_.local;
    const Endpoint& remote = rtcp ? remote_rtcp_ : remote_rtp_;
    if (turn::Allocation* relay = relay_of(rtcp))
      out.add(rtcp ? rtcp_port() : local, relay->server(),
              [&](std::vector<std::uint8_t>& bytes) { relay->frame(bytes, remote, write); });
    else
      out.add(rtcp ? rtcp_port() : local, remote, write);
  }
  void collide(Endpoint from);
  void take_keys();
  void plan_rtcp_link();
  void shake_hands(Now now, Endpoint from, std::span<const std::uint8_t> bytes, Outbox& out);
  void receive_beside_rtcp(Now now, Endpoint from, std::span<const std::uint8_t> bytes, Outbox& out);
  void take_rtcp_keys();
  [[nodiscard]] SrtpGate& rtcp_gate() { return rtcp_link_ ? rtcp_link_->gate : gate_; }
  [[nodiscard]] std::uint32_t new_ssrc();
  [[nodiscard]] Endpoint rtcp_port() const;
  [[nodiscard]] bool may_report() const;
  [[nodiscard]] QualityMeter::Facts quality_facts() const;
  void take_blocks(Now now, const std::vector<rtp::ReportBlock>& blocks);
  void take_extended(Now now, const rtp::ExtendedReport& report);
  void note_round_trip(Duration time);
  void append_report(Now now, std::vector<std::uint8_t>& out);
  void append_extended(Now now, bool sender, std::vector<std::uint8_t>& out);
  void leave_old_name(Outbox& out);
  [[nodiscard]] Duration next_interval();

  PartyId party_;
  const EngineConfig& config_;
  Random& random_;
  Workspace& workspace_;
  AudioPlan plan_;
  Endpoint remote_rtp_, remote_rtcp_;
  bool bound_ = false;                    // a valid source of this plan has been heard
  std::optional<Endpoint> stale_remote_;  // of the plan before: packets still on their way do not lead us back
  std::vector<Heard> formats_;

  // Sending.
  std::uint32_t ssrc_;
  std::uint16_t sequence_;
  rtp::RtpTime timestamp_;
  Packetizer packetizer_;
  Resampler to_codec_;
  bool talking_ = false;                           // the last tick sent: no marker
  std::unique_ptr<SilenceSuppressor> suppressor_;  // when the plan says so

  // Receiving.
  std::optional<rtp::Reception> source_, candidate_;
  TimePoint source_heard_{};                    // its last packet
  std::optional<std::uint32_t> former_source_;  // the one before
  std::int64_t lost_before_ = 0;                // by sources that were replaced, or began anew
  Playout playout_;
  Resampler to_party_;
  ListeningWindow window_;
  std::unique_ptr<MixMember> mix_member_;  // of a room
  std::unique_ptr<MarkFinder> marks_;      // where EngineConfig says so

  std::unique_ptr<SessionDigits> digits_;  // from the first digit on
  SrtpGate gate_;
  std::unique_ptr<Gatherer> gatherer_;  // behind a NAT
  std::unique_ptr<Relay> relay_;        // where the phone has a TURN server
  struct Checks {
    IceAgent agent;
    std::array<bool, 2> relayed{};  // RTP, RTCP
    bool admitted = false;          // the peer's candidates, by the relay
    std::uint32_t seen = 0;         // of its changes
    IceAgent::State state = IceAgent::State::Checking;
    bool given_up = false;
  };
  std::unique_ptr<Checks> checks_;  // where the plan has some
  bool planned_ = false;
  std::unique_ptr<Link> link_;  // where the plan wants it
  // RTCP on a port of its own has an association of its own, and its keys (RFC 5764 §4.2). It is no matter of the call
  // whether there will be one.
  struct RtcpLink {
    Link link;
    SrtpGate gate;
  };
  std::unique_ptr<RtcpLink> rtcp_link_;
  // A ClientHello may come before the answer that speaks of it (RFC 5763 §5).
  struct Early {
    Endpoint from;
    std::vector<std::uint8_t> bytes;
  };
  std::unique_ptr<Early> early_;
  struct EarlyCheck {
    Early check;
    bool rtcp = false;
  };
  std::unique_ptr<std::vector<EarlyCheck>> early_checks_;

  // RTCP.
  std::optional<TimePoint> next_report_;
  std::uint64_t sent_at_last_report_ = 0, sent_at_report_before_ = 0;
  std::optional<TimePoint> media_time_;  // of timestamp_
  struct PeerReference {                 // RFC 3611 §4.4
    std::uint32_t ssrc = 0, last_rr = 0;
    TimePoint arrival{};
  };
  std::optional<PeerReference> peer_reference_;
  std::vector<Endpoint> conflicts_;        // who said our SSRC; again from there is a loop (RFC 3550 §8.2)
  std::optional<std::uint32_t> old_ssrc_;  // waits for its BYE
  struct {
    std::uint64_t packets = 0, bytes = 0;
  } sent_by_old_ssrcs_;  // reports count by name (§6.4.1)
  SessionStats stats_;
  QualityMeter quality_;
};

}  // namespace offhook::media
