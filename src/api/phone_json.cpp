#include "phone_json.hpp"

#include <algorithm>
#include <cmath>

#include "api/ended_call.hpp"
#include "base/wall_text.hpp"
#include "json_text.hpp"

namespace offhook::api {
namespace {

using nlohmann::json;

json account_json(const phone::AccountView& account) {
  json out = {{"index", account.index},   {"label", account.label},           {"user", account.user},
              {"domain", account.domain}, {"registered", account.registered}, {"status", account.status}};
  if (!account.nat.empty()) out["nat"] = account.nat;
  const auto& messages = account.messages;
  if (messages != phone::Messages{})
    out["messages"] = {{"waiting", messages.waiting}, {"new", messages.fresh}, {"old", messages.old}};
  return out;
}

json digits_json(const phone::CallView& call, TimePoint start) {
  std::string heard;
  json each = json::array();
  for (const auto& digit : call.digits_heard) {
    heard += digit.digit;
    each.push_back({{"digit", std::string(1, digit.digit)},
                    {"way", phone::digit_way_name(digit.way)},
                    {"duration", digit.duration.count()},
                    {"since", in_milliseconds(digit.at - start)}});
  }
  return {{"sent", call.digits_sent}, {"heard", heard}, {"keys", std::move(each)}};
}

json rounded(double value, double to) { return std::round(value / to) * to; }
double in_ms(Duration d) { return static_cast<double>(d.count()) / 1000; }

json estimate_json(const media::Estimate& e) {
  return {{"r", rounded(e.r, 0.1)}, {"mos_lq", rounded(e.mos_lq, 0.01)}, {"mos_cq", rounded(e.mos_cq, 0.01)}};
}

json received_json(const media::ReceivedQuality& q) {
  json out{{"codec", q.codec},
           {"packets", q.packets.expected},
           {"lost", q.packets.lost},
           {"late", q.packets.discarded},
           {"bursts", q.packets.bursts},
           {"burst_ms", rounded(in_ms(q.burst_duration()), 1)},
           {"gap_ms", rounded(in_ms(q.gap_duration()), 1)},
           {"jitter_ms", rounded(in_ms(q.jitter), 0.1)},
           {"jitter_mean_ms", rounded(in_ms(q.mean_jitter), 0.1)},
           {"jitter_max_ms", rounded(in_ms(q.greatest_jitter), 0.1)},
           {"buffer_ms", q.buffer_delay.count()},
           {"frames", q.frames},
           {"concealed", q.frames_concealed},
           {"audible_gaps", q.audible_gaps},
           {"longest_gap_ms", rounded(in_ms(q.longest_gap), 1)},
           {"clipped", q.clipped_samples},
           {"estimate", estimate_json(q.estimate)}};
  if (q.level_dbm0) out["level_dbm0"] = rounded(*q.level_dbm0, 0.1);
  if (q.noise_dbm0) out["noise_dbm0"] = rounded(*q.noise_dbm0, 0.1);
  return out;
}

json sent_json(const media::SentQuality& q) {
  return {{"lost", q.packets_lost},
          {"loss_percent", rounded(100 * q.fraction_lost, 0.1)},
          {"jitter_ms", rounded(in_ms(q.jitter), 0.1)},
          {"peer_sends_xr", q.metrics.has_value()},
          {"estimate", estimate_json(q.estimate)}};
}

json quality_json(const media::CallQuality& q) {
  json out = json::object();
  if (q.round_trip) out["round_trip_ms"] = rounded(in_ms(*q.round_trip), 0.1);
  if (q.one_way) out["one_way_ms"] = rounded(in_ms(*q.one_way), 0.1);
  if (q.received) out["received"] = received_json(*q.received);
  if (q.sent) out["sent"] = sent_json(*q.sent);
  return out;
}

json peer_json(const auto& call) {
  return {{"name", call.peer_name}, {"number", call.peer_number}, {"uri", call.peer_uri}};
}

json page_json(const std::optional<phone::PageView>& page, TimePoint start) {
  if (!page) return nullptr;
  return {{"direction", page->sent ? "sent" : "heard"},
          {"number", page->number},
          {"label", page->label},
          {"group", page->group.text()},
          {"since", in_milliseconds(page->since - start)}};
}

json call_json(const phone::CallView& call, TimePoint start) {
  json actions = json::array();
  for (const auto action : call.actions) actions.push_back(phone::action_name(action));
  json out{{"id", call.id},
           {"direction", call.outgoing ? "outgoing" : "incoming"},
           {"state", phone::call_state_name(call.state)},
           {"since", in_milliseconds(call.since - start)},
           {"peer", peer_json(call)},
           {"encrypted", call.encrypted},
           {"waiting", call.waiting},
           {"conference", call.conference},
           {"note", call.note},
           {"actions", std::move(actions)},
           {"digits", digits_json(call, start)}};
  if (call.quality) out["quality"] = quality_json(*call.quality);
  return out;
}

}  // namespace

json ended_call_json(const phone::EndedCall& call) {
  json out{{"phone", call.phone},
           {"id", call.id},
           {"direction", call.outgoing ? "outgoing" : "incoming"},
           {"peer", peer_json(call)},
           {"begun", wall_text(call.begun)},
           {"ended", wall_text(call.ended)},
           {"talked_ms", rounded(in_ms(call.talked()), 1)},
           {"encrypted", call.encrypted},
           {"note", call.note}};
  if (call.answered) out["answered"] = wall_text(*call.answered);
  if (call.quality) out["quality"] = quality_json(*call.quality);
  return out;
}

std::string ended_call_line(const phone::EndedCall& call) { return json_text(ended_call_json(call)); }

json phone_json(const phone::PhoneView& view, const std::vector<std::string>& hears, TimePoint start) {
  json accounts = json::array();
  for (const auto& account : view.accounts) accounts.push_back(account_json(account));
  json calls = json::array();
  for (const auto& call : view.calls) calls.push_back(call_json(call, start));
  const auto registered = [](const phone::AccountView& account) { return account.registered; };
  return {{"name", view.name},
          // The number that others dial: that of the first account.
          {"number", view.accounts.empty() ? "" : view.accounts.front().user},
          {"label", view.accounts.empty() ? "" : view.accounts.front().label},
          {"model", view.model},
          {"mac", view.mac},
          {"local", view.local.text()},
          {"registered", !view.accounts.empty() && std::ranges::all_of(view.accounts, registered)},
          {"accounts", std::move(accounts)},
          {"calls", std::move(calls)},
          {"dnd", view.dnd},
          {"forward", view.forward},
          {"off_hook", view.off_hook},
          {"page", page_json(view.page, start)},
          {"tone", view.tone},
          {"ringer", view.ringer},
          {"hears", hears}};
}

}  // namespace offhook::api
