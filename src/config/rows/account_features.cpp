#include "rows/builders.hpp"
#include "rows/rows.hpp"

namespace offhook::config::chapters {
namespace {

// Call features that are set for each account. Forward and DND here count in custom mode only.
constexpr Row kRows[] = {
    choice("account.X.conf_type", "0 local|2 network", "0", Room::Calls,
           "Who mixes a conference: the phone, or the server. The phone cannot ask a server yet."),
    text("account.X.conf_uri", 511, Room::Calls, "Address at the server's conferences."),
    flag("account.X.always_fwd.enable", false, Room::Forward, "Forwards every call (custom mode)."),
    text("account.X.always_fwd.target", kDialBytes, Room::Forward, "Number that always-forward sends the caller to."),
    text("account.X.always_fwd.on_code", kDialBytes, Room::Forward,
         "Code dialled to switch always-forward on at the server."),
    text("account.X.always_fwd.off_code", kDialBytes, Room::Forward,
         "Code dialled to switch always-forward off at the server."),
    flag("account.X.busy_fwd.enable", false, Room::Forward, "Forwards calls while busy (custom mode)."),
    text("account.X.busy_fwd.target", kDialBytes, Room::Forward, "Number that busy-forward sends the caller to."),
    text("account.X.busy_fwd.on_code", kDialBytes, Room::Forward,
         "Code dialled to switch busy-forward on at the server."),
    text("account.X.busy_fwd.off_code", kDialBytes, Room::Forward,
         "Code dialled to switch busy-forward off at the server."),
    flag("account.X.timeout_fwd.enable", false, Room::Forward, "Forwards unanswered calls (custom mode)."),
    text("account.X.timeout_fwd.target", kDialBytes, Room::Forward,
         "Number that no-answer-forward sends the caller to."),
    integer("account.X.timeout_fwd.timeout", 0, 20, "2", Room::Forward,
            "Rings before the call is forwarded; a ring is about six seconds.")
        .unit(Unit::Rings),
    text("account.X.timeout_fwd.on_code", kDialBytes, Room::Forward,
         "Code dialled to switch no-answer-forward on at the server."),
    text("account.X.timeout_fwd.off_code", kDialBytes, Room::Forward,
         "Code dialled to switch no-answer-forward off at the server."),

    flag("account.X.dnd.enable", false, Room::Dnd, "Refuses all calls to the account (custom mode)."),
    text("account.X.dnd.on_code", kDialBytes, Room::Dnd, "Code dialled to switch DND on at the server (custom mode)."),
    text("account.X.dnd.off_code", kDialBytes, Room::Dnd,
         "Code dialled to switch DND off at the server (custom mode)."),

    choice("account.X.hold_use_inactive", "0 sendonly|1 inactive", "0", Room::Hold, "SDP direction that holds a call."),
    flag("account.X.transfer_refer_to_contact_header.enable", false, Room::Transfer,
         "Takes Refer-To of an attended transfer from the Contact of the consulted party."),
    flag("account.X.auto_answer", false, Room::AutoAnswer, "Answers calls by itself when the phone is idle."),
    flag("account.X.auto_answer_mute_enable", false, Room::AutoAnswer,
         "Mutes the microphone in calls answered that way."),
    flag("account.X.missed_calllog", true, Room::Calls, "Keeps missed calls in the call log."),
    flag("account.X.anonymous_call", false, Room::Calls, "Hides the caller's identity in outgoing calls."),
    flag("account.X.reject_anonymous_call", false, Room::Calls, "Refuses callers who hide their identity (433)."),

    text("account.X.ringtone.ring_type", 99, Room::Ringing, "Ring tone of the account; Common is the phone's.")
        .fallback("Common"),
    flag("account.X.alert_info_url_enable", true, Room::Ringing,
         "A URL in Alert-Info that ends in the name of a ring rings with that one."),

    flag("account.X.display_mwi.enable", true, Room::Display,
         "Shows and says that messages wait, when the server tells so."),

    choice("account.X.dtmf.type", "0 inband|1 RFC2833|2 SIP INFO|3 RFC2833 + SIP INFO", "1", Room::Dtmf,
           "How DTMF digits are sent."),
    choice("account.X.dtmf.info_type", "0 disabled|1 DTMF-Relay|2 DTMF|3 Telephone-Event", "1", Room::Dtmf,
           "Body of the INFO request that carries a digit."),
    integer("account.X.dtmf.dtmf_payload", 96, 127, "101", Room::Dtmf, "RTP payload number of telephone-event."),
};

}  // namespace

std::span<const Row> account_features() { return kRows; }

}  // namespace offhook::config::chapters
