#include "sip/multipart.hpp"

#include <algorithm>

#include "scan.hpp"
#include "sip/header/content_disposition.hpp"
#include "sip/header/content_id.hpp"

namespace offhook::sip {
namespace {

struct Delimiter {
  std::size_t at = std::string_view::npos;  // where the line begins
  std::size_t next = 0;                     // behind its CRLF
  bool close = false;
};

// The dash-boundary line at `at`, if one stands there. The whole line must be it: a longer boundary that begins with
// this one belongs to another multipart.
std::optional<Delimiter> delimiter_at(std::string_view text, std::size_t at, std::string_view boundary) {
  Cursor line(text.substr(at));
  if (!line.rest.starts_with("--") || !line.rest.substr(2).starts_with(boundary)) return std::nullopt;
  line.rest.remove_prefix(2 + boundary.size());
  Delimiter out{at, 0, line.rest.starts_with("--")};
  if (out.close) line.rest.remove_prefix(2);
  line.take_while([](char c) { return c == ' ' || c == '\t'; });
  if (line.rest.starts_with("\r\n"))
    line.rest.remove_prefix(2);
  else if (!line.done())
    return std::nullopt;
  out.next = at + line.offset();
  return out;
}

Delimiter find_delimiter(std::string_view text, std::string_view boundary) {
  if (const auto first = delimiter_at(text, 0, boundary)) return *first;
  for (std::size_t at = text.find("\r\n--"); at != std::string_view::npos; at = text.find("\r\n--", at + 2))
    if (const auto found = delimiter_at(text, at + 2, boundary)) return *found;
  return {};
}

// What stands before a delimiter, without the CRLF that belongs to it.
std::string_view before(std::string_view text, const Delimiter& delimiter) {
  return text.substr(0, delimiter.at < 2 ? 0 : delimiter.at - 2);
}

BodyPart split(std::string_view text) {
  if (text.starts_with("\r\n")) return {text.substr(0, 0), text.substr(2)};
  const std::size_t end = std::min(text.find("\r\n\r\n"), text.size());
  return {text.substr(0, end), text.substr(std::min(end + 4, text.size()))};
}

struct Field {
  std::string_view name, value;
};

// Takes one field with its folds off `rest`; lines without a colon are passed over.
std::optional<Field> take_field(std::string_view& rest) {
  while (!rest.empty()) {
    std::size_t end = rest.find("\r\n");
    while (end < rest.size() && end + 2 < rest.size() && (rest[end + 2] == ' ' || rest[end + 2] == '\t'))
      end = rest.find("\r\n", end + 2);
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) return Field{trim(line.substr(0, colon)), trim(line.substr(colon + 1))};
  }
  return std::nullopt;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [word](std::string_view w) { return iequals(word, w); });
}

}  // namespace

bool is_boundary(std::string_view text) {
  constexpr std::string_view kOthers = "'()+_,-./:=? ";
  return !text.empty() && text.size() <= 70 && text.back() != ' ' && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_digit(c) || is_alpha(c) || kOthers.find(c) != std::string_view::npos;
  });
}

std::optional<std::string_view> BodyPart::find(std::string_view name) const {
  const HeaderId id = header_id(name);
  std::string_view rest = fields;
  while (const auto field = take_field(rest))
    if (iequals(field->name, name) || (id != HeaderId::Other && header_id(field->name) == id)) return field->value;
  return std::nullopt;
}

std::optional<MediaType> BodyPart::type() const {
  const auto value = find("Content-Type");
  const auto type = MediaType::parse(value.value_or("text/plain"));
  return type ? std::optional(*type) : std::nullopt;
}

std::string_view BodyPart::content_id() const {
  const auto value = find("Content-ID");
  const auto id = value ? parse_content_id(*value) : fail(Module::Sip, "no Content-ID");
  return id ? *id : std::string_view{};
}

bool BodyPart::optional() const {
  const auto value = find("Content-Disposition");
  const auto disposition = value ? ContentDisposition::parse(*value) : fail(Module::Sip, "no Content-Disposition");
  return disposition && disposition->optional();
}

bool BodyPart::uncoded() const {
  return is_one_of(find("Content-Encoding").value_or("identity"), {"identity"}) &&
         is_one_of(find("Content-Transfer-Encoding").value_or("binary"), {"binary", "8bit", "7bit"});
}

Result<Multipart> Multipart::parse(std::string_view body, std::string_view boundary) {
  if (!is_boundary(boundary)) return fail(Module::Sip, "bad boundary of a multipart body");
  const Delimiter first = find_delimiter(body, boundary);
  if (first.at == std::string_view::npos) return fail(Module::Sip, "multipart body without its boundary", body.size());
  Multipart out;
  out.boundary_ = boundary;
  out.preamble_ = before(body, first);
  out.rest_ = body.substr(first.next);
  if (first.close) {  // "--boundary--" at once: no part at all
    out.closed_ = true;
    out.open_ = false;
    out.epilogue_ = out.rest_;
  }
  return out;
}

std::optional<BodyPart> Multipart::next() {
  if (!open_) return std::nullopt;
  const Delimiter end = find_delimiter(rest_, boundary_);
  if (end.at == std::string_view::npos) {
    open_ = false;
    // The text behind a last delimiter that is not the closing one is a part that was cut off; nothing there is none.
    return rest_.empty() ? std::nullopt : std::optional(split(rest_));
  }
  const BodyPart part = split(before(rest_, end));
  rest_.remove_prefix(end.next);
  if (end.close) {
    closed_ = true;
    open_ = false;
    epilogue_ = rest_;
  }
  return part;
}

std::optional<BodyPart> whole_body(const Message& message) {
  const std::string_view bytes = message.bytes(), body = message.body();
  if (body.empty()) return std::nullopt;
  // The fields of the message serve as those of the part: compact names are found too.
  const std::size_t start = message.start_line().size();
  return BodyPart{bytes.substr(start, bytes.size() - body.size() - start), body};
}

RequiredParts::RequiredParts(const Message& message) : parts_(message) { parts_.skip_optional_ = true; }
std::optional<BodyPart> RequiredParts::next() { return parts_.next(); }

BodyParts::BodyParts(const Message& message) : first_(whole_body(message)) {}

bool BodyParts::enter(const BodyPart& part) {
  const auto type = part.type();
  if (!type || !type->is_multipart() || !part.uncoded()) return false;
  if (depth_ == kMultipartNesting) {
    met_limit_ = true;
    return false;
  }
  const auto inner = Multipart::parse(part.content, type->boundary());
  if (inner) open_.at(depth_++) = *inner;
  return inner.has_value();
}

std::optional<BodyPart> BodyParts::next() {
  for (;;) {
    std::optional<BodyPart> part;
    if (first_) {
      part.swap(first_);
    } else if (depth_ == 0 || count_ == kMultipartParts) {
      return std::nullopt;
    } else if (part = open_.at(depth_ - 1)->next(); part) {
      ++count_;
    } else {
      --depth_;
      continue;
    }
    if (skip_optional_ && part->optional()) continue;
    if (!enter(*part)) return part;
  }
}

}  // namespace offhook::sip
