// What there is to say of one recorded SIP message, as plain values: labels, expectations and JSON read these and never
// the message itself. In: bytes. Out: facts; bytes that are no SIP message give `valid == false`. Fields that a message
// does not have are empty.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdp/codec.hpp"

namespace offhook::flow {

struct Facts {
  bool valid = false;
  bool request = false;
  std::string method;  // of a response: that of its CSeq
  int status = 0;      // 0 for a request
  std::string reason;
  std::string request_uri;
  std::string request_user, from_user, to_user;  // user parts, unescaped
  std::string from_tag, to_tag, call_id, branch;
  std::uint32_t cseq = 0;
  std::string contact_user, refer_to_user, referred_by_user, diversion_user;
  std::optional<sdp::Direction>
      direction;        // of the first audio line, when there is an SDP body; c=0.0.0.0 reads as Inactive
  std::string audio;    // "192.0.2.1:11780" of that line
  std::string sipfrag;  // "100 Trying": status and phrase of a message/sipfrag body (RFC 3420)
  std::vector<std::pair<std::string, std::string>> headers;  // all fields: name as written, value

  // The values of the fields with that name, compared without regard to case and to compact forms.
  [[nodiscard]] std::vector<std::string_view> header(std::string_view name) const;
};

[[nodiscard]] Facts read_facts(std::string_view bytes);

}  // namespace offhook::flow
