#include "flow/label.hpp"

namespace offhook::flow {

std::string label(const Facts& facts) {
  if (!facts.valid) return "?";
  std::string text;
  if (facts.request) {
    text = facts.method;
    if (!facts.sipfrag.empty()) text += ' ' + facts.sipfrag;
  } else {
    text = std::to_string(facts.status);
    if (!facts.reason.empty()) text += ' ' + facts.reason;
    if (facts.method != "INVITE" && !facts.method.empty()) text += " (" + facts.method + ')';
  }
  if (facts.direction && *facts.direction != sdp::Direction::SendRecv) {
    text += ' ';
    text += sdp::direction_text(*facts.direction);
  }
  return text;
}

std::string label(std::string_view bytes) { return label(read_facts(bytes)); }

}  // namespace offhook::flow
