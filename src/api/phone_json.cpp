#include "phone_json.hpp"

#include <algorithm>

#include "json_text.hpp"

namespace offhook::api {
namespace {

using nlohmann::json;

json account_json(const phone::AccountView& account) {
  return {{"index", account.index},   {"label", account.label},           {"user", account.user},
          {"domain", account.domain}, {"registered", account.registered}, {"status", account.status}};
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

json call_json(const phone::CallView& call, TimePoint start) {
  json actions = json::array();
  for (const auto action : call.actions) actions.push_back(phone::action_name(action));
  return {{"id", call.id},
          {"direction", call.outgoing ? "outgoing" : "incoming"},
          {"state", phone::call_state_name(call.state)},
          {"since", in_milliseconds(call.since - start)},
          {"peer", {{"name", call.peer_name}, {"number", call.peer_number}, {"uri", call.peer_uri}}},
          {"waiting", call.waiting},
          {"note", call.note},
          {"actions", std::move(actions)},
          {"digits", digits_json(call, start)}};
}

}  // namespace

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
          {"tone", view.tone},
          {"ringer", view.ringer},
          {"hears", hears}};
}

}  // namespace offhook::api
