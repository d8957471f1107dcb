#include "ended_calls.hpp"

#include <algorithm>

#include "phone_json.hpp"

namespace offhook::api {
namespace {

double number(std::uint64_t value) { return static_cast<double>(value); }
double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

void EndedCalls::Classes::add(double value) {
  counts.resize(bounds.size() + 1);
  ++counts[static_cast<std::size_t>(std::ranges::lower_bound(bounds, value) - bounds.begin())];
  sum += value;
}

// MOS: where the E-model's classes of R 50, 60, 70, 80 and 90 end (G.107 Annex B). Delay: G.114 speaks of 150 and 400.
EndedCalls::EndedCalls()
    : mos_{{2.0, 2.58, 3.1, 3.6, 4.03, 4.34}},
      delay_{{0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6}},
      jitter_{{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1}} {}

void EndedCalls::add(phone::EndedCall call) {
  ++(call.answered ? answered_ : unanswered_);
  if (call.encrypted) ++encrypted_;
  talked_ += call.talked();
  if (call.quality && call.quality->received) {
    const auto& received = *call.quality->received;
    packets_ += received.packets.expected;
    lost_ += received.packets.lost;
    late_ += received.packets.discarded;
    frames_ += received.frames;
    concealed_ += received.frames_concealed;
    gaps_ += received.audible_gaps;
    mos_.add(received.estimate.mos_lq);
    jitter_.add(in_seconds(received.mean_jitter));
    if (call.quality->one_way) delay_.add(in_seconds(*call.quality->one_way));
  }
  newest_.push_front(std::move(call));
  if (newest_.size() > kKept) newest_.pop_back();
}

nlohmann::json EndedCalls::json() const {
  nlohmann::json out = nlohmann::json::array();
  for (const auto& call : newest_) out.push_back(ended_call_json(call));
  return out;
}

void EndedCalls::write(Families& out) const {
  out.counters("phone_calls_total", "Calls of the phones that are over", "end",
               {{"answered", number(answered_)}, {"unanswered", number(unanswered_)}});
  out.counter("phone_encrypted_calls_total", "Of these, calls with SRTP", number(encrypted_));
  out.counter("phone_talk_seconds_total", "Time of answered calls", in_seconds(talked_));
  out.counters("phone_packets_total", "RTP packets that the phones should have got in calls that are over", "fate",
               {{"in_time", number(packets_ - std::min(packets_, lost_ + late_))},
                {"lost", number(lost_)},
                {"late", number(late_)}});
  out.counters("phone_frames_total", "Frames of 20 ms that the phones played in calls that are over", "what",
               {{"heard", number(frames_ - std::min(frames_, concealed_))}, {"made_up", number(concealed_)}});
  out.counter("phone_audible_gaps_total", "Gaps of more than 60 ms in what the phones played", number(gaps_));
  const auto classes = [&](std::string_view name, std::string_view help, const Classes& all) {
    out.histogram(name, help, all.bounds, all.counts, all.sum);
  };
  classes("phone_call_mos_lq", "Listening quality of calls that are over, an estimate by the E-model", mos_);
  classes("phone_call_delay_seconds", "From mouth to ear, in calls that are over and had a round trip", delay_);
  classes("phone_call_jitter_seconds", "Mean jitter (RFC 3550) of calls that are over", jitter_);
}

}  // namespace offhook::api
