#include "config/phone_config.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "resolve.hpp"

namespace offhook::config {
namespace {

CallWaitingConfig call_waiting_of(const Settings& s) {
  return {s.flag("call_waiting.enable"), s.flag("call_waiting.tone"), std::string(s.text("call_waiting.on_code")),
          std::string(s.text("call_waiting.off_code"))};
}

RefuseConfig refuse_of(const Settings& s) {
  return {static_cast<int>(s.number("features.normal_refuse_code")),
          static_cast<int>(s.number("features.dnd_refuse_code"))};
}

TransferConfig transfer_of(const Settings& s) {
  return {s.flag("transfer.semi_attend_tran_enable"), s.flag("transfer.blind_tran_on_hook_enable"),
          s.flag("transfer.on_hook_trans_enable"), in<milliseconds>(s.duration("features.hold_trans_delay"))};
}

HoldToneConfig hold_tone_of(const Settings& s) {
  return {s.flag("features.play_hold_tone.enable"), in<seconds>(s.duration("features.play_hold_tone.delay")),
          in<seconds>(s.duration("features.play_hold_tone.interval"))};
}

HoldToneConfig held_tone_of(const Settings& s) {
  return {s.flag("features.play_held_tone.enable"), in<seconds>(s.duration("features.play_held_tone.delay")),
          in<seconds>(s.duration("features.play_held_tone.interval"))};
}

RingConfig ringing_of(const Settings& s) {
  return {in<seconds>(s.duration("phone_setting.ringing_timeout")),
          in<seconds>(s.duration("phone_setting.ringback_timeout")), s.flag("phone_setting.is_deal180")};
}

ToneConfig tones_of(const Settings& s) {
  constexpr std::string_view kNames[] = {"dial",   "ring", "busy",    "congestion", "callwaiting", "dialrecall",
                                         "record", "info", "stutter", "message",    "autoanswer"};
  ToneConfig out;
  out.country = s.text("voice.tone.country");
  out.voice_mail = s.flag("features.voice_mail_tone_enable");
  for (const std::string_view name : kNames) {
    const std::string parameter = "voice.tone." + std::string(name);
    if (!s.is_set(parameter)) continue;
    if (auto tone = parse_tone(s.text(parameter), static_cast<std::size_t>(locate(parameter)->row->max)))
      out.own.emplace_back(name, std::move(*tone));
  }
  for (std::string_view codes = s.text("features.congestion_tone.codelist"); !codes.empty();) {
    const auto comma = std::min(codes.find(','), codes.size());
    if (const auto code = parse_integer(trim(codes.substr(0, comma))))
      out.congestion_codes.push_back(static_cast<int>(*code));
    codes.remove_prefix(std::min(comma + 1, codes.size()));
  }
  return out;
}

RingerConfig ringers_of(const Settings& s) {
  RingerConfig out;
  out.ring_type = s.text("phone_setting.ring_type");
  out.bellcore_patterns = s.flag("features.alert_info_tone");
  for (std::uint8_t x = 1; x <= 10; ++x)
    if (const auto text = s.text("distinctive_ring_tones.alert_info.X.text", {x}); !text.empty())
      out.alert_info.push_back(
          {std::string(text), std::string(s.text("distinctive_ring_tones.alert_info.X.ringer", {x}))});
  return out;
}

AutoAnswerRule auto_answer_of(const Settings& s) {
  return {in<seconds>(s.duration("features.auto_answer_delay")), s.flag("features.auto_answer.first_call_only"),
          s.flag("features.auto_answer_tone.enable")};
}

DtmfKeysConfig dtmf_keys_of(const Settings& s) {
  DtmfKeysConfig out;
  out.repetition = static_cast<int>(s.number("features.dtmf.repetition"));
  out.duration = in<milliseconds>(s.duration("features.dtmf.duration"));
  out.min_interval = in<milliseconds>(s.duration("features.dtmf.min_interval"));
  out.volume = static_cast<int>(s.number("features.dtmf.volume"));
  out.hide = s.flag("features.dtmf.hide");
  out.hide_delay = s.flag("features.dtmf.hide_delay");
  out.play_local = s.flag("features.play_local_dtmf_tone_enable");
  out.touch_tone = s.flag("features.touch_tone");
  out.replace_transfer = s.flag("features.dtmf.replace_tran");
  out.transfer = s.text("features.dtmf.transfer");
  return out;
}

JitterConfig jitter_of(const Settings& s) {
  return {s.flag("voice.jib.adaptive"), in<milliseconds>(s.duration("voice.jib.min")),
          in<milliseconds>(s.duration("voice.jib.normal")), in<milliseconds>(s.duration("voice.jib.max"))};
}

// Names without a port are looked up as a service first (RFC 5928).
TurnConfig turn_of(const Settings& s) {
  if (!s.flag("sip.nat_turn.enable")) return {};
  return {std::string(s.text("sip.nat_turn.server")),
          s.is_set("sip.nat_turn.port") ? port(s, "sip.nat_turn.port") : std::uint16_t{0},
          std::string(s.text("sip.nat_turn.username")), std::string(s.text("sip.nat_turn.password"))};
}

VoiceReportConfig voice_reports_of(const Settings& s) {
  const auto mos = [&](std::string_view name) { return static_cast<int>(s.number(name)); };
  const auto delay = [&](std::string_view name) { return in<milliseconds>(s.duration(name)); };
  return {s.flag("phone_setting.vq_rtcpxr.session_report.enable"),
          s.flag("phone_setting.vq_rtcpxr.interval_report.enable"),
          in<seconds>(s.duration("phone_setting.vq_rtcpxr_interval_period")),
          mos("phone_setting.vq_rtcpxr_moslq_threshold_warning"),
          mos("phone_setting.vq_rtcpxr_moslq_threshold_critical"),
          delay("phone_setting.vq_rtcpxr_delay_threshold_warning"),
          delay("phone_setting.vq_rtcpxr_delay_threshold_critical")};
}

}  // namespace

const AccountConfig* PhoneConfig::account(int index) const {
  const auto found = std::ranges::find(accounts, index, &AccountConfig::index);
  return found == accounts.end() ? nullptr : &*found;
}

PhoneConfig make_phone_config(const Settings& s, const Model& model, std::string mac) {
  PhoneConfig out;
  out.model = &model;
  out.mac = std::move(mac);
  out.user_agent = user_agent(model);
  if (s.flag("sip.mac_in_ua") && !out.mac.empty()) out.user_agent += ' ' + out.mac;
  out.listen_port = port(s, "sip.listen_port");
  out.signalling_dscp = static_cast<int>(s.number("network.qos.signaltos"));
  out.voice_dscp = static_cast<int>(s.number("network.qos.rtptos"));
  out.tls = {s.flag("security.trust_certificates"), s.flag("security.cn_validation")};
  out.turn = turn_of(s);
  out.rtp_ports = {port(s, "network.port.min_rtpport"), port(s, "network.port.max_rtpport")};
  for (unsigned x = 1; x <= model.accounts; ++x) {
    const Index index{static_cast<std::uint8_t>(x)};
    if (s.flag("account.X.enable", index)) out.accounts.push_back(account_of(s, model, index));
  }
  out.default_account = static_cast<int>(s.number("features.default_account"));
  out.call_waiting = call_waiting_of(s);
  out.refuse = refuse_of(s);
  out.transfer = transfer_of(s);
  out.hold_tone = hold_tone_of(s);
  out.held_tone = held_tone_of(s);
  out.ringing = ringing_of(s);
  out.auto_answer = auto_answer_of(s);
  out.tones = tones_of(s);
  out.ringers = ringers_of(s);
  out.dtmf = dtmf_keys_of(s);
  out.jitter = jitter_of(s);
  out.rtcp = {s.flag("voice.rtcp.enable"), s.flag("voice.rtcp_xr.enable")};
  out.rtp_symmetry = static_cast<RtpSymmetry>(s.number("features.rtp_symmetric.enable"));
  out.voice_reports = voice_reports_of(s);
  out.microphone = {s.flag("voice.echo_cancellation"), s.flag("features.noise_filtering_rev.enable"),
                    s.flag("voice.tns.enable"), static_cast<int>(s.number("voice.handfree_send"))};
  out.comfort_noise = s.flag("voice.cng");
  out.voice_activity_detection = s.flag("voice.vad");
  out.calls_per_line_key = static_cast<int>(s.number("phone_setting.call_appearance.calls_per_linekey"));
  out.busy_tone_delay = in<seconds>(s.duration("features.busy_tone_delay"));
  out.paging = paging_of(s, model);
  return out;
}

}  // namespace offhook::config
