// Offer and answer (RFC 3264, RFC 6337 §5), as a value without I/O: one sdp::Session a call leg (copy it for a further
// early dialog). Ours is one audio stream; whatever else is offered keeps its m= line, refused. It remembers origin and
// version, the m= lines of earlier exchanges, every payload type that it ever said, and what was agreed last.
//
//   caller        make_offer -> accept_answer        a refused offer: rollback, the earlier agreement stands
//   callee        receive_offer (while it rings) -> answer(local), or answer(offer, local) at once
//   late offer    callee: make_offer in the 200, accept_answer from the ACK; caller: answer(offer, local) into the ACK
//   hold          LocalAudio::direction SendOnly or Inactive, rfc2543_hold also writes c=0.0.0.0 (RFC 3264 §8.4)
//   SRTP          LocalAudio::srtp and ::crypto (RFC 4568); Optional offers RTP/AVP with keys, Mandatory RTP/SAVP. An
//                 answer to an offer that keeps its key keeps ours too; our offers keep it until renew_keys.
//   DTLS          LocalAudio::dtls (RFC 5763, 8842); Optional offers RTP/AVP with a fingerprint beside the keys (RFC
//                 8643), Mandatory UDP/TLS/RTP/SAVP. An association stays until one side changes what makes it. With it
//                 we are an ICE lite agent (RFC 8445) of one host candidate, for who wants that: browsers do.
//   ICE           LocalAudio::candidates (RFC 8839): we are a full agent. What checks have come to (::choice) is named
//                 by the descriptions that follow; a peer without ICE, or one whose address somebody has changed on the
//                 way, is spoken to as ever.
//
// Which SIP message may carry which of them: sdp/offer_answer_rules.hpp.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "sdp/codec.hpp"
#include "sdp/crypto.hpp"
#include "sdp/dtls.hpp"
#include "sdp/ice_side.hpp"

namespace offhook::sdp {

enum class Srtp : std::uint8_t { Off, Optional, Mandatory };

struct LocalCrypto {
  CryptoSuite suite = CryptoSuite::Unknown;
  SrtpKey key;          // its material drawn by the caller from its Random, anew for each description
  bool offered = true;  // false: only taken where the peer offers it
  friend bool operator==(const LocalCrypto&, const LocalCrypto&) = default;
};

// Our end of DTLS associations: one certificate for all of them, and names that the caller draws from its Random, anew
// for each description. Those in use stay.
struct LocalDtls {
  std::string fingerprint;  // of our certificate, as it stands behind "a=fingerprint:"
  bool offered = false;     // false: only taken where the peer offers it
  std::string tls_id;       // is_tls_id()
  std::string ice_ufrag, ice_password;
  friend bool operator==(const LocalDtls&, const LocalDtls&) = default;
};

// What our side wants of the stream. In an answer the direction is a wish: RFC 3264 §6.1 narrows it to what the offer
// lets.
struct LocalAudio {
  Endpoint rtp;
  std::vector<Codec> codecs;  // in order of preference, telephone-event among them
  Direction direction = Direction::SendRecv;
  milliseconds ptime{20};     // 0: no a=ptime
  bool rfc2543_hold = false;  // c=0.0.0.0 (IPv6: ::)
  Srtp srtp = Srtp::Off;
  std::vector<LocalCrypto> crypto{};  // suites in order of preference, each once
  std::optional<LocalDtls> dtls{};    // where `srtp` is not Off
  bool renew_keys = false;            // in an offer: also keys in use give way, to those of `crypto` and `dtls`
  std::optional<Endpoint> rtcp{};     // written as a=rtcp (RFC 3605) when it is not the port above RTP
  bool rtcp_mux = false;              // RFC 5761: offered, and taken where it is offered
  // Of a full ICE agent: offered, unless the call has come to stand without, and taken where it is offered. Its names
  // are drawn by the caller, anew for each description; those in use stay until the peer begins anew, or we do.
  std::shared_ptr<const IceSide> candidates{};
  std::shared_ptr<const IceChoice> choice{};
  bool restart_ice = false;  // in an offer: other names, for candidates that are checked anew (RFC 8839 §4.4.1.1.1)
  std::string attributes{};  // further "a=…" lines of the medium, carried as they are: ICE, fingerprint
};

struct SrtpKeys {
  CryptoSuite suite = CryptoSuite::Unknown;
  SrtpKey local;   // what we send with
  SrtpKey remote;  // what the peer sends with
  friend bool operator==(const SrtpKeys&, const SrtpKeys&) = default;
};

// RFC 8445 with us as the lite agent, which answers checks: by whose names and passwords.
struct IceTerms {
  std::string local_ufrag, local_password, remote_ufrag, remote_password;
  friend bool operator==(const IceTerms&, const IceTerms&) = default;
};

// What both sides agreed on.
struct Negotiated {
  Endpoint local;
  Endpoint remote;
  // Common ones in the answer's order, with the payload types that the peer expects; no telephone-event.
  std::vector<Codec> codecs;
  Direction direction = Direction::SendRecv;            // ours: what we may send and shall expect
  milliseconds ptime{20};                               // what the peer asks for, else ours, else 20 ms
  bool on_hold_by_remote = false;                       // the peer does not want to hear us
  std::optional<std::uint8_t> telephone_event_payload;  // as the peer expects it
  // The same codecs by the numbers of our own description, which the peer sends with: they may differ (RFC 3264 §6.1).
  std::vector<std::uint8_t> receive_payloads;
  std::vector<std::string> receive_fmtp;  // and with our format parameters
  std::optional<std::uint8_t> telephone_event_receive_payload;
  Endpoint remote_rtcp;  // that of RTP when multiplexed
  bool rtcp_mux = false;
  std::optional<SrtpKeys> srtp;   // keys of the descriptions
  std::optional<DtlsTerms> dtls;  // keys of a DTLS association; neither: plain RTP
  std::optional<IceTerms> ice;    // the peer's address is the one that its checks choose, `remote` the default one
  // The same with us as a full agent; the pointer changes with what it points to.
  std::shared_ptr<const IceExchange> checks;

