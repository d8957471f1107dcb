#include "carry.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace offhook::flow {
namespace {

using Miss = std::optional<std::string>;

Miss differs(Field field, std::string_view is, std::string_view should) {
  if (is == should) return std::nullopt;
  return std::string(field_name(field)) + " is " + (is.empty() ? "missing" : '"' + std::string(is) + '"') +
         " instead of \"" + std::string(should) + '"';
}

// A name that is new stands for a Call-ID that no other name has; a known one for the same Call-ID again.
Miss misses_call_id(const Carry& carry, const Facts& facts, const Known& known) {
  const auto named = known.call_ids.find(carry.value);
  if (named != known.call_ids.end())
    return named->second == facts.call_id ? Miss{} : "call-id is not that of \"" + carry.value + "\": " + facts.call_id;
  for (const auto& [name, call_id] : known.call_ids)
    if (call_id == facts.call_id)
      return "call-id should be new (\"" + carry.value + "\") and is that of \"" + name + '"';
  return std::nullopt;
}

Miss misses_cseq(const Carry& carry, const Facts& facts, const Known& known) {
  const auto other = known.cseqs.find(carry.value);
  if (other == known.cseqs.end()) return "CSeq cannot be compared: " + carry.value + " has not been seen";
  if (other->second == facts.cseq) return std::nullopt;
  return "CSeq number is " + std::to_string(facts.cseq) + " instead of " + std::to_string(other->second) + " as in " +
         carry.value;
}

Miss misses_direction(const Carry& carry, const Facts& facts) {
  const std::string is = facts.direction ? std::string(sdp::direction_text(*facts.direction)) : "none";
  // A phone may hold in three ways (guide: account.X.hold_use_inactive, sip.rfc2543_hold).
  if (carry.value == "hold" && (is == "sendonly" || is == "inactive")) return std::nullopt;
  return differs(carry.field, is, carry.value);
}

Miss misses_header(const Carry& carry, const Facts& facts) {
  const auto values = facts.header(carry.name);
  if (carry.value == "absent") return values.empty() ? Miss{} : "header " + carry.name + " should not be there";
  if (values.empty()) return "header " + carry.name + " is missing";
  if (carry.value == "present") return std::nullopt;
  const bool found = std::any_of(values.begin(), values.end(), [&](std::string_view value) {
    return value.find(carry.value) != std::string_view::npos;
  });
  return found ? Miss{}
               : "header " + carry.name + " does not contain \"" + carry.value + "\": " + std::string(values.front());
}

Miss misses_one(const Carry& carry, const Facts& facts, const Known& known) {
  switch (carry.field) {
    case Field::RequestUri: return differs(carry.field, facts.request_user, carry.value);
    case Field::From: return differs(carry.field, facts.from_user, carry.value);
    case Field::To: return differs(carry.field, facts.to_user, carry.value);
    case Field::Contact: return differs(carry.field, facts.contact_user, carry.value);
    case Field::ReferTo: return differs(carry.field, facts.refer_to_user, carry.value);
    case Field::ReferredBy: return differs(carry.field, facts.referred_by_user, carry.value);
    case Field::Diversion: return differs(carry.field, facts.diversion_user, carry.value);
    case Field::CallId: return misses_call_id(carry, facts, known);
    case Field::Method: return differs(carry.field, facts.method, carry.value);
    case Field::SameCSeqAs: return misses_cseq(carry, facts, known);
    case Field::ToTag: return differs(carry.field, facts.to_tag.empty() ? "absent" : "present", carry.value);
    case Field::Direction: return misses_direction(carry, facts);
    case Field::Sipfrag:
      return facts.sipfrag.starts_with(carry.value) ? Miss{} : differs(carry.field, facts.sipfrag, carry.value);
    case Field::Header: return misses_header(carry, facts);
  }
  return std::nullopt;
}

}  // namespace

void Known::learn(const Milestone& milestone, const Facts& facts) {
  if (!milestone.mark.empty()) cseqs[milestone.mark] = facts.cseq;
  for (const Carry& carry : milestone.carries)
    if (carry.field == Field::CallId) call_ids.emplace(carry.value, facts.call_id);
}

bool is_message(const Milestone& milestone, const Record& record, const Facts& facts) {
  return facts.valid && record.from_party == milestone.from && record.to_party == milestone.to &&
         facts.status == milestone.status && facts.method == milestone.method;
}

std::optional<std::string> misses(const Milestone& milestone, const Facts& facts, const Known& known) {
  for (const Carry& carry : milestone.carries)
    if (auto miss = misses_one(carry, facts, known)) return miss;
  return std::nullopt;
}

}  // namespace offhook::flow
