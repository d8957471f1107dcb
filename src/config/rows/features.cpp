#include "rows/builders.hpp"
#include "rows/rows.hpp"

namespace offhook::config::chapters {
namespace {

// Call features of the phone as a whole.
constexpr std::string_view kRefuseCodes = "404 Not Found|480 Temporarily Unavailable|486 Busy Here|603 Decline";
// The one model that the guide excludes from several line keys an account.
constexpr ModelMask kWithSeveralLines = kAllModels & ~mask_of(ModelId::T19PE2);

constexpr Row kRows[] = {
    choice("features.fwd_mode", "0 phone|1 custom", "0", Room::Forward,
           "One forward setting for the phone, or one for each account."),
    flag("features.fwd.allow", true, Room::Forward, "Lets users forward their calls."),
    flag("features.fwd_diversion_enable", true, Room::Forward, "Names the forwarding party in a Diversion header."),
    flag("features.forward_call_popup.enable", true, Room::Forward, "Shows a note after a call was forwarded."),
    flag("forward.always.enable", false, Room::Forward, "Forwards every call (phone mode)."),
    text("forward.always.target", kDialBytes, Room::Forward, "Number that always-forward sends the caller to."),
    text("forward.always.on_code", kDialBytes, Room::Forward,
         "Code dialled to switch always-forward on at the server."),
    text("forward.always.off_code", kDialBytes, Room::Forward,
         "Code dialled to switch always-forward off at the server."),
    flag("forward.busy.enable", false, Room::Forward, "Forwards calls while busy (phone mode)."),
    text("forward.busy.target", kDialBytes, Room::Forward, "Number that busy-forward sends the caller to."),
    text("forward.busy.on_code", kDialBytes, Room::Forward, "Code dialled to switch busy-forward on at the server."),
    text("forward.busy.off_code", kDialBytes, Room::Forward, "Code dialled to switch busy-forward off at the server."),
    flag("forward.no_answer.enable", false, Room::Forward, "Forwards unanswered calls (phone mode)."),
    text("forward.no_answer.target", kDialBytes, Room::Forward, "Number that no-answer-forward sends the caller to."),
    integer("forward.no_answer.timeout", 0, 20, "2", Room::Forward,
            "Rings before the call is forwarded; a ring is about six seconds.")
        .unit(Unit::Rings),
    text("forward.no_answer.on_code", kDialBytes, Room::Forward,
         "Code dialled to switch no-answer-forward on at the server."),
    text("forward.no_answer.off_code", kDialBytes, Room::Forward,
         "Code dialled to switch no-answer-forward off at the server."),
    flag("forward.international.enable", true, Room::Forward, "Allows targets that begin with 00."),

    choice("features.dnd_mode", "0 phone|1 custom", "0", Room::Dnd,
           "One DND state for the phone, or one for each account."),
    flag("features.dnd.enable", false, Room::Dnd, "Refuses all calls (phone mode)."),
    flag("features.dnd.allow", true, Room::Dnd, "Lets users switch DND on."),
    text("features.dnd.on_code", kDialBytes, Room::Dnd, "Code dialled to switch DND on at the server."),
    text("features.dnd.off_code", kDialBytes, Room::Dnd, "Code dialled to switch DND off at the server."),
    flag("features.dnd.emergency_enable", false, Room::Dnd, "Lets listed callers through in spite of DND."),
    text("features.dnd.emergency_authorized_number", 511, Room::Dnd, "Those callers, separated by commas."),
    flag("features.dnd.large_icon.enable", false, Room::Dnd, "Shows a large DND sign on the idle screen."),

    choice("features.dnd_refuse_code", kRefuseCodes, "480", Room::Refuse,
           "Response to a call that comes in under DND."),
    choice("features.normal_refuse_code", kRefuseCodes, "486", Room::Refuse,
           "Response to a call that the user rejects."),
    choice("features.busy_tone_delay", "0|3|5", "0", Room::Refuse,
           "How long the busy tone plays after the far side hung up.")
        .seconds(),

    text("features.congestion_tone.codelist", 255, Room::Tones,
         "Responses that play the congestion tone, with commas between them; others go by their meaning."),

    flag("call_waiting.enable", true, Room::CallWaiting,
         "Takes a second call while one is up; off answers it with busy."),
    flag("call_waiting.tone", true, Room::CallWaiting, "Beeps when a second call comes in."),
    text("call_waiting.on_code", kDialBytes, Room::CallWaiting,
         "Code dialled to switch call waiting on at the server."),
    text("call_waiting.off_code", kDialBytes, Room::CallWaiting,
         "Code dialled to switch call waiting off at the server."),

    flag("features.play_hold_tone.enable", true, Room::Hold, "Beeps while a call is on hold."),
    integer("features.play_hold_tone.delay", 3, 3600, "30", Room::Hold, "Time before the first such beep.").seconds(),
    integer("features.play_hold_tone.interval", 3, 3600, "30", Room::Hold, "Time between two such beeps.").seconds(),
    flag("features.play_held_tone.enable", false, Room::Hold, "Beeps while the far side holds the call."),
    integer("features.play_held_tone.delay", 3, 3600, "30", Room::Hold, "Time before the first such beep.").seconds(),
    integer("features.play_held_tone.interval", 3, 3600, "60", Room::Hold, "Time between two such beeps.").seconds(),

    flag("transfer.semi_attend_tran_enable", true, Room::Transfer,
         "Allows a transfer while the target still rings; off makes it a blind one."),
    flag("transfer.blind_tran_on_hook_enable", true, Room::Transfer, "Hanging up completes a blind transfer."),
    flag("transfer.on_hook_trans_enable", true, Room::Transfer, "Hanging up completes an attended transfer."),
    choice("transfer.dsskey_deal_type", "0 new call|1 attended transfer|2 blind transfer", "2", Room::Transfer,
           "What a key with a number does during a call."),
    integer("features.hold_trans_delay", 0, 60000, "0", Room::Transfer, "Pause between hold and REFER.").milliseconds(),

    integer("features.dtmf.repetition", 1, 3, "3", Room::Dtmf, "How often the end of a telephone-event is sent."),
    integer("features.dtmf.duration", 0, 300, "100", Room::Dtmf, "Length of a digit; below 40 it is 40.")
        .milliseconds(),
    integer("features.dtmf.min_interval", 0, 1000, "30", Room::Dtmf, "Least pause between two digits.").milliseconds(),
    integer("features.dtmf.volume", -33, 0, "-10", Room::Dtmf, "Level of a digit in dBm0."),
    flag("features.dtmf.hide", false, Room::Dtmf, "Shows stars instead of the digits pressed in a call."),
    flag("features.dtmf.hide_delay", false, Room::Dtmf, "But the last one, until the next is pressed."),
    flag("features.dtmf.replace_tran", false, Room::Dtmf, "The Transfer key sends digits instead."),
    text("features.dtmf.transfer", kDialBytes, Room::Dtmf, "Those digits: 0-9, *, # and A-D."),
    flag("features.play_local_dtmf_tone_enable", true, Room::Dtmf, "Plays the digits pressed in a call locally, too."),
    flag("features.touch_tone", true, Room::Dtmf, "Plays the digits of a number while it is dialled."),

    integer("features.auto_answer_delay", 1, 4, "1", Room::AutoAnswer, "Wait before a call is answered by itself.")
        .seconds(),
    flag("features.auto_answer.first_call_only", true, Room::AutoAnswer,
         "Answers by itself only when there is no other call."),
    flag("features.auto_answer_tone.enable", true, Room::AutoAnswer, "Beeps when a call was answered by itself."),
    flag("features.voice_mail_tone_enable", true, Room::Tones, "Says by its dial tone that voice messages wait."),
    integer("features.default_account", 1, 16, "1", Room::Calls,
            "Account that outgoing calls use when none is chosen."),
    flag("features.direct_ip_call_enable", true, Room::Calls, "Allows dialling an IP address."),
    flag("features.auto_linekeys.enable", false, Room::Calls, "Gives one account several line keys.")
        .on(kWithSeveralLines),
    choice("features.key_as_send", "0 disabled|1 #|2 *", "1", Room::Calls, "Key that sends the dialled number."),
};

}  // namespace

std::span<const Row> features() { return kRows; }

}  // namespace offhook::config::chapters
