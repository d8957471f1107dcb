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
    flag("voice.vad", false, Room::Audio, "Sends no packets while nobody speaks."),
    flag("voice.cng", true, Room::Audio, "Plays comfort noise when the far side sends none of its own."),
};

}  // namespace

std::span<const Row> voice() { return kRows; }

}  // namespace offhook::config::chapters
