// What holds of each response to a message of the table, whatever its status. RFC 3261 §8.2.6.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.hpp"
#include "sip/message.hpp"

namespace offhook::torture {

// Without folds and stamps: what two texts of the same value have in common.
inline std::string essence(std::string_view value, std::string_view source) {
  std::string out;
  for (const char c : value)
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out += c;
  const std::string stamp = ";received=" + std::string(source);
  if (const auto at = out.find(stamp); at != std::string::npos) out.erase(at, stamp.size());
  if (const auto rport = out.find(";rport="); rport != std::string::npos)
    out.erase(rport + 6, std::min(out.find_first_of(";,", rport + 6), out.size()) - rport - 6);
  return out;
}

// `source` is where the request came from.
inline void expect_answers(std::string_view request, std::string_view response, const std::string& source) {
  const auto answer = sip::Message::parse(std::string(response));
  ASSERT_TRUE(answer) << response;
  const auto asked = sip::Message::parse(std::string(request));
  if (!asked) return;  // what can be read of it was copied; there is nothing to compare with
  for (const auto id : {sip::HeaderId::Via, sip::HeaderId::CallId, sip::HeaderId::CSeq, sip::HeaderId::From}) {
    std::vector<std::string> want, got;
    for (const auto value : asked->values(id)) want.push_back(essence(value, source));
    for (const auto value : answer->values(id)) got.push_back(essence(value, source));
    if (id == sip::HeaderId::Via && !want.empty() && !got.empty() && want[0].find(";received=") != std::string::npos)
      want[0].clear(), got[0].clear();  // one that was stamped before is stamped anew
    // What was said twice is answered once, and a broken request gets 64 of its Vias back (answer_broken).
    const bool may_be_short = id != sip::HeaderId::Via || (got.size() == 64 && answer->status() >= 400);
    if (want.size() > got.size() && may_be_short) want.resize(got.size());
    EXPECT_EQ(got, want) << response;
  }
  const auto to = asked->find(sip::HeaderId::To);
  if (!to || to->empty()) return;  // there was none to copy
  const auto answered_to = essence(answer->find(sip::HeaderId::To).value_or(""), source);
  EXPECT_TRUE(answered_to.starts_with(essence(*to, source))) << response;
  if (answer->status() > 100) {
    EXPECT_NE(to_lower(answered_to).find("tag="), std::string::npos) << response;
  }
}

}  // namespace offhook::torture
