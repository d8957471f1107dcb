// Codec slots of an account. Which codec a slot holds, and what it starts with, depends on the model (guide, codecs by
// model): G722, PCMU, PCMA and G729 are on, in this order.
#include <array>

#include "rows/builders.hpp"
#include "rows/rows.hpp"

namespace offhook::config::chapters {
namespace {

struct CodecDefaults {
  std::string_view name;
  std::string_view enable;
  std::string_view priority;
  std::string_view payload_type;
};
constexpr std::array<CodecDefaults, 12> kCodecs = {{
    {"PCMU", "1", "2", "0"},
    {"PCMA", "1", "3", "8"},
    {"G729", "1", "4", "18"},
    {"G722", "1", "1", "9"},
    {"G723_53", "0", "0", "4"},
    {"G723_63", "0", "0", "4"},
    {"iLBC", "0", "0", "106"},
    {"G726-16", "0", "0", "103"},
    {"G726-24", "0", "0", "104"},
    {"G726-32", "0", "0", "102"},
    {"G726-40", "0", "0", "105"},
    {"opus", "0", "0", "107"},
}};
constexpr std::string_view kCodecNames =
    "PCMU|PCMA|G729|G722|G723_53|G723_63|iLBC|G726-16|G726-24|G726-32|G726-40|opus";

std::string_view name_in_slot(const Model& model, Index index) {
  return index.y >= 1 && index.y <= model.codecs.size() ? model.codecs[index.y - 1u] : std::string_view{};
}

template <std::string_view CodecDefaults::* field>
std::string_view default_in_slot(const Model& model, Index index) {
  const auto name = name_in_slot(model, index);
  for (const auto& codec : kCodecs)
    if (codec.name == name) return codec.*field;
  return {};
}

constexpr Row kRows[] = {
    flag("account.X.codec.Y.enable", false, Room::Codec, "Offers the codec in slot Y.")
        .codec_slot()
        .by_model(default_in_slot<&CodecDefaults::enable>),
    choice("account.X.codec.Y.payload_type", kCodecNames, "", Room::Codec, "Codec in slot Y.")
        .codec_slot()
        .by_model(name_in_slot),
    integer("account.X.codec.Y.priority", 0, 12, "0", Room::Codec,
            "Place of slot Y in the offer; 1 is first, 0 comes last.")
        .codec_slot()
        .by_model(default_in_slot<&CodecDefaults::priority>),
    integer("account.X.codec.Y.rtpmap", 0, 127, "", Room::Codec, "RTP payload number of slot Y.")
        .codec_slot()
        .by_model(default_in_slot<&CodecDefaults::payload_type>),

    // Later firmware names the codec instead of a slot; where such a line stands it wins over the slot.
    flag("account.X.codec.pcmu.enable", true, Room::Codec, "Offers PCMU."),
    integer("account.X.codec.pcmu.priority", 0, 12, "2", Room::Codec, "Place of PCMU in the offer."),
    flag("account.X.codec.pcma.enable", true, Room::Codec, "Offers PCMA."),
    integer("account.X.codec.pcma.priority", 0, 12, "3", Room::Codec, "Place of PCMA in the offer."),
    flag("account.X.codec.g729.enable", true, Room::Codec, "Offers G729."),
    integer("account.X.codec.g729.priority", 0, 12, "4", Room::Codec, "Place of G729 in the offer."),
    flag("account.X.codec.g722.enable", true, Room::Codec, "Offers G722."),
    integer("account.X.codec.g722.priority", 0, 12, "1", Room::Codec, "Place of G722 in the offer."),
    flag("account.X.codec.g726_16.enable", false, Room::Codec, "Offers G726-16."),
    flag("account.X.codec.g726_24.enable", false, Room::Codec, "Offers G726-24."),
    flag("account.X.codec.g726_32.enable", false, Room::Codec, "Offers G726-32."),
    flag("account.X.codec.g726_40.enable", false, Room::Codec, "Offers G726-40."),
    integer("account.X.codec.g726_16.priority", 0, 12, "0", Room::Codec, "Place of G726-16 in the offer."),
    integer("account.X.codec.g726_24.priority", 0, 12, "0", Room::Codec, "Place of G726-24 in the offer."),
    integer("account.X.codec.g726_32.priority", 0, 12, "0", Room::Codec, "Place of G726-32 in the offer."),
    integer("account.X.codec.g726_40.priority", 0, 12, "0", Room::Codec, "Place of G726-40 in the offer."),
    flag("account.X.codec.g723_53.enable", false, Room::Codec,
         "Would offer G723 at 5.3 kbit/s, which is not built in."),
    integer("account.X.codec.g723_53.priority", 0, 12, "0", Room::Codec, "Place of G723 at 5.3 kbit/s in the offer."),
    flag("account.X.codec.g723_63.enable", false, Room::Codec,
         "Would offer G723 at 6.3 kbit/s, which is not built in."),
    integer("account.X.codec.g723_63.priority", 0, 12, "0", Room::Codec, "Place of G723 at 6.3 kbit/s in the offer."),
    flag("account.X.codec.ilbc.enable", false, Room::Codec, "Would offer iLBC, which is not built in."),
    integer("account.X.codec.ilbc.priority", 0, 12, "0", Room::Codec, "Place of iLBC in the offer."),
    flag("account.X.codec.opus.enable", false, Room::Codec, "Offers Opus."),
    integer("account.X.codec.opus.priority", 0, 12, "0", Room::Codec, "Place of Opus in the offer."),
    choice("account.X.codec.opus.para", "opus-fb|opus-swb|opus-wb|opus-mb|opus-nb", "opus-fb", Room::Codec,
           "Bandwidth of Opus: full, super-wide, wide, medium or narrow."),

    choice("account.X.ptime", "0 not offered|10|20|30|40|50|60", "20", Room::Codec, "Length of audio in one packet.")
        .milliseconds(),
};

}  // namespace

std::span<const Row> codec() { return kRows; }

}  // namespace offhook::config::chapters
