// What every element checks of a request before it acts on it (RFC 3261 §8.1.1, §16.3): the mandatory fields are there
// once and parse.
#pragma once
#include <optional>
#include <string_view>

#include "sip/header/via.hpp"
#include "sip/message.hpp"

namespace offhook::sip {

struct Verdict {
  int status = 400;         // what to answer: 400, 416, 505 …
  std::string_view reason;  // reason phrase that names the fault ("Missing Call-ID"); static
};

// Nothing when the request may go on. `top`: its top Via is left there, for the next one who wants it.
[[nodiscard]] std::optional<Verdict> check_request(const Message& request, Via* top = nullptr);
// False when the response must be discarded (no top Via, bad CSeq, …).
[[nodiscard]] bool check_response(const Message& response, Via* top = nullptr);

// A 400-style answer to bytes that parse() refused, made from what can still be read of Via, From, To, Call-ID and
// CSeq; nothing when it is no request or has no usable Via. `status` and `reason` go into the status line.
[[nodiscard]] std::optional<Message> answer_broken(std::string_view bytes, int status, std::string_view reason,
                                                   std::string_view to_tag);

}  // namespace offhook::sip
