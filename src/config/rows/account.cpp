#include "rows/builders.hpp"
#include "rows/rows.hpp"

namespace offhook::config::chapters {
namespace {

// Who an account is, and how it behaves on the wire beyond registration.
constexpr Row kRows[] = {
    flag("account.X.enable", false, Room::Account, "Switches SIP account X on.").reregister(),
    text("account.X.label", 99, Room::Account, "What the screen and the line key call the account."),
    text("account.X.display_name", 99, Room::Account, "Display name in the From header.").reregister(),
    text("account.X.auth_name", 99, Room::Account, "User name for digest authentication.").reregister(),
    text("account.X.user_name", 99, Room::Account, "User part of the address of record: From, To and Contact.")
        .reregister(),
    text("account.X.password", 99, Room::Account, "Password for digest authentication.").secret().reregister(),
    decimal("account.X.advanced.timer_t1", 500, 10000, "0.5", Room::Sip,
            "RFC 3261 timer T1, the round-trip estimate that retransmissions start from.")
        .seconds(),
    decimal("account.X.advanced.timer_t2", 2000, 40000, "4", Room::Sip,
            "RFC 3261 timer T2, the longest pause between retransmissions.")
        .seconds(),
    decimal("account.X.advanced.timer_t4", 2500, 60000, "5", Room::Sip,
            "RFC 3261 timer T4, how long a message may stay in the network.")
        .seconds(),
    flag("account.X.session_timer.enable", false, Room::Sip, "Keeps sessions alive with RFC 4028 refreshes."),
    integer("account.X.session_timer.expires", 30, 7200, "1800", Room::Sip, "Session-Expires to ask for.").seconds(),
    choice("account.X.session_timer.refresher", "0 uac|1 uas", "0", Room::Sip, "Which side refreshes the session."),
    flag("account.X.100rel_enable", false, Room::Sip, "Reliable provisional responses (RFC 3262)."),
    flag("account.X.enable_user_equal_phone", false, Room::Sip, "Adds user=phone to the URIs of an INVITE."),
    flag("account.X.compact_header_enable", false, Room::Sip, "Writes header names in their short form."),
    text("account.X.custom_ua", kFreeBytes, Room::Sip,
         "User-Agent value in place of the phone's own; $vendor, $model, $version and $mac are filled in."),
    choice("account.X.call_id_mode", "0 random|1 ascending", "0", Room::Sip, "How Call-ID values are made."),
    flag("account.X.contact_take_line_param", true, Room::Registration, "Adds a line parameter to the Contact URI.")
        .reregister(),
    flag("account.X.sip_trust_ctrl", false, Room::Sip, "Takes SIP only from the account's server or outbound proxy."),
    choice("account.X.nat.udp_update_enable", "0 off|1 default|2 OPTIONS|3 NOTIFY", "1", Room::Network,
           "What keeps the NAT binding open: an empty datagram, OPTIONS or NOTIFY."),
    integer("account.X.nat.udp_update_time", 15, 2147483647, "30", Room::Network, "Pause between two keep-alives.")
        .seconds(),
    choice("account.X.nat.rport", "0 off|1 on|2 use the learned address at once", "0", Room::Network,
           "Asks for symmetric response routing (RFC 3581).")
        .reregister(),
    choice("account.X.nat.nat_traversal", "0 off|1 STUN|2 static|3 ICE", "0", Room::Network,
           "How the account finds its way through a NAT.")
        .reregister(),
    host("account.X.nat.stun_server", Room::Network, "STUN server of this account, in place of the phone's.")
        .reregister(),
    integer("account.X.nat.stun_port", 1024, 65535, "3478", Room::Network, "Port of the account's own STUN server.")
        .reregister(),
    choice("account.X.cid_source", "0 FROM|1 PAI|2 PAI-FROM|3 PRID-PAI-FROM|4 PAI-RPID-FROM|5 RPID-FROM|6 PREFERENCE",
           "0", Room::Display, "Which headers name the caller, in this order."),
};

}  // namespace

std::span<const Row> account() { return kRows; }

}  // namespace offhook::config::chapters
