#include "rows/builders.hpp"
#include "rows/rows.hpp"

namespace offhook::config::chapters {
namespace {

// SIP behaviour of the phone as a whole.
constexpr Row kRows[] = {
    integer("sip.listen_port", 1024, 65535, "5060", Room::Sip, "Local port for SIP over UDP and TCP.").reboot(),
    flag("sip.rfc2543_hold", false, Room::Hold, "Holds a call with the null address (c=0.0.0.0) of RFC 2543."),
    flag("sip.use_23_as_pound", true, Room::Sip, "Writes # as %23 in URIs."),
    flag("sip.use_out_bound_in_dialog", false, Room::Sip,
         "Sends requests inside a dialog by way of the outbound proxy too."),
    flag("sip.trust_ctrl", false, Room::Sip, "Takes SIP only from the server or outbound proxy."),
    choice("sip.notify_reboot_enable", "0 do not reboot|1 reboot|2 ignore", "1", Room::Sip,
           "What NOTIFY check-sync does."),
    flag("sip.mac_in_ua", false, Room::Sip, "Adds the MAC address to User-Agent."),
    flag("sip.send_response_by_request", true, Room::Sip, "Sends a response to where its request came from."),
    decimal("sip.timer_t1", 500, 10000, "0.5", Room::Sip, "RFC 3261 timer T1 for accounts that set none of their own.")
        .seconds(),
    decimal("sip.timer_t2", 2000, 40000, "4", Room::Sip, "RFC 3261 timer T2 for accounts that set none of their own.")
        .seconds(),
    decimal("sip.timer_t4", 2500, 60000, "5", Room::Sip, "RFC 3261 timer T4 for accounts that set none of their own.")
        .seconds(),
};

}  // namespace

std::span<const Row> sip() { return kRows; }

}  // namespace offhook::config::chapters
