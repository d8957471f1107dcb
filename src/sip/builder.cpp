#include "sip/builder.hpp"

#include "base/ascii.hpp"
#include "scan.hpp"
#include "sip/header/cseq.hpp"
#include "sip/header/name_addr.hpp"
#include "write.hpp"

namespace offhook::sip {
namespace {

constexpr std::string_view kVersion = "SIP/2.0";

}  // namespace

Builder Builder::request(std::string_view method, std::string_view request_uri) {
  Builder out;
  Message& m = out.message_;
  m.buffer_.reserve(768);
  m.buffer_ += method;
  m.buffer_ += ' ';
  const std::size_t uri = m.buffer_.size();
  write_value(m.buffer_, request_uri);
  const std::size_t version = m.buffer_.size() + 1;
  m.buffer_ += " SIP/2.0\r\n";
  m.method_ = method_of(method);
  m.part_[0][1] = static_cast<std::uint32_t>(method.size());
  m.part_[1][0] = static_cast<std::uint32_t>(uri);
  m.part_[1][1] = static_cast<std::uint32_t>(version - 1 - uri);
  m.version_[0] = static_cast<std::uint32_t>(version);
  m.version_[1] = kVersion.size();
  m.start_line_size_ = static_cast<std::uint32_t>(version + kVersion.size());
  out.sound_ = is_token(method) && !m.request_uri().empty() && m.request_uri().find(' ') == std::string_view::npos;
  return out;
}

Builder Builder::response(const Message& request, int status, std::string_view to_tag, std::string_view reason) {
  Builder out;
  Message& m = out.message_;
  m.buffer_.reserve(512);
  m.buffer_ += kVersion;
  m.buffer_ += ' ';
  m.buffer_ += std::to_string(status);
  m.buffer_ += ' ';
  const std::size_t phrase = m.buffer_.size();
  write_value(m.buffer_, reason.empty() ? reason_phrase(status) : reason);
  m.status_ = status;
  m.part_[0][1] = m.version_[1] = kVersion.size();
  m.part_[1][0] = static_cast<std::uint32_t>(phrase);
  m.part_[1][1] = static_cast<std::uint32_t>(m.buffer_.size() - phrase);
  m.start_line_size_ = static_cast<std::uint32_t>(m.buffer_.size());
  m.buffer_ += "\r\n";
  out.sound_ = status >= 100 && status <= 699;
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
  if (id != HeaderId::ContentLength) field(id, header_name(id), value);
  return *this;
}

Builder& Builder::add(std::string_view name, std::string_view value) {
  const HeaderId id = header_id(name);
  if (id == HeaderId::Other) sound_ = sound_ && is_token(name) && name.size() <= UINT16_MAX;
  if (id != HeaderId::ContentLength) field(id, name, value);
  return *this;
}

// Writes a field and where it lies.
void Builder::field(HeaderId id, std::string_view name, std::string_view value) {
  std::string& text = message_.buffer_;
  const std::size_t begin = text.size();
  text += name;
  text += ": ";
  const std::size_t at = text.size();
  write_value(text, value);
  const std::string_view written = trim(std::string_view(text).substr(at));
  const auto offset = written.empty() ? at : static_cast<std::size_t>(written.data() - text.data());
  message_.index_.add(static_cast<std::uint32_t>(begin), static_cast<std::uint16_t>(name.size()),
                      static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(written.size()), id);
  if (id == HeaderId::CSeq && message_.is_response() && message_.method_ == Method::Unknown)
    if (const auto cseq = CSeq::parse(written)) message_.method_ = method_of(cseq->method);
  text += "\r\n";
}

Builder& Builder::copy(const Message& from, HeaderId id) {
  for (std::size_t i = from.index_.first(id); i != HeaderIndex::kNone; i = from.index_.next(i)) add(id, from.value(i));
  return *this;
}

Builder& Builder::body(std::string_view content_type, std::string_view bytes) {
  if (!content_type.empty()) add(HeaderId::ContentType, content_type);
  body_ = bytes;
  return *this;
}

Message Builder::build() {
  field(HeaderId::ContentLength, header_name(HeaderId::ContentLength), std::to_string(body_.size()));
  std::string& text = message_.buffer_;
  message_.headers_end_ = static_cast<std::uint32_t>(text.size());
  text += "\r\n";
  message_.body_ = static_cast<std::uint32_t>(text.size());
  text += body_;
  body_.clear();
  Message out = sound_ ? std::move(message_) : Message{};
  message_ = {};
  sound_ = false;  // until a start line is there
  return out;
}

}  // namespace offhook::sip
