#include "rows/builders.hpp"
#include "rows/rows.hpp"

namespace offhook::config::chapters {
namespace {

constexpr Row kRows[] = {
    integer("network.port.min_rtpport", 1024, 65535, "11780", Room::Network,
            "Lowest port for RTP; RTCP takes the odd one above.")
        .reboot(),
    integer("network.port.max_rtpport", 1024, 65535, "12780", Room::Network, "Highest port for RTP and RTCP.").reboot(),
    integer("network.port.http", 1, 65535, "80", Room::Network, "Port of the web page over HTTP.").reboot(),
    integer("network.port.https", 1, 65535, "443", Room::Network, "Port of the web page over HTTPS.").reboot(),
    choice("network.ip_address_mode", "0 IPv4|1 IPv6|2 both", "0", Room::Network, "Which IP versions the phone uses.")
        .reboot(),
    flag("sip.nat_stun.enable", false, Room::Network, "Learns the phone's public address from a STUN server.").reboot(),
    host("sip.nat_stun.server", Room::Network, "The STUN server.").reboot(),
    integer("sip.nat_stun.port", 1024, 65535, "3478", Room::Network, "Its port.").reboot(),
    flag("sip.nat_turn.enable", false, Room::Network,
         "Has audio relayed by a TURN server where there is no other way; with ice.enable.")
        .reboot(),
    host("sip.nat_turn.server", Room::Network, "The TURN server.").reboot(),
    integer("sip.nat_turn.port", 1024, 65535, "3478", Room::Network, "Its port.").reboot(),
    text("sip.nat_turn.username", kFreeBytes, Room::Network, "User at the TURN server.").reboot(),
    text("sip.nat_turn.password", kFreeBytes, Room::Network, "Password at the TURN server.").secret().reboot(),
    flag("ice.enable", false, Room::Network, "Offers ICE candidates in calls (RFC 8445).").reboot(),
    flag("network.static_nat.enable", false, Room::Network, "Names a fixed public address in SIP and SDP.").reboot(),
    address("network.static_nat.addr", Room::Network, "The fixed public address.").reboot(),
    integer("network.qos.rtptos", 0, 63, "46", Room::Network, "DSCP of voice packets.").reboot(),
    integer("network.qos.signaltos", 0, 63, "26", Room::Network, "DSCP of SIP packets.").reboot(),
};

}  // namespace

std::span<const Row> network() { return kRows; }

}  // namespace offhook::config::chapters
