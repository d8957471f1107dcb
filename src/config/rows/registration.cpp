#include "rows/builders.hpp"
#include "rows/rows.hpp"

namespace offhook::config::chapters {
namespace {

// Where an account registers and how it keeps at it. Y is 1 for the primary, 2 for the secondary server.
constexpr std::string_view kTransports = "0 UDP|1 TCP|2 TLS|3 DNS-NAPTR";

constexpr Row kRows[] = {
    host("account.X.sip_server.Y.address", Room::Registration, "Registrar and proxy of the account.").y(2).reregister(),
    integer("account.X.sip_server.Y.port", 0, 65535, "5060", Room::Registration,
            "Its port; 0 lets DNS-NAPTR find it by SRV.")
        .y(2)
        .reregister(),
    choice("account.X.sip_server.Y.transport_type", kTransports, "0", Room::Registration, "Transport to it.")
        .y(2)
        .reregister(),
    integer("account.X.sip_server.Y.expires", 30, 2147483647, "3600", Room::Registration,
            "Lifetime of the registration to ask for.")
        .y(2)
        .seconds()
        .reregister(),
    integer("account.X.sip_server.Y.retry_counts", 0, 20, "3", Room::Registration,
            "Times a request is sent again before the server counts as failed.")
        .y(2),
    choice("account.X.sip_server.Y.failback_mode", "0 newRequests|1 DNSTTL|2 registration|3 duration", "0",
           Room::Registration, "When the phone goes back to the primary server.")
        .y(2),
    integer(
        "account.X.sip_server.Y.failback_timeout", 1, 65535, "3600", Room::Registration,
        "Wait before the primary is tried again in duration mode; below 60 counts as 60, 0 waits for the next failure.")
        .zero_too()
        .y(2)
        .seconds(),
    flag("account.X.sip_server.Y.register_on_enable", false, Room::Registration,
         "Registers at the secondary before requests go there.")
        .y(2),

    host("account.X.sip_server_host", Room::Registration, "Older name of sip_server.1.address.").reregister(),
    integer("account.X.sip_server_port", 0, 65535, "5060", Room::Registration, "Older name of sip_server.1.port.")
        .reregister(),
    choice("account.X.transport", kTransports, "0", Room::Registration, "Older name of sip_server.1.transport_type.")
        .reregister(),
    integer("account.X.expires", 30, 2147483647, "3600", Room::Registration, "Older name of sip_server.1.expires.")
        .seconds()
        .reregister(),

    flag("account.X.outbound_proxy_enable", false, Room::Registration, "Sends requests by way of the outbound proxy.")
        .reregister(),
    host("account.X.outbound_proxy.Y.address", Room::Registration, "Outbound proxy.").y(2).reregister(),
    integer("account.X.outbound_proxy.Y.port", 0, 65535, "5060", Room::Registration, "Its port.").y(2).reregister(),
    integer("account.X.outbound_proxy_fallback_interval", 0, 65535, "3600", Room::Registration,
            "Pause between looks at whether the first outbound proxy works again.")
        .seconds(),
    host("account.X.outbound_host", Room::Registration, "Older name of outbound_proxy.1.address.").reregister(),
    integer("account.X.outbound_port", 0, 65535, "5060", Room::Registration, "Older name of outbound_proxy.1.port.")
        .reregister(),

    choice("account.X.fallback.redundancy_type", "0 concurrent|1 successive", "0", Room::Registration,
           "Registers at both servers at once, or one after the other."),
    integer("account.X.fallback.timeout", 10, 2147483647, "120", Room::Registration,
            "Pause between probes of the working server in successive mode.")
        .seconds(),
    integer("account.X.reg_fail_retry_interval", 0, 1800, "30", Room::Registration, "Wait after a failed registration.")
        .seconds(),
    flag("account.X.subscribe_register", false, Room::Registration,
         "Subscribes to the registration event after registering."),
    flag("account.X.register_mac", false, Room::Registration, "Adds a MAC header to REGISTER.").reregister(),
    flag("account.X.register_line", false, Room::Registration, "Adds a Line header to REGISTER; line 1 is 0.")
        .reregister(),
    flag("account.X.unregister_on_reboot", false, Room::Registration,
         "Removes the registration (Expires: 0) around a restart of the phone."),
    integer("sip.reg_surge_prevention", 0, 60, "0", Room::Registration,
            "The first registration leaves at a random moment within this time.")
        .seconds()
        .reboot(),
};

}  // namespace

std::span<const Row> registration() { return kRows; }

}  // namespace offhook::config::chapters
