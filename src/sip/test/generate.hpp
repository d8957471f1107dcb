// Valid grammar for property tests, drawn from rapidcheck: tokens, hosts, URIs, addresses, messages. RFC 3261 §25.
// Each function draws within a property (or rc::gen::exec), so what it drew shrinks.
#pragma once
#include <rapidcheck.h>

#include <string>
#include <utility>
#include <vector>

#include "sip/header/name_addr.hpp"
#include "sip/uri.hpp"

namespace offhook::sip::test {

inline int number(int least, int most) { return *rc::gen::inRange(least, most + 1); }
inline bool coin() { return number(0, 1) == 1; }
inline std::string pick(const std::vector<std::string>& choices) {
  return choices[static_cast<std::size_t>(number(0, static_cast<int>(choices.size()) - 1))];
}
inline std::string text_of(const std::string& characters, int least, int most) {
  return *rc::gen::container<std::string>(static_cast<std::size_t>(number(least, most)),
                                          rc::gen::elementOf(characters));
}

inline const std::string kAlnum = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

inline std::string word(int most = 8) { return text_of(kAlnum, 1, most); }
inline std::string token(int most = 8) { return text_of(kAlnum + "-.!%*_+`'~", 1, most); }
inline std::string octets(int most) {
  return *rc::gen::container<std::string>(static_cast<std::size_t>(number(0, most)), rc::gen::arbitrary<char>());
}

// Words with what needs quoting, and with characters beyond ASCII.
inline std::string phrase(int most = 8) {
  std::string out;
  for (int left = number(0, most); left > 0; --left)
    out += pick({"a", "B", "7", " ", "\"", "\\", ",", ";", "<", ">", "(", ")", "@", "\xc3\xb6", "\xe2\x82\xac",
                 "\xf0\x9f\x93\x9e"});
  return out;
}

inline std::string host() {
  switch (number(0, 2)) {
    case 0: return word() + ".x" + word(4);
    case 1: return "192.0.2." + std::to_string(number(0, 255));
    default: return "[2001:db8::" + text_of("0123456789abcdef", 1, 4) + ']';
  }
}
inline std::string hostport() { return host() + (coin() ? ':' + std::to_string(number(1, 65535)) : std::string()); }

inline std::string sip_uri() {
  std::string out = pick({"sip:", "sips:"});
  if (coin()) out += escape_user(text_of(kAlnum + " @:;?/&=+$,-_.#%\"", 1, 8)) + '@';
  out += hostport();
  if (coin()) out += pick({";lr", ";transport=tcp", ";user=phone", ";x=%41;y"});
  if (coin()) out += ";n" + word() + '=' + word();
  return out;
}

inline std::string address() {
  std::string out = name_addr(coin() ? phrase() : std::string(), sip_uri());
  if (coin()) out += ";tag=" + token();
  return out;
}

inline std::string via() {
  return "SIP/2.0/" + pick({"UDP", "TCP", "TLS", "WS"}) + ' ' + hostport() + ";branch=z9hG4bK" + word(16) +
         (coin() ? ";rport" : "");
}

struct Draft {
  std::string start;                                         // start line without CRLF
  std::vector<std::pair<std::string, std::string>> headers;  // Content-Length among them
  std::string body;

  // `colon` is what stands between name and value: HCOLON = *( SP / HTAB ) ":" SWS, folds among it.
  [[nodiscard]] std::string text(const std::string& colon = ": ") const {
    std::string out = start + "\r\n";
    for (const auto& [name, value] : headers) out += name + colon + value + "\r\n";
    return out + "\r\n" + body;
  }
};

// A request or response with the mandatory fields, some others in any order, and a body.
inline Draft message(bool request) {
  Draft out;
  const std::string method = pick({"INVITE", "ACK", "BYE", "OPTIONS", "REGISTER", "NOTIFY", "X-OWN"});
  out.start = request ? method + ' ' + sip_uri() + " SIP/2.0"
                      : "SIP/2.0 " + std::to_string(number(100, 699)) + ' ' +
                            pick({"OK", "Busy Here", "Gr\xc3\xbc\xc3\x9f", ""});
  for (int left = number(1, 3); left > 0; --left) out.headers.emplace_back(pick({"Via", "v", "VIA"}), via());
  out.headers.emplace_back(pick({"From", "f"}), address());
  out.headers.emplace_back(pick({"To", "t"}), address());
  out.headers.emplace_back(pick({"Call-ID", "i"}), word(16) + '@' + word());
  out.headers.emplace_back("CSeq", std::to_string(number(0, 2'000'000'000)) + ' ' + method);
  out.headers.emplace_back("Max-Forwards", std::to_string(number(0, 255)));
  for (int left = number(0, 5); left > 0; --left) {
    switch (number(0, 5)) {
      case 0: out.headers.emplace_back(pick({"Contact", "m"}), address()); break;
      case 1: out.headers.emplace_back(pick({"Route", "Record-Route"}), '<' + sip_uri() + '>'); break;
      case 2: out.headers.emplace_back("Allow", "INVITE, ACK"); break;
      case 3: out.headers.emplace_back(pick({"Subject", "s"}), "x" + word()); break;
      case 4: out.headers.emplace_back(pick({"Supported", "k"}), token() + ", " + token()); break;
      default: out.headers.emplace_back("X-" + word(), "x" + token()); break;
    }
  }
  if (coin()) out.body = octets(64);
  if (!out.body.empty()) out.headers.emplace_back(pick({"Content-Type", "c"}), "application/" + word());
  out.headers.emplace_back(pick({"Content-Length", "l"}), std::to_string(out.body.size()));
  return out;
}

inline Draft message() { return message(coin()); }

}  // namespace offhook::sip::test