  friend bool operator==(const Negotiated&, const Negotiated&) = default;
};

class Session {
 public:
  enum class State : std::uint8_t { Idle, OfferSent, OfferReceived, Stable };

  // `origin_id` is drawn by the caller from its Random; it is the sess-id of our o= line.
  explicit Session(std::uint64_t origin_id = 1, std::string username = "-");

  // A second offer replaces one of ours that is unanswered. Who has an offer to answer does not make one: it would
  // forget the other's.
  [[nodiscard]] std::string make_offer(const LocalAudio& local);
  // Keeps the offer for answer(local). An Error is what the user agent answers 488 to (or 400 when it is no SDP), or
  // 491 or 500 when an offer is open already; the state is then as before. `local` may lack its address yet.
  Result<void> receive_offer(std::string_view offer, const LocalAudio& local);
  Result<std::string> answer(const LocalAudio& local);
  Result<std::string> answer(std::string_view offer, const LocalAudio& local);
  // After an Error the offer is still open: rollback() or end the call.
  Result<void> accept_answer(std::string_view answer);
  // The open offer, ours or theirs, came to nothing: back to Stable with what was agreed before, or to Idle.
  void rollback();

  // Nothing before the first agreement and when the audio stream was refused (port 0).
  [[nodiscard]] std::optional<Negotiated> negotiated() const { return negotiated_; }
  [[nodiscard]] State state() const { return state_; }
  // The last descriptions, as sent and received; empty before.
  [[nodiscard]] const std::string& local_description() const { return local_text_; }
  [[nodiscard]] const std::string& remote_description() const { return remote_text_; }

 private:
  // One m= line of the session, in order; the number of lines never shrinks (RFC 3264 §8).
  struct Stream {
    std::string refused;   // its lines with port 0; empty for the one stream that is our audio
    std::string mid;       // of our audio, where the peer named it (RFC 5888 §9)
    std::string profile;   // the transport protocol that it has with DTLS
    bool bundled = false;  // a bundle of its own (RFC 9143)
  };
  // What render() writes of our audio beside what LocalAudio says.
  struct ChosenLine {
    std::uint32_t tag = 0;
    LocalCrypto crypto;
  };
  struct AudioLines {
    std::vector<Codec> codecs;
    Direction direction = Direction::Inactive;
    std::string profile = "RTP/AVP";
    std::vector<ChosenLine> crypto;
    bool rtcp_mux = false;
    std::optional<LocalDtls> dtls{};
    Setup setup = Setup::ActPass;
    bool ice = false;          // lite
    std::string candidates{};  // the lines of a full agent
    std::string bundle{};      // the mid that is a group of its own
  };

  void claim_stream();
  void offer_dtls(const LocalAudio& local, AudioLines& audio);
  void offer_candidates(const LocalAudio& local, AudioLines& audio);
  void answer_candidates(const SessionDescription& offer, const Media& m, LocalAudio& local, AudioLines& audio,
                         Negotiated& negotiated);
  [[nodiscard]] IceSide own_candidates(const LocalAudio& local, const IceSide* theirs) const;
  [[nodiscard]] std::shared_ptr<const IceExchange> agree_candidates(IceExchange exchange);
  [[nodiscard]] std::size_t own_stream() const;  // streams_.size() when there is none
  [[nodiscard]] std::string render(const LocalAudio& local, AudioLines audio);
  void append_audio(std::string& out, const LocalAudio& local, const AudioLines& audio, const Stream& stream) const;
  void settle(std::string remote_text, std::optional<Negotiated> negotiated);

  std::uint64_t origin_id_;
  std::string username_;
  std::uint64_t version_ = 0;
  State state_ = State::Idle;
  std::vector<Stream> streams_;
  std::vector<Stream> agreed_streams_;  // those of the last agreement, for rollback
  LocalAudio offered_;                  // our open offer
  std::string offered_profile_;
  std::string open_offer_;   // theirs
  std::vector<Codec> used_;  // every payload type that we ever said, with its meaning
  std::string last_body_;    // what followed the o= line last time: the version counts its changes
  std::string local_text_, remote_text_;
  std::optional<Negotiated> negotiated_;
  std::optional<LocalDtls> dtls_;                      // our names, as said last
  std::shared_ptr<const IceSide> offered_candidates_;  // of our open offer
  bool spoke_ice_ = false;                             // some agreement has had it
};

}  // namespace offhook::sdp
