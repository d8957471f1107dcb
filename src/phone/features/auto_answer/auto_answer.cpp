#include "features/auto_answer/auto_answer.hpp"

#include "desk.hpp"
#include "features/call_waiting/call_waiting.hpp"
#include "features/paging/paging.hpp"
#include "features/tones/tones.hpp"

namespace offhook::phone::auto_answer {
namespace {

// Nobody defines its sound: voice.tone.autoanswer is blank.
constexpr std::uint16_t kBeepHz = 880;
constexpr milliseconds kBeep{200};

bool is_free(const Desk& desk) { return desk.live_calls() == 1 && !paging::is_on(desk); }

void beep(Desk& desk) {
  auto tone = tones::tone("autoanswer", desk.settings.tones);
  if (tone.steps.empty()) tone.steps = {{{kBeepHz}, kBeep, true}};
  for (auto& step : tone.steps) step.once = true;
  desk.play(std::move(tone), media::LocalSound::Key);
}

}  // namespace

void on_alert(Desk& desk, Now now, Call& call) {
  const auto& rule = desk.settings.auto_answer;
  if (call.outgoing || !desk.lines[call.line].auto_answer || (rule.first_call_only && !is_free(desk))) return;
  desk.arm(call, CallTimer::AutoAnswer, now.mono + rule.delay);
}

void on_timer(Desk& desk, Now now, Call& call, CallTimer timer) {
  const auto& rule = desk.settings.auto_answer;
  if (timer != CallTimer::AutoAnswer || call.facts.stage != Stage::Ringing || call.facts.answer_pending) return;
  if (rule.first_call_only && !is_free(desk)) return;
  if (call_waiting::with_the_line_free(desk, now, {Deferred::What::Answer, call.id}) && rule.tone) beep(desk);
}

}  // namespace offhook::phone::auto_answer
