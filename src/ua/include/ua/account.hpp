// A line's identity and how it reaches its server. Guide: account.X.*; RFC 3261 §10.2, §22.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/slot_map.hpp"
#include "base/time.hpp"
#include "sdp/codec.hpp"
#include "sdp/offer_answer.hpp"
#include "transaction/layer.hpp"
#include "transport/resolver.hpp"

namespace offhook::ua {

struct AccountTag;
using AccountId = Handle<AccountTag>;

enum class HoldStyle : std::uint8_t { SendOnly, Inactive, ZeroAddress };

// Where requests outside of dialogs go.
struct Server {
  transport::Destination destination;
  std::string route;     // "<sip:proxy;lr>" put as Route into requests; "" for none
  int retry_counts = 3;  // resends before the next server is tried, when there is one
};

// When requests go back to the primary server after another one had to serve. Guide: failback_mode.
enum class Failback : std::uint8_t { NewRequests, DnsTtl, Registration, Duration };

// What keeps a way through a NAT open; streams have their own ping (RFC 5626). Guide: account.X.nat.udp_update_enable.
enum class KeepAlive : std::uint8_t { Off, Blank, Options, Notify };

// Encryption of audio, by keys in the session description (RFC 4568) or of a DTLS association (RFC 5763). Guide:
// account.X.srtp_encryption.
struct SrtpSettings {
  sdp::Srtp use = sdp::Srtp::Off;
  std::vector<sdp::CryptoSuite> offered;  // the preferred first; any that we know is taken where a peer offers it
  unsigned lifetime = 0;                  // packets under one key as a power of two, 48 at most; 0: not said
  bool unencrypted_rtp = false, unencrypted_rtcp = false;  // protected against change, but open to read
  std::string fingerprint;  // of the phone's certificate, as behind "a=fingerprint:"; empty: no DTLS
  bool offer_dtls = false;  // false: taken where a peer offers it
  // Others who were called by the same INVITE know its keys (RFC 4568 §7.3): new ones, by a re-INVITE, once one has
  // answered.
  bool renew_after_fork = false;
};

// Where audio is received, as it stands in our session descriptions: behind a NAT not the socket's own address.
struct AudioAddress {
  AudioAddress() = default;
  AudioAddress(Endpoint rtp_at) : rtp(rtp_at) {}
  AudioAddress(Endpoint rtp_at, std::optional<Endpoint> rtcp_at) : rtp(rtp_at), rtcp(rtcp_at) {}
  Endpoint rtp;
  std::optional<Endpoint> rtcp;  // where it is not the port above
  // Of a full ICE agent, without names, which are drawn for each description; and what its checks have come to.
  std::shared_ptr<const sdp::IceSide> candidates;
  std::shared_ptr<const sdp::IceChoice> choice;
};

// When the other side hears of another address of audio: with the next description, by a re-INVITE at once, or by one
// that begins the checks of ICE anew.
enum class Announce : std::uint8_t { Later, AtOnce, Restart };

struct Account {
  [[nodiscard]] std::string_view route() const {
    return servers.empty() ? std::string_view{} : std::string_view(servers.front().route);
  }

  std::string user;    // 1001
  std::string domain;  // host of the address-of-record; with the port when it is not 5060: "127.0.0.1", "pbx:5080"
  std::string display_name;
  std::string auth_user, password;
  std::vector<Server> servers;                   // outbound proxies, else registrars; the primary first
  std::shared_ptr<const transport::Policy> dns;  // null: as the engine does
  Failback failback = Failback::NewRequests;
  seconds failback_timeout{3600};  // of Failback::Duration; 0: until the server in use fails
  seconds expires{3600};
  seconds retry_interval{30};  // after a failed registration; 0: no retry
  bool contact_line_param = true;
  bool rport = true;            // asks for responses to where the request came from (RFC 3581); one word for a socket
  bool learns_address = false;  // and the address that they come back with is that of our Contact from then on
  KeepAlive keep_alive = KeepAlive::Off;
  seconds keep_alive_interval{30};
  std::string user_agent;  // "" sends none
  transaction::Timers timers;
  std::vector<sdp::Codec> codecs;
  milliseconds ptime{20};
  SrtpSettings srtp;
  HoldStyle hold_style = HoldStyle::SendOnly;
  bool offer_in_invite = true;    // false: the callee makes the offer in its 2xx, we answer in the ACK (§13.2.1)
  bool modify_by_update = false;  // hold and resume by UPDATE where the peer allows it; RFC 3311 §5.1 would have INVITE
};

}  // namespace offhook::ua
