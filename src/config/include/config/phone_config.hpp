// What a phone reads of its settings, typed and resolved: phone-wide against per-account modes, legacy against new
// names, ring counts into time. Each feature has its own small struct and looks at no other.
// A value type without behaviour; built once when the settings change.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "config/model.hpp"
#include "config/settings.hpp"
#include "config/tone.hpp"

namespace offhook::config {

enum class Transport : std::uint8_t { Udp, Tcp, Tls, DnsNaptr };

enum class Failback : std::uint8_t { NewRequests, DnsTtl, Registration, Duration };

struct ServerConfig {
  std::string address;  // IP address or host name; never empty
  std::uint16_t port = 5060;
  Transport transport = Transport::Udp;
  seconds expires{3600};  // asked for in REGISTER
  int retry_counts = 3;   // resends before the server counts as failed
  Failback failback = Failback::NewRequests;
  seconds failback_timeout{3600};  // of Failback::Duration; 0 waits for the next failure
};

enum class DnsCacheUse : std::uint8_t { Never, Use, UseAndGather };
struct DnsAddress {  // account.X.dns_cache_a.Y
  std::string name, address;
  seconds ttl{300};
};
struct DnsService {  // account.X.dns_cache_srv.Y
  std::string name, target;
  std::uint16_t port = 0, priority = 0, weight = 0;
  seconds ttl{300};
};
struct DnsPointer {  // account.X.dns_cache_naptr.Y
  std::string name, flags;
  std::uint16_t order = 0, preference = 0;
  std::string service, replacement;
  seconds ttl{300};
};
struct DnsConfig {
  bool naptr = false;  // before SRV, where the transport is DNS-NAPTR
  seconds query_timeout{8};
  DnsCacheUse cache = DnsCacheUse::Use;
  bool static_first = false;
  std::vector<DnsAddress> addresses;
  std::vector<DnsService> services;
  std::vector<DnsPointer> pointers;
};

struct OutboundProxyConfig {
  std::string address;
  std::uint16_t port = 5060;
};

struct RegistrationConfig {
  seconds retry_interval{30};  // after a failure; 0 does not retry
  bool unregister_on_reboot = false;
  bool contact_line_param = true;  // ;line= in Contact
  bool mac_header = false;         // MAC: in REGISTER
  bool line_header = false;        // Line: in REGISTER, 0-based
  int keep_alive = 1;              // 0 off, 1 a blank datagram, 2 OPTIONS, 3 NOTIFY
  seconds keep_alive_interval{30};
  seconds surge_prevention{0};  // the first REGISTER leaves at a random moment within it
};

// How an account is reached through a NAT. Guide: account.X.nat.*, sip.nat_stun.*, network.static_nat.*.
struct NatConfig {
  enum class Way : std::uint8_t { None, Stun, Static };
  Way way = Way::None;
  std::string stun_server;         // of Stun: an address or a name
  std::uint16_t stun_port = 3478;  // 0: none is set; that of the server's SRV records, else 3478
  std::string address;             // of Static
  bool ice = false;                // candidates are offered in calls
  int rport = 0;                   // 0 not asked for, 1 asked for, 2 and the address that comes back is used at once
};

// Who relays audio for calls with ICE. Guide: sip.nat_turn.*.
struct TurnConfig {
  std::string server;         // an address or a name; empty: nobody
  std::uint16_t port = 3478;  // 0: none is set; that of the server's SRV records, else 3478
  std::string username, password;
};

// RFC 3261 §17.1.1.1 T1, T2, T4.
struct SipTimers {
  Duration t1{milliseconds{500}};
  Duration t2{seconds{4}};
  Duration t4{seconds{5}};
};

struct CodecConfig {
  std::string name;               // as the guide names it: PCMU, PCMA, G722 …
  std::uint8_t payload_type = 0;  // RTP payload number to offer
  std::string parameters{};       // opus: its bandwidth, opus-nb to opus-fb
};

enum class HoldStyle : std::uint8_t {
  SendOnly,     // a=sendonly
  Inactive,     // a=inactive
  ZeroAddress,  // c=0.0.0.0 (RFC 2543)
};
struct HoldConfig {  // per account
  HoldStyle style = HoldStyle::SendOnly;
};
struct HoldToneConfig {  // phone-wide: reminders while a call is on hold, or held by the far side
  bool enabled = false;
  seconds delay{30};
  seconds interval{30};
};

enum class FeatureMode : std::uint8_t { Phone, Custom };  // one state for the phone, or one for each account

struct ForwardRule {
  bool enabled = false;
  std::string target;
  std::string on_code;  // dialled to tell the server; may be empty
  std::string off_code;
};
struct ForwardConfig {  // per account; the same in each account in phone mode
  bool allowed = true;
  FeatureMode mode = FeatureMode::Phone;
  bool diversion_header = true;  // Diversion in the 302
  bool international = true;     // targets that begin with 00
  ForwardRule always;
  ForwardRule busy;
  ForwardRule no_answer;
  int no_answer_rings = 2;
  Duration no_answer_after{seconds{12}};  // rings times kRing
};
// The guide counts no-answer time in rings of about six seconds.
inline constexpr seconds kRing{6};

struct DndConfig {  // per account; the same in each account in phone mode
  bool allowed = true;
  FeatureMode mode = FeatureMode::Phone;
  bool enabled = false;
  std::string on_code;
  std::string off_code;
  bool emergency_enabled = false;  // let the callers below through
  std::vector<std::string> emergency_callers;
};

struct CallWaitingConfig {
  bool enabled = true;
  bool tone = true;
  std::string on_code;
  std::string off_code;
};

struct RefuseConfig {
  int normal_code = 486;  // the user rejects
  int dnd_code = 480;     // do not disturb
};

struct TransferConfig {
  bool semi_attended = true;     // off: a transfer while the target still rings becomes blind
  bool blind_on_hook = true;     // hanging up completes a blind transfer
  bool attended_on_hook = true;  // hanging up completes an attended one
  milliseconds hold_to_refer_delay{0};
};

struct RingConfig {
  seconds ringing_timeout{120};   // incoming, until it counts as missed
  seconds ringback_timeout{180};  // outgoing, until the phone gives up
  bool heeds_180 = true;          // ringback behind early media
};

struct ToneConfig {
  std::string country = "Custom";
  // voice.tone.NAME, where a file sets it; counts with Custom.
  std::vector<std::pair<std::string, CallTone>> own{};
  std::vector<int> congestion_codes{};
  bool voice_mail = true;  // the dial tone tells that messages wait
};

struct AlertInfoRule {  // distinctive_ring_tones.alert_info.X
  std::string text, ringer;
};
struct RingerConfig {
  std::string ring_type = "Ring1.wav";
  bool bellcore_patterns = false;
  std::vector<AlertInfoRule> alert_info{};
  std::vector<std::string> files{};  // ringers that somebody has brought
};

struct PagingAddress {
  int number = 1;
  Endpoint group;
  std::string label;
};
struct PagingConfig {  // multicast.*
  std::string codec = "G722";
  std::vector<PagingAddress> send{};
  std::vector<PagingAddress> listen{};  // the number is the rank: 1 is the highest
  bool ranked = true;                   // a higher page takes over from a lower one
  int interrupts_calls = 10;            // pages of this rank and higher; 0: none
  int ignores_dnd = 0;                  // likewise
  bool resumes_calls = true;            // after the page
};

struct AutoAnswerConfig {  // per account
  bool enabled = false;
  bool mute = false;
};
struct AutoAnswerRule {  // phone-wide
  seconds delay{1};
  bool first_call_only = true;
  bool tone = true;
};

enum class DtmfWay : std::uint8_t { Inband, Rfc2833, Info, Rfc2833AndInfo };
enum class DtmfInfoBody : std::uint8_t { Disabled, DtmfRelay, Dtmf, TelephoneEvent };
struct DtmfConfig {  // per account
  DtmfWay way = DtmfWay::Rfc2833;
  DtmfInfoBody info_body = DtmfInfoBody::DtmfRelay;
  std::uint8_t payload_type = 101;
};

struct DtmfKeysConfig {  // phone-wide: how a digit is sent and shown
  int repetition = 3;    // of the packet that ends a telephone-event
  milliseconds duration{100};
  milliseconds min_interval{30};
  int volume = -10;               // dBm0
  bool hide = false;              // stars on the screen
  bool hide_delay = false;        // but the last one
  bool play_local = true;         // one hears the keys that one presses in a call
  bool touch_tone = true;         // and those before it
  bool replace_transfer = false;  // the Transfer key sends digits instead
  std::string transfer;           // these
};

enum class SrtpUse : std::uint8_t { Disabled, Optional, Compulsory };
enum class SrtpOffer : std::uint8_t { Aes128, Gcm128AndAes128, All };
enum class DtlsUse : std::uint8_t { Off, Taken, Offered };
struct SrtpConfig {  // per account
  SrtpUse use = SrtpUse::Disabled;
  unsigned lifetime = 0;  // packets under one key as a power of two; 0: nothing said
  bool unencrypted_rtp = false, unencrypted_rtcp = false;
  SrtpOffer offer = SrtpOffer::Aes128;
  DtlsUse dtls = DtlsUse::Off;
  bool renew_after_fork = false;  // new keys for a call that others were offered as well
  [[nodiscard]] bool may_use_dtls() const { return use != SrtpUse::Disabled && dtls != DtlsUse::Off; }
};

struct JitterConfig {
  bool adaptive = true;
  milliseconds min{60};
  milliseconds normal{120};
  milliseconds max{240};
};

// What is made of the sound of a microphone that hangs at this machine.
struct MicrophoneConfig {
  bool echo_cancellation = true;
  bool noise_suppression = true;
  bool transient_suppression = false;
  int gain_db = 0;
};

struct RtcpConfig {
  bool enabled = true;
  bool extended = false;  // RFC 3611
};
// Audio from another address than the description names.
enum class RtpSymmetry : std::uint8_t { None, Reject, SendBack, Both };

// Reports about the quality of calls, RFC 6035; phone-wide. 0 switches a threshold off.
struct VoiceReportConfig {
  bool session = false;
  bool interval = false;
  seconds period{20};
  int mos_warning = 0, mos_critical = 0;  // listening quality, MOS times 10
  milliseconds delay_warning{0}, delay_critical{0};
};
struct CollectorConfig {  // per account; no host: no reports
  std::string name;
  std::string host;
  std::uint16_t port = 5060;
};

struct RtpPortRange {
  std::uint16_t min = 11780;
  std::uint16_t max = 12780;
};

struct AccountConfig {
  int index = 1;  // account.N
  std::string label;
  std::string display_name;
  std::string user_name;
  std::string auth_name;  // user_name when the file has none
  std::string password;
  std::vector<ServerConfig> servers;                  // those with an address, primary first
  std::vector<OutboundProxyConfig> outbound_proxies;  // empty unless switched on
  DnsConfig dns;
  RegistrationConfig registration;
  NatConfig nat;
  SipTimers timers;
  std::vector<CodecConfig> codecs;  // enabled ones, best first
  milliseconds ptime{20};           // 0: not offered
  DtmfConfig dtmf;
  SrtpConfig srtp;
  HoldConfig hold;
  ForwardConfig forward;
  DndConfig dnd;
  AutoAnswerConfig auto_answer;
  std::string ring_type = "Common";
  bool alert_info_url = true;
  CollectorConfig collector;
  bool missed_call_log = true;
  bool network_conference = false;  // conf_type: the server mixes
  bool shows_messages = true;       // that wait
};

struct TlsConfig {
  bool trusted_only = true;  // servers without a certificate that we trust are left
  bool check_name = false;   // it must name the server, too
};

struct PhoneConfig {
  const Model* model = nullptr;
  std::string mac;         // twelve lower-case hex digits; may be empty
  std::string user_agent;  // User-Agent value
  std::uint16_t listen_port = 5060;
  RtpPortRange rtp_ports;
  TurnConfig turn;
  std::vector<AccountConfig> accounts;  // the enabled ones, by index
  int default_account = 1;
  CallWaitingConfig call_waiting;
  RefuseConfig refuse;
  TransferConfig transfer;
  HoldToneConfig hold_tone;
  HoldToneConfig held_tone;
  RingConfig ringing;
  ToneConfig tones;
  RingerConfig ringers;
  AutoAnswerRule auto_answer;
  DtmfKeysConfig dtmf;
  JitterConfig jitter;
  RtcpConfig rtcp;
  RtpSymmetry rtp_symmetry = RtpSymmetry::None;
  VoiceReportConfig voice_reports;
  TlsConfig tls;
  int signalling_dscp = 26, voice_dscp = 46;  // of the packets, 0 to 63
  bool comfort_noise = true;
  MicrophoneConfig microphone;
  bool voice_activity_detection = false;
  int calls_per_line_key = 24;
  seconds busy_tone_delay{0};
  PagingConfig paging;

  [[nodiscard]] const AccountConfig* account(int index) const;  // null when it is not enabled
};

[[nodiscard]] PhoneConfig make_phone_config(const Settings& settings, const Model& model, std::string mac = {});

}  // namespace offhook::config
