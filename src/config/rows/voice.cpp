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
    flag("voice.vad", false, Room::Audio, "Sends no packets while nobody speaks."),
    flag("voice.cng", true, Room::Audio, "Plays comfort noise when the far side sends none of its own."),
};

}  // namespace

std::span<const Row> voice() { return kRows; }

}  // namespace offhook::config::chapters
