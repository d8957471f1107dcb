#include "body/sipfrag.hpp"

#include <algorithm>
#include <initializer_list>

#include "base/ascii.hpp"
#include "lines.hpp"
#include "sip/builder.hpp"
#include "sip/header/contact.hpp"
#include "sip/header/cseq.hpp"
#include "sip/header/name_addr.hpp"
#include "sip/header/via.hpp"

namespace offhook::body {
namespace {

using sip::HeaderId;

// Before its first colon a header line has its name alone; no start line has a token there.
bool is_start_line(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  return !is_token(trim(line.substr(0, colon)));
}

bool has_two_tags(const sip::Params& params) {
  int tags = 0;
  std::string_view rest = params.text();
  while (const auto param = sip::Params::next(rest)) tags += iequals(param->name, "tag") ? 1 : 0;
  return tags > 1;
}

bool is_address(std::string_view value) {
  const auto address = sip::NameAddr::parse(value);
  return address && address->parse_uri() && !has_two_tags(address->params);
}

// callid = word [ "@" word ]: no white space, whatever else.
bool is_call_id(std::string_view value) {
  return !value.empty() && value.find_first_of(" \t") == std::string_view::npos;
}

bool is_valid_element(HeaderId id, std::string_view value) {
  if (id == HeaderId::Via) return sip::Via::parse(value).has_value();
  if (id == HeaderId::Contact) return sip::Contact::parse(value).has_value();
  return is_address(value);
}

bool is_one_of(HeaderId id, std::initializer_list<HeaderId> ids) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// §2: "subject to the restrictions on valid SIP messages". A field that SIP does not type here is taken as it is.
bool is_valid(HeaderId id, std::string_view value) {
  if (id == HeaderId::CSeq) return sip::CSeq::parse(value).has_value();
  if (id == HeaderId::CallId) return is_call_id(value);
  if (id == HeaderId::ContentLength) return parse_number<std::uint32_t>(value).has_value();
  if (is_one_of(id, {HeaderId::From, HeaderId::To, HeaderId::ReferTo, HeaderId::ReferredBy})) return is_address(value);
  if (!is_one_of(id, {HeaderId::Via, HeaderId::Contact, HeaderId::Route, HeaderId::RecordRoute})) return true;
  sip::CommaSplitter elements(value);
  bool any = false;
  while (const auto element = elements.next()) {
    if (!is_valid_element(id, *element)) return false;
    any = true;
  }
  return any;
}

class Reader {
 public:
  Reader(std::string_view text, const Limits& limits) : text_(text), lines_(text), limits_(limits) {}

  Result<Sipfrag> run() {
    if (text_.size() > limits_.bytes) return fail(Module::Body, "the body is too long");
    if (trim(text_).empty()) return fail(Module::Body, "an empty fragment");
    if (start_line() && headers() && body()) return std::move(fragment_);
    return tl::unexpected(error_);
  }

 private:
  bool wrong(std::string_view what, std::size_t at) {
    error_ = Error{Module::Body, static_cast<std::uint32_t>(at), what};
    return false;
  }

  bool start_line() {
    while (lines_.blank()) continue;  // RFC 3261 §7.5
    Lines ahead = lines_;
    const std::size_t at = lines_.offset();
    const std::string_view line = trim(ahead.line());
    if (!is_start_line(line)) return true;
    lines_ = ahead;
    const auto message = sip::Message::parse(std::string(line) + "\r\n\r\n");
    if (!message) return wrong(message.error().text, at + message.error().offset);
    if (!iequals(message->version(), "SIP/2.0")) return wrong("not SIP/2.0", at);
    if (message->is_response())
      fragment_.start = Sipfrag::StatusLine{message->status(), std::string(trim(message->reason()))};
    else
      fragment_.start = Sipfrag::RequestLine{std::string(message->method_text()), std::string(message->request_uri())};
    return true;
  }

  bool headers() {
    while (!lines_.done() && !(has_body_ = lines_.blank())) {
      const std::size_t at = lines_.offset();
      const auto field = lines_.field();
      if (!field) return wrong("not a header field", at);
      if (fragment_.headers.size() == limits_.elements) return wrong("too many header fields", at);
      const HeaderId id = sip::header_id(field->name);
      if (!is_valid(id, field->value)) return wrong("a header field that is not valid", at);
      if (id == HeaderId::ContentLength && length_) return wrong("Content-Length twice", at);
      if (id == HeaderId::ContentLength) length_ = parse_number<std::uint32_t>(field->value);
      has_type_ |= id == HeaderId::ContentType;
      fragment_.headers.push_back({std::string(field->name), field->value});
    }
    return true;
  }

  // A body may be left out and its header fields kept (§2), even with the empty line; a part of a body is none.
  bool body() {
    if (!has_body_ || lines_.done()) return true;
    const std::size_t at = lines_.offset();
    std::string_view bytes = lines_.rest();
    if (length_ && *length_ > bytes.size()) return wrong("a body shorter than its Content-Length", at);
    if (length_) bytes = bytes.substr(0, *length_);
    if (bytes.empty()) return true;
    if (!has_type_) return wrong("a body without a Content-Type", at);
    fragment_.body = bytes;
    std::erase_if(fragment_.headers,
                  [](const auto& header) { return sip::header_id(header.name) == HeaderId::ContentLength; });
    return true;
  }

  std::string_view text_;
  Lines lines_;
  const Limits& limits_;
  bool has_body_ = false, has_type_ = false;
  std::optional<std::uint32_t> length_;
  Sipfrag fragment_;
  Error error_{};
};

}  // namespace

int Sipfrag::status() const {
  const auto* line = std::get_if<StatusLine>(&start);
  return line == nullptr ? 0 : line->status;
}

Result<Sipfrag> Sipfrag::parse(std::string_view text, const Limits& limits) { return Reader(text, limits).run(); }

std::string write(const Sipfrag& fragment) {
  std::string out;
  if (const auto* request = std::get_if<Sipfrag::RequestLine>(&fragment.start))
    out = request->method + ' ' + request->request_uri + " SIP/2.0\r\n";
  if (const auto* status = std::get_if<Sipfrag::StatusLine>(&fragment.start))
    out = "SIP/2.0 " + std::to_string(status->status) + ' ' + one_line(status->reason) + "\r\n";
  for (const auto& header : fragment.headers) out += header.name + ": " + one_line(header.value) + "\r\n";
  if (fragment.body.empty()) return out;
  return out + "Content-Length: " + std::to_string(fragment.body.size()) + "\r\n\r\n" + fragment.body;
}

Sipfrag sipfrag_of(int status) {
  return {Sipfrag::StatusLine{status, std::string(sip::reason_phrase(status))}, {}, {}};
}

}  // namespace offhook::body
