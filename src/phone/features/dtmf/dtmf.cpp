#include "features/dtmf/dtmf.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "body/dtmf_info.hpp"
#include "desk.hpp"
#include "media/tone.hpp"

namespace offhook::phone::dtmf {
namespace {

constexpr std::size_t kMostKept = 256;
// A key by RTP may arrive so much later than by INFO, and the other way round: INFO is sent again until it is answered,
// and each waits for the one before.
constexpr seconds kEventIsLater{2}, kInfoIsLater{60};

// What goes by RTP goes whenever we may send; INFO needs a call that stands.
bool can_send(const Call& call, Ways ways) {
  if (call.facts.stage == Stage::Ended || !call.agreed) return false;
  const bool silent = call.facts.held || call.facts.muted || call.facts.change != HoldChange::None;
  if (silent || !sends(call.agreed->direction)) return false;
  return ways.media || call.facts.stage == Stage::Established || call.facts.stage == Stage::Answering;
}

Checked<std::string> keys_of(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ' || c == ',') continue;  // how people write numbers
    const char upper = c >= 'a' && c <= 'd' ? static_cast<char>(c - 'a' + 'A') : c;
    if (media::kDigits.find(upper) == std::string_view::npos)
      return complain("\"" + std::string(1, c) + "\" is no key: 0-9, *, # and A-D are");
    out += upper;
  }
  if (out.empty()) return complain("which keys?");
  return out;
}

void send_info(Desk& desk, Now now, const Call& call, config::DtmfInfoBody form, std::string_view keys) {
  for (const char key : keys) {
    const body::DtmfInfo info{key, static_cast<std::uint32_t>(desk.settings.dtmf.duration.count())};
    switch (form) {
      case config::DtmfInfoBody::Disabled: break;
      case config::DtmfInfoBody::DtmfRelay:
        desk.ua.info(now, call.ua, body::kDtmfRelayType, body::write_relay(info));
        break;
      case config::DtmfInfoBody::Dtmf: desk.ua.info(now, call.ua, body::kDtmfType, body::write_digit(info)); break;
      case config::DtmfInfoBody::TelephoneEvent:
        desk.ua.info(now, call.ua, body::kTelephoneEventType, body::write_relay(info));
        break;
    }
  }
}

// The same key that has come by the other way, and has not been told twice yet.
HeardDigit* other_half(Digits& digits, char key, DigitWay way, TimePoint now) {
  for (HeardDigit& heard : digits.heard) {
    const bool other_way = (heard.way == DigitWay::Info) != (way == DigitWay::Info);
    const Duration longest = way == DigitWay::Info ? kInfoIsLater : kEventIsLater;
    if (other_way && !heard.twice && heard.digit == key && now - heard.at <= longest) return &heard;
  }
  return nullptr;
}

void note(Desk& desk, Now now, Call& call, HeardDigit digit) {
  Digits& digits = call.digits;
  if (HeardDigit* half = other_half(digits, digit.digit, digit.way, now.mono)) {
    half->twice = true;
    return;
  }
  if (digits.heard.size() == kMostKept) digits.heard.erase(digits.heard.begin());
  digits.heard.push_back(digit);
  desk.changed(Change::Calls);
}

// The person hears the keys that he presses.
void play_keys(Desk& desk, std::string_view keys) {
  config::CallTone sound;
  for (const char key : keys) {
    const auto one = media::digit_tone(key, std::max(desk.settings.dtmf.duration, milliseconds(40)));
    sound.steps.insert(sound.steps.end(), one.steps.begin(), one.steps.end());
    sound.steps.push_back({{}, std::max(desk.settings.dtmf.min_interval, milliseconds(40)), true});
  }
  desk.play(std::move(sound), media::LocalSound::Key);
}

}  // namespace

