#include "message_json.hpp"

#include <string>
#include <string_view>

#include "flow/facts.hpp"
#include "flow/label.hpp"
#include "json_text.hpp"
#include "transport/flow.hpp"

namespace offhook::api {
namespace {

std::string_view start_line(std::string_view bytes) { return bytes.substr(0, bytes.find_first_of("\r\n")); }

}  // namespace

bool is_under_way(const flow::Record& record) {
  const bool stranger = record.to_party == record.to.text();
  return !record.delivered && !stranger;
}

bool is_lost(const flow::Record& record, TimePoint now) {
  return is_under_way(record) && now - record.sent.mono >= kLostAfter;
}

nlohmann::json message_json(const flow::Record& record, TimePoint start, TimePoint now) {
  const flow::Facts facts = flow::read_facts(record.bytes);
  nlohmann::json out = {{"number", record.number},
                        {"time", in_milliseconds(record.sent.mono - start)},
                        {"from", record.from_party},
                        {"to", record.to_party},
                        {"source", record.from.text()},
                        {"destination", record.to.text()},
                        {"protocol", transport::protocol_name(record.protocol)},
                        {"label", flow::label(facts)},
                        {"request", facts.request},
                        {"method", facts.method},
                        {"call_id", facts.call_id},
                        {"cseq", facts.cseq},
                        {"retransmission", record.retransmission},
                        {"lost", is_lost(record, now)},
                        {"summary", start_line(record.bytes)}};
  if (facts.status != 0) out["status"] = facts.status;
  return out;
}

}  // namespace offhook::api
