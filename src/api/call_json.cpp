#include "api/call_json.hpp"

#include "base/wall_text.hpp"
#include "call_value.hpp"
#include "json_text.hpp"

namespace offhook::api {
namespace {

using nlohmann::json;

void put(json& out, const char* name, std::string_view text) {
  if (!text.empty()) out[name] = text;
}
void put(json& out, const char* name, const std::optional<Now>& time) {
  if (time) out[name] = wall_text(time->wall);
}

}  // namespace

json call_value(const proxy::CallRecord& call) {
  json out{{"id", call.number}, {"call_id", call.call_id}, {"state", proxy::text_of(call.state)}};
  put(out, "caller_tag", call.caller_tag);
  put(out, "callee_tag", call.callee_tag);
  put(out, "caller", call.caller);
  put(out, "caller_display", call.caller_display);
  put(out, "caller_user", call.caller_user);
  put(out, "dialled", call.dialled);
  put(out, "callee", call.callee);
  put(out, "callee_display", call.callee_display);
  put(out, "callee_user", call.callee_user);
  out["started"] = wall_text(call.started.wall);
  put(out, "rang", call.rang);
  put(out, "answered", call.answered);
  put(out, "ended", call.ended);
  if (call.ended) {
    const Duration spoken = call.answered ? call.ended->wall - call.answered->wall : Duration(0);
    out["duration"] = in_milliseconds(spoken) / 1000.0;
  }
  if (call.status != 0) out["status"] = call.status;
  put(out, "reason", proxy::text_of(call.end));
  put(out, "ended_by", proxy::text_of(call.ended_by));
  return out;
}

std::string call_line(const proxy::CallRecord& call) { return json_text(call_value(call)); }

}  // namespace offhook::api
