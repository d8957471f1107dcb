#include "rows/builders.hpp"
#include "rows/rows.hpp"

namespace offhook::config::chapters {
namespace {

constexpr Row kRows[] = {
    choice("voice.jib.adaptive", "0 fixed|1 adaptive", "1", Room::Audio,
           "Whether the jitter buffer follows the network."),
    integer("voice.jib.min", 0, 400, "60", Room::Audio, "Least delay of an adaptive jitter buffer.").milliseconds(),
    integer("voice.jib.normal", 0, 400, "120", Room::Audio,
            "Delay of a fixed jitter buffer, and where an adaptive one starts.")
        .milliseconds(),
    integer("voice.jib.max", 0, 400, "240", Room::Audio, "Greatest delay of an adaptive jitter buffer.").milliseconds(),
    choice(
        "voice.tone.country",
        "Custom|Australia|Austria|Brazil|Belgium|China|Czech|Denmark|Finland|France|Germany|\"Great Britain\"|Greece|"
        "Hungary|Lithuania|India|Italy|Japan|Mexico|\"New Zealand\"|Netherlands|Norway|Portugal|Spain|Switzerland|"
        "Sweden|Russia|\"United States\"|Chile|\"Czech ETSI\"",
        "Custom", Room::Tones, "Whose tones the phone plays; Custom: those below."),
    tone("voice.tone.dial", "350+440/30000", Room::Tones, "Dial tone."),
    tone("voice.tone.ring", "440+480/2000,0/4000", Room::Tones, "Ringback: the other phone rings."),
    tone("voice.tone.busy", "480+620/500,0/500", Room::Tones, "Busy."),
    tone("voice.tone.congestion", "480+620/250,0/250", Room::Tones, "The call cannot be made."),
    tone("voice.tone.callwaiting", "440/300,0/10000", Room::Tones, "Another call comes in."),
    tone("voice.tone.dialrecall", "!350+440/100,!0/100,!350+440/100,!0/100,!350+440/100,!0/100,350+440/0", Room::Tones,
         "Dial tone during a call."),
    tone("voice.tone.record", "1400/500,0/15000", Room::Tones, "The call is recorded."),
    tone("voice.tone.info", "!950/330,!1400/330,!1800/330,0", Room::Tones, "Special information."),
    tone("voice.tone.stutter",
         "!350+440/100,!0/100,!350+440/100,!0/100,!350+440/100,!0/100,!350+440/100,!0/100,"
         "!350+440/100,!0/100,!350+440/100,!0/100,!350+440/100,!0/100,!350+440/100,!0/100,"
         "!350+440/100,!0/100,!350+440/100,!0/100,350+440/0",
         Room::Tones, "Dial tone while messages wait.", 32),
    tone("voice.tone.message", "", Room::Tones, "A text message came."),
    tone("voice.tone.autoanswer", "", Room::Tones, "A call was answered by itself."),
    flag("voice.rtcp.enable", true, Room::Audio, "Sends RTCP reports."),
    flag("voice.rtcp_xr.enable", false, Room::Audio, "Sends RTCP extended reports with VoIP metrics (RFC 3611)."),
    choice(
        "features.rtp_symmetric.enable", "0 none|1 reject|2 send back|3 both", "0", Room::Audio,
        "Whether audio from an address that the description does not name is refused, answered to where it comes from, "
        "or taken from the first such address only."),
    flag("phone_setting.vq_rtcpxr.session_report.enable", false, Room::Audio,
         "Reports the quality of a call to the collector when it ends (RFC 6035)."),
    flag("phone_setting.vq_rtcpxr.interval_report.enable", false, Room::Audio,
         "Reports the quality of a call to the collector while it goes on."),
    integer("phone_setting.vq_rtcpxr_interval_period", 5, 20, "20", Room::Audio, "Pause between two interval reports.")
        .seconds(),
    integer("phone_setting.vq_rtcpxr_moslq_threshold_warning", 15, 40, "0", Room::Audio,
            "Listening quality (MOS times 10) at which a warning goes to the collector; 0: none.")
        .zero_too(),
    integer("phone_setting.vq_rtcpxr_moslq_threshold_critical", 15, 40, "0", Room::Audio,
            "Listening quality (MOS times 10) at which a critical alert goes to the collector; 0: none.")
        .zero_too(),
    integer("phone_setting.vq_rtcpxr_delay_threshold_warning", 10, 2000, "0", Room::Audio,
            "One-way delay at which a warning goes to the collector; 0: none.")
        .zero_too()
        .milliseconds(),
    integer("phone_setting.vq_rtcpxr_delay_threshold_critical", 10, 2000, "0", Room::Audio,
            "One-way delay at which a critical alert goes to the collector; 0: none.")
        .zero_too()
        .milliseconds(),
    text("account.X.vq_rtcpxr.collector_name", 32, Room::Audio, "Name of the collector of quality reports."),
    host("account.X.vq_rtcpxr.collector_server_host", Room::Audio, "Where quality reports go."),
    integer("account.X.vq_rtcpxr.collector_server_port", 1, 65535, "5060", Room::Audio, "Port of the collector."),
    flag("voice.echo_cancellation", true, Room::Audio,
         "Takes the sound of the loudspeaker out of what a sound card's microphone hears."),
    flag("features.noise_filtering_rev.enable", true, Room::Audio,
         "Turns down the noise in what a sound card's microphone hears."),
    flag("voice.tns.enable", false, Room::Audio, "Turns down keys and knocks, too."),
    integer("voice.handfree_send", -50, 50, "0", Room::Audio, "Gain of what a sound card's microphone sends, in dB."),
    flag("voice.vad", false, Room::Audio, "Sends no packets while nobody speaks."),
    flag("voice.cng", true, Room::Audio, "Makes audible what the far side tells of its silence (RFC 3389)."),
};

}  // namespace

std::span<const Row> voice() { return kRows; }

}  // namespace offhook::config::chapters
