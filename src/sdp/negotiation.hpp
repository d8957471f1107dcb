// The decisions of offer and answer as pure functions from two sides' facts to values (RFC 3264 §6, §7, §8; RFC 4568
// §5.1; RFC 5761 §5.1). Private to sdp.
#pragma once
#include <optional>
#include <vector>

#include "sdp/crypto.hpp"
#include "sdp/offer_answer.hpp"
#include "sdp/session_description.hpp"

namespace offhook::sdp {

// The peer's audio stream as its description has it; views into its text.
struct RemoteAudio {
  std::size_t index = 0;  // which m= line
  Endpoint rtp, rtcp;
  Direction direction = Direction::SendRecv;  // theirs; c=0.0.0.0 is read as "does not receive" (RFC 3264 §8.4)
  CodecList codecs;
  std::optional<milliseconds> ptime;  // not above their maxptime
  bool rtcp_mux = false;
};
[[nodiscard]] Result<RemoteAudio> read_audio(const SessionDescription& description, std::size_t index);

[[nodiscard]] bool is_audio(const Media& m);
// What the transport protocol of a stream says of its keys; nothing for what is no RTP of ours.
enum class Profile : std::uint8_t { Plain, Secure, Dtls };  // RTP/AVP, RTP/SAVP, UDP/TLS/RTP/SAVP(F)
[[nodiscard]] std::optional<Profile> profile_of(std::string_view protocol);
[[nodiscard]] inline std::optional<Profile> profile_of(const Media& m) { return profile_of(m.protocol); }

// One of the peer's keys and ours for the same suite.
struct ChosenCrypto {
  std::uint32_t tag = 0;
  SrtpKeys keys;
};
// The strongest suite of their offer that we have a key for; among equals the first offered. An Error when the profile
// or our policy wants keys and there is none in common; nothing for plain RTP.
// Where the peer's key is that of `before`, ours stays too: packets go on under the same context.
[[nodiscard]] Result<std::optional<ChosenCrypto>> choose_crypto(const Media& offer, const LocalAudio& ours,
                                                                const std::optional<Negotiated>& before = {});
// The keys of an answer to our offer of all of `ours.crypto`, tagged from 1 in that order.
[[nodiscard]] Result<std::optional<ChosenCrypto>> match_crypto(const Media& answer, const LocalAudio& ours);

// How a stream of theirs is protected, where it can be: by keys of the description or by an association.
struct Keying {
  std::optional<ChosenCrypto> crypto;
  std::optional<DtlsTerms> dtls;
  [[nodiscard]] bool any() const { return crypto || dtls; }
};
// For an answer of ours; an Error when neither is possible and one must be. An association that stands goes on where
// the peer says the same of it (RFC 8842 §5.3).
[[nodiscard]] Result<Keying> choose_keying(const SessionDescription& description, const Media& offer,
                                           const LocalAudio& ours, const std::optional<Negotiated>& before);
// Of their answer to `ours`.
[[nodiscard]] Result<Keying> match_keying(const SessionDescription& description, const Media& answer,
                                          const LocalAudio& ours, const std::optional<Negotiated>& before);
// RFC 8445: our credentials and theirs. Nothing where they are no ICE agent, or a lite one like us, which checks
// nothing.
[[nodiscard]] std::optional<IceTerms> read_ice(const SessionDescription& description, const Media& m,
                                               const LocalDtls& ours);
[[nodiscard]] bool speaks_ice(const SessionDescription& description, const Media& m);
// RFC 9143 §7.3: true when our one stream is all that is left of a bundle that they offer, and was its first.
[[nodiscard]] bool heads_bundle(const SessionDescription& description, std::string_view mid);

// Their codecs that we have too, in their order with their payload types and parameters, each encoding once.
[[nodiscard]] CodecList common_codecs(const CodecList& theirs, const std::vector<Codec>& ours);
[[nodiscard]] const Codec* find_encoding(const std::vector<Codec>& list, const CodecView& codec);
// True when there is something to speak with: telephone-event or comfort noise alone is not.
[[nodiscard]] bool has_voice(const CodecList& codecs);

// Our payload types for codecs that we want to describe: the mapping of a number never changes within a session (RFC
// 3264 §8.3.2). An offer prefers what we said before, an answer what the peer asks for (§6.1); where that number has
// had another meaning, a free dynamic one is taken. `used` is all that we ever said, the latest last.
enum class Prefer : std::uint8_t { Earlier, Asked };
[[nodiscard]] std::vector<Codec> assign_payload_types(std::vector<Codec> wanted, const std::vector<Codec>& used,
                                                      Prefer prefer);

// RFC 3264 §6.1: we send when we want to and they receive, and the other way round.
[[nodiscard]] constexpr Direction narrow(Direction ours, Direction theirs) {
  return make_direction(sends(ours) && receives(theirs), receives(ours) && sends(theirs));
}

// `described` is what our description said: where its numbers differ from the peer's, we receive by ours.
[[nodiscard]] Negotiated make_negotiated(const LocalAudio& local, const RemoteAudio& remote, const CodecList& common,
                                         const std::vector<Codec>& described);

}  // namespace offhook::sdp
