#include "sip/check.hpp"

#include <algorithm>

#include "scan.hpp"
#include "sip/header/contact.hpp"
#include "sip/header/cseq.hpp"
#include "sip/header/via.hpp"

namespace offhook::sip {
namespace {

using Fault = std::optional<Verdict>;

constexpr IpAddress kBroadcast = IpAddress::v4(255, 255, 255, 255);
constexpr std::string_view kBroadcastText = "255.255.255.255";

Fault bad(std::string_view reason) { return Verdict{400, reason}; }

Fault check_via(const Message& request, Via* out) {
  const auto top = request.top(HeaderId::Via);
  if (!top) return bad("Missing Via");
  const auto via = Via::parse(*top);
  if (!via || !via->well_formed()) return bad("Malformed Via");
  // A cookie with nothing behind it identifies no transaction. No cookie at all is a peer of RFC 2543.
  if (iequals(via->branch(), kMagicCookie)) return bad("Empty Via Branch");
  if (out != nullptr) *out = *via;
  return {};
}

Fault check_address(const Message& request, HeaderId id, std::string_view missing, std::string_view twice,
                    std::string_view malformed) {
  const std::size_t n = request.count(id);
  if (n == 0) return bad(missing);
  if (n > 1) return bad(twice);
  const auto address = NameAddr::parse(*request.find(id));
  if (!address || !address->parse_uri()) return bad(malformed);
  // A tag is a token: what is matched by its text must not hide in quotes.
  if (const auto tag = address->params.find("tag"); tag && !is_token(*tag)) return bad(malformed);
  return {};
}

Fault check_call_id(const Message& request) {
  const std::size_t n = request.count(HeaderId::CallId);
  if (n == 0) return bad("Missing Call-ID");
  if (n > 1) return bad("Multiple Call-ID");
  const auto value = request.call_id();
  if (value.empty() || has_space(value)) return bad("Malformed Call-ID");
  return {};
}

Fault check_cseq(const Message& request) {
  const std::size_t n = request.count(HeaderId::CSeq);
  if (n == 0) return bad("Missing CSeq");
  if (n > 1) return bad("Multiple CSeq");
  const auto cseq = CSeq::parse(*request.find(HeaderId::CSeq));
  if (!cseq) return bad("Malformed CSeq");
  if (cseq->method == request.method_text()) return {};
  // RFC 4475 §3.1.2.18: of a method nobody knows, that it is not known says more.
  if (request.method() == Method::Unknown) return Verdict{501, "Not Implemented"};
  return bad("CSeq Method Mismatch");
}

Fault check_max_forwards(const Message& request) {
  const std::size_t n = request.count(HeaderId::MaxForwards);
  if (n > 1) return bad("Multiple Max-Forwards");
  // Absent is allowed (§16.3 step 3); too large is a number all the same.
  const std::string_view value = n == 0 ? std::string_view{"70"} : *request.find(HeaderId::MaxForwards);
  if (value.empty() || !std::all_of(value.begin(), value.end(), is_digit)) return bad("Malformed Max-Forwards");
  return {};
}

Fault check_request_uri(const Message& request) {
  const auto uri = Uri::parse(request.request_uri());
  if (!uri) return bad("Malformed Request-URI");
  // Header fields hidden in the Request-URI: §19.1.1 has none there, and acting on them would be a way around every
  // check.
  if (!uri->headers.empty()) return bad("Header In Request-URI");
  return {};
}

Fault check_lists(const Message& request) {
  for (const std::string_view value : request.values(HeaderId::Contact))
    if (!Contact::parse(value)) return bad("Malformed Contact");
  for (const std::string_view value : request.values(HeaderId::Route))
    if (!NameAddr::parse(value)) return bad("Malformed Route");
  return {};
}

}  // namespace

Fault check_request(const Message& request, Via* top) {
  if (!iequals(request.version(), "SIP/2.0")) return Verdict{505, "Version Not Supported"};
  if (Fault fault = check_via(request, top)) return fault;
  if (Fault fault = check_call_id(request)) return fault;
  if (Fault fault = check_cseq(request)) return fault;
  if (Fault fault = check_address(request, HeaderId::From, "Missing From", "Multiple From", "Malformed From"))
    return fault;
  if (Fault fault = check_address(request, HeaderId::To, "Missing To", "Multiple To", "Malformed To")) return fault;
  if (Fault fault = check_max_forwards(request)) return fault;
  if (Fault fault = check_request_uri(request)) return fault;
  return check_lists(request);
}

bool check_response(const Message& response, Via* top) {
  if (!iequals(response.version(), "SIP/2.0")) return false;
  for (const HeaderId id : {HeaderId::From, HeaderId::To, HeaderId::CallId, HeaderId::CSeq})
    if (response.count(id) != 1) return false;
  if (!CSeq::parse(*response.find(HeaderId::CSeq))) return false;
  auto via = response.values(HeaderId::Via).begin();
  if (via == std::default_sentinel) return false;
  const auto first = Via::parse(*via);
  if (!first) return false;
  if (top != nullptr) *top = *first;
  ++via;
  if (via == std::default_sentinel) return true;
  // A second Via is where a proxy would send it on. Nothing goes to a broadcast address because a message says so
  // (RFC 4475 §3.3.10); an endpoint discards a response with two Vias anyway (§8.1.3.3).
  const auto next = Via::parse(*via);
  return next && next->host != kBroadcastText && (!next->has_received() || next->received() != kBroadcast);
}

}  // namespace offhook::sip
