#include "rows/builders.hpp"
#include "rows/rows.hpp"

namespace offhook::config::chapters {
namespace {

constexpr std::uint8_t kPagingAddresses = 31;
constexpr std::int64_t kLabelBytes = 99;

constexpr Row kRows[] = {
    choice("multicast.codec", "PCMU|PCMA|G729|G722", "G722", Room::Paging, "Codec of the pages that the phone sends."),
    group("multicast.paging_address.X.ip_address", Room::Paging, "Where a page of this number goes.")
        .x(kPagingAddresses),
    text("multicast.paging_address.X.label", kLabelBytes, Room::Paging, "Its name.").x(kPagingAddresses),
    integer("multicast.paging_address.X.channel", 0, 30, "0", Room::Paging,
            "Channel within the group; 0: none. Others are not sent.")
        .x(kPagingAddresses),
    group("multicast.listen_address.X.ip_address", Room::Paging,
          "Where the phone listens for pages; the number is their rank, 1 the highest.")
        .listen_address(),
    text("multicast.listen_address.X.label", kLabelBytes, Room::Paging, "Name of what is heard there.")
        .listen_address(),
    integer("multicast.listen_address.X.channel", 0, 30, "0", Room::Paging,
            "Channel within the group; 0: none. Others are not told apart.")
        .listen_address(),
    integer("multicast.listen_address.X.volume", 0, 15, "0", Room::Paging,
            "Volume of these pages; 0: that of the phone. The host's loudspeaker decides.")
        .listen_address(),
    flag("multicast.receive_priority.enable", true, Room::Paging,
         "A page of a higher rank takes over from a lower one."),
    integer("multicast.receive_priority.priority", 0, 31, "10", Room::Paging,
            "Pages of this rank and higher interrupt calls; 0: none does."),
    integer("multicast.receive.ignore_dnd.priority", 0, 31, "0", Room::Paging,
            "Pages of this rank and higher are heard under do-not-disturb; 0: none is."),
    flag("multicast.receive.use_speaker", false, Room::Paging,
         "Plays pages by the loudspeaker. The host has one way to be heard."),
    flag("multicast.receive.enhance_volume", false, Room::Paging,
         "Plays pages louder. The host's loudspeaker decides."),
    flag("features.paging_auto_resume.enable", true, Room::Paging, "Resumes the call that a page has interrupted."),
};

}  // namespace

std::span<const Row> paging() { return kRows; }

}  // namespace offhook::config::chapters
