#include "sip/builder.hpp"

#include "base/ascii.hpp"
#include "sip/header/name_addr.hpp"
#include "write.hpp"

namespace offhook::sip {
namespace {

constexpr Limits kOwnLimits{SIZE_MAX, SIZE_MAX, SIZE_MAX};  // what we write ourselves is bounded by what we were given

}  // namespace

Builder Builder::request(std::string_view method, std::string_view request_uri) {
  std::string start;
  start.reserve(768);
  start += method;
  start += ' ';
  write_value(start, request_uri);
  start += " SIP/2.0\r\n";
  return Builder(std::move(start));
}

Builder Builder::response(const Message& request, int status, std::string_view to_tag, std::string_view reason) {
  std::string start;
  start.reserve(512);
  start += "SIP/2.0 ";
  start += std::to_string(status);
  start += ' ';
  write_value(start, reason.empty() ? reason_phrase(status) : reason);
  start += "\r\n";
  Builder out(std::move(start));
  out.copy(request, HeaderId::Via);
  out.copy(request, HeaderId::From);
  if (const auto to = request.find(HeaderId::To)) {
    if (status == 100 || to_tag.empty() || !request.to_tag().empty()) {
      out.add(HeaderId::To, *to);
    } else {
      std::string tagged(*to);
      tagged += ";tag=";
      tagged += to_tag;
      out.add(HeaderId::To, tagged);
    }
  }
  out.copy(request, HeaderId::CallId);
  out.copy(request, HeaderId::CSeq);
  if (status == 100) out.copy(request, HeaderId::Timestamp);
  return out;
}

Builder& Builder::add(HeaderId id, std::string_view value) {
  // Content-Length is build()'s to write, once.
  if (id != HeaderId::ContentLength) write_field(text_, header_name(id), value);
  return *this;
}

Builder& Builder::add(std::string_view name, std::string_view value) {
  if (header_id(name) != HeaderId::ContentLength) write_field(text_, name, value);
  return *this;
}

Builder& Builder::copy(const Message& from, HeaderId id) {
  if (!from.find(id)) return *this;
  for (std::size_t i = 0; i < from.header_count(); ++i) {
    const HeaderField field = from.header(i);
    if (field.id == id) add(id, field.value);
  }
  return *this;
}

Builder& Builder::body(std::string_view content_type, std::string_view bytes) {
  if (!content_type.empty()) add(HeaderId::ContentType, content_type);
  body_ = bytes;
  return *this;
}

Message Builder::build() {
  text_ += "Content-Length: ";
  text_ += std::to_string(body_.size());
  text_ += "\r\n\r\n";
  text_ += body_;
  body_.clear();
  auto message = Message::parse(std::move(text_), kOwnLimits);
  text_.clear();
  return message ? std::move(*message) : Message{};
}

}  // namespace offhook::sip
