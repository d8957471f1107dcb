#include "rows/builders.hpp"
#include "rows/rows.hpp"

namespace offhook::config::chapters {
namespace {

constexpr Row kRows[] = {
    integer("phone_setting.ringing_timeout", 1, 3600, "120", Room::Ringing,
            "How long an incoming call rings before it counts as missed.")
        .seconds(),
    integer("phone_setting.ringback_timeout", 1, 3600, "180", Room::Ringing,
            "How long an outgoing call rings before the phone gives up.")
        .seconds(),
    text("phone_setting.ring_type", 99, Room::Ringing, "Ring tone of the phone: a built-in name or an uploaded file.")
        .fallback("Ring1.wav"),
    flag("features.alert_info_tone", false, Room::Ringing,
         "Bellcore-dr1 to -dr5 in Alert-Info ring with Bellcore's patterns; off: with ringers 1 to 5."),
    text("distinctive_ring_tones.alert_info.X.text", kDialBytes, Room::Ringing,
         "Text of an Alert-Info's info= that rings with the ringer of the same number.")
        .x(10),
    text("distinctive_ring_tones.alert_info.X.ringer", 99, Room::Ringing, "That ringer: 1-10 or a ring's name.")
        .fallback("1")
        .x(10),
    flag("phone_setting.is_deal180", true, Room::Ringing, "Heeds a 180 that comes after a 183."),
    integer("phone_setting.call_appearance.calls_per_linekey", 1, 24, "24", Room::Calls,
            "Calls that one line key can carry."),
    choice("phone_setting.call_info_display_method", "0 name+number|1 number+name|2 name|3 number|4 full", "0",
           Room::Display, "How the screen names the other party."),
};

}  // namespace

std::span<const Row> phone_setting() { return kRows; }

}  // namespace offhook::config::chapters
