#include <algorithm>
#include <nlohmann/json.hpp>

#include "flow/label.hpp"
#include "flow/ladder.hpp"
#include "flow/wire_text.hpp"

namespace offhook::flow {
namespace {

using nlohmann::json;

void put(json& out, const char* key, const std::string& value) {
  if (!value.empty()) out[key] = value;
}

json facts_json(const Facts& facts) {
  json out = json::object();
  put(out, "method", facts.method);
  if (facts.status != 0) out["status"] = facts.status;
  put(out, "reason", facts.reason);
  put(out, "request_uri", facts.request_uri);
  put(out, "from", facts.from_user);
  put(out, "to", facts.to_user);
  put(out, "from_tag", facts.from_tag);
  put(out, "to_tag", facts.to_tag);
  put(out, "call_id", facts.call_id);
  out["cseq"] = facts.cseq;
  put(out, "branch", facts.branch);
  put(out, "contact", facts.contact_user);
  put(out, "refer_to", facts.refer_to_user);
  put(out, "referred_by", facts.referred_by_user);
  put(out, "diversion", facts.diversion_user);
  put(out, "sipfrag", facts.sipfrag);
  put(out, "audio", facts.audio);
  if (facts.direction) out["direction"] = std::string(sdp::direction_text(*facts.direction));
  return out;
}

json message_json(const Record& record, const LadderOptions& options, TimePoint start) {
  const Facts facts = read_facts(record.bytes);
  json out = facts_json(facts);
  out["number"] = record.number;
  out["at_us"] = (record.sent.mono - start).count();
  out["wall_us"] = record.sent.wall.time_since_epoch().count();
  if (record.delivered) out["delivered_us"] = (*record.delivered - start).count();
  out["deliveries"] = record.deliveries;
  out["sender"] = record.from_party;
  out["receiver"] = record.to_party;
  out["source"] = record.from.text();
  out["destination"] = record.to.text();
  out["protocol"] = std::string(transport::protocol_name(record.protocol));
  out["label"] = label(facts);
  out["retransmission"] = record.retransmission;
  if (const auto mark = options.marks.find(record.number); mark != options.marks.end()) out["step"] = mark->second;
  out["bytes"] = without_keys(record.bytes);
  return out;
}

json note_json(const Note& note, TimePoint start) {
  static constexpr const char* kKinds[]{"do", "hear", "quiet"};
  json out{{"at_us", (note.at - start).count()},
           {"kind", kKinds[static_cast<std::size_t>(note.kind)]},
           {"parties", note.parties}};
  if (note.kind == Note::Kind::Hear) out["hears"] = note.whom;
  if (note.kind == Note::Kind::Hear && !note.text.empty()) out["how"] = note.text;
  put(out, "text", note.text);
  return out;
}

}  // namespace

std::string to_json(const std::deque<Record>& sip, const LadderOptions& options) {
  json out{
      {"title", options.title}, {"parties", options.columns}, {"messages", json::array()}, {"notes", json::array()}};
  const auto ours = [&](const Record& record) {
    return record.number > options.first && record.number <= options.last;
  };
  const auto first = std::find_if(sip.begin(), sip.end(), ours);
  TimePoint start = first == sip.end() ? TimePoint{} : first->sent.mono;
  if (!options.notes.empty())
    start = first == sip.end() ? options.notes.front().at : std::min(start, options.notes.front().at);
  for (const Record& record : sip)
    if (ours(record)) out["messages"].push_back(message_json(record, options, start));
  for (const Note& note : options.notes) out["notes"].push_back(note_json(note, start));
  // Bytes of a stranger need not be UTF-8.
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace offhook::flow