Ways ways_of(const config::DtmfConfig& config) {
  const bool info = config.info_body != config::DtmfInfoBody::Disabled;
  switch (config.way) {
    case config::DtmfWay::Inband: return {true, media::DigitWay::Inband, false};
    case config::DtmfWay::Rfc2833: return {true, media::DigitWay::Event, false};
    case config::DtmfWay::Info: return {false, media::DigitWay::Event, info};
    case config::DtmfWay::Rfc2833AndInfo: return {true, media::DigitWay::Event, info};
  }
  return {};
}

Checked<Call*> choose(Desk& desk, int id) {
  if (id != 0) {
    Call* call = desk.find(id);
    if (call == nullptr) return complain("there is no call " + std::to_string(id));
    return call;
  }
  if (Call* call = desk.talking()) return call;
  // Early media: an announcement that wants keys before it answers.
  for (auto& call : desk.calls)
    if (call.outgoing && can_send(call, ways_of(desk.lines[call.line].dtmf))) return &call;
  return complain("no call to send digits in");
}

Checked<void> press(Desk& desk, Now now, Call& call, std::string_view digits) {
  auto keys = keys_of(digits);
  if (!keys) return tl::unexpected(std::move(keys.error()));
  const Line& line = desk.lines[call.line];
  const Ways ways = ways_of(line.dtmf);
  if (!ways.media && !ways.info)
    return complain("account " + std::to_string(line.index) + " sends digits by INFO, and its info_type is 0");
  if (!can_send(call, ways))
    return complain("cannot send digits in call " + std::to_string(call.id) + ": it is " +
                    std::string(call_state_name(call.shown)));
  const auto& settings = desk.settings.dtmf;
  if (ways.media)
    desk.send_digits(
        call, {*keys, ways.media_way, settings.duration, settings.min_interval, settings.repetition, settings.volume});
  if (ways.info) send_info(desk, now, call, line.dtmf.info_body, *keys);
  if (settings.play_local) play_keys(desk, *keys);
  call.digits.sent += *keys;
  if (call.digits.sent.size() > kMostKept) call.digits.sent.erase(0, call.digits.sent.size() - kMostKept);
  desk.changed(Change::Calls);
  return {};
}

void heard(Desk& desk, Now now, Call& call, const media::DigitHeard& digit) {
  const DigitWay way = digit.way == media::DigitWay::Event ? DigitWay::Event : DigitWay::Inband;
  if (!digit.ended) return note(desk, now, call, {digit.digit, way, {}, now.mono, false});
  auto& all = call.digits.heard;
  const auto found = std::find_if(all.rbegin(), all.rend(), [&](const HeardDigit& each) {
    return each.digit == digit.digit && each.way == way && each.duration == milliseconds(0);
  });
  if (found == all.rend()) return;
  found->duration = digit.duration;
  desk.changed(Change::Calls);
}

void on_event(Desk& desk, Now now, const ua::Event& event) {
  if (const auto* received = std::get_if<ua::InfoReceived>(&event)) {
    Call* call = desk.find(received->call);
    if (call == nullptr || call->facts.stage == Stage::Ended) return;
    if (media::kDigits.find(received->digit.signal) == std::string_view::npos) return;  // a hook flash
    const milliseconds duration(std::min<std::uint32_t>(received->digit.duration.value_or(0), 60'000));
    note(desk, now, *call, {received->digit.signal, DigitWay::Info, duration, now.mono, false});
  } else if (const auto* answered = std::get_if<ua::InfoAnswered>(&event); answered && answered->status >= 300) {
    Call* call = desk.find(answered->call);
    if (call == nullptr || call->facts.stage == Stage::Ended) return;
    call->note = "digits refused: " + std::to_string(answered->status);
    desk.changed(Change::Calls);
  }
}

std::string shown(std::string_view sent, const config::DtmfKeysConfig& config) {
  std::string out(sent);
  if (!config.hide) return out;
  // The last one is readable until the next is pressed, where the guide's hide_delay asks for it.
  const std::size_t clear = config.hide_delay && !out.empty() ? 1 : 0;
  std::fill(out.begin(), out.end() - static_cast<std::ptrdiff_t>(clear), '*');
  return out;
}

}  // namespace offhook::phone::dtmf
