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
    integer("network.qos.rtptos", 0, 63, "46", Room::Network, "DSCP of voice packets.").reboot(),
    integer("network.qos.signaltos", 0, 63, "26", Room::Network, "DSCP of SIP packets.").reboot(),
};

}  // namespace

std::span<const Row> network() { return kRows; }

}  // namespace offhook::config::chapters
