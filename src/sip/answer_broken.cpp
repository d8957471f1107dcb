// The answer to bytes that are no message. RFC 3261 §8.2.6 needs Via, From, To, Call-ID and CSeq; whatever of them can
// be made out in the broken request is what the answer carries.
#include <array>

#include "scan.hpp"
#include "sip/builder.hpp"
#include "sip/check.hpp"
#include "sip/header/via.hpp"
#include "write.hpp"

namespace offhook::sip {
namespace {

constexpr std::size_t kMost = 64;  // Vias that are copied: a broken message earns no long answer

struct Remains {
  std::array<std::string_view, kMost> vias;
  std::size_t via_count = 0;
  std::string_view from, to, call_id, cseq;
};

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

// A line and the folds behind it, as one view.
std::string_view take_field(std::string_view& rest) {
  const char* const begin = rest.data();
  std::string_view line = take_line(rest);
  while (!trim(line).empty() && !rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) {
    const std::string_view fold = take_line(rest);
    line = {begin, static_cast<std::size_t>(fold.data() + fold.size() - begin)};
  }
  return line;
}

void keep(Remains& out, std::string_view field) {
  const std::size_t colon = field.find(':');
  if (colon == std::string_view::npos) return;
  const HeaderId id = header_id(trim(field.substr(0, colon)));
  const std::string_view value = trim(field.substr(colon + 1));
  if (value.empty()) return;
  if (id == HeaderId::Via && out.via_count < kMost) out.vias[out.via_count++] = value;
  const auto first = [value](std::string_view& slot) {
    if (slot.empty()) slot = value;
  };
  if (id == HeaderId::From) first(out.from);
  if (id == HeaderId::To) first(out.to);
  if (id == HeaderId::CallId) first(out.call_id);
  if (id == HeaderId::CSeq) first(out.cseq);
}

// A request line begins with a method. An ACK is never answered (§17.1.1.3), a response even less.
bool is_answerable(std::string_view start_line) {
  const std::string_view method = start_line.substr(0, start_line.find(' '));
  return is_token(method) && method.size() < start_line.size() && method_of(method) != Method::Ack;
}

std::string tagged(std::string_view to, std::string_view tag) {
  std::string out(to);
  // What cannot be parsed is searched: better one tag too few than two.
  if (!tag.empty() && to_lower(to).find("tag=") == std::string::npos) {
    out += ";tag=";
    out += tag;
  }
  return out;
}

}  // namespace

std::optional<Message> answer_broken(std::string_view bytes, int status, std::string_view reason,
                                     std::string_view to_tag) {
  const std::size_t start = bytes.find_first_not_of("\r\n");
  if (start == std::string_view::npos) return std::nullopt;
  bytes.remove_prefix(start);
  if (!is_answerable(trim(take_line(bytes)))) return std::nullopt;
  Remains remains;
  while (!bytes.empty()) {
    const std::string_view field = take_field(bytes);
    if (trim(field).empty()) break;
    keep(remains, field);
  }
  const auto top = remains.via_count == 0 ? std::nullopt : CommaSplitter(remains.vias[0]).next();
  if (!top || !Via::parse(*top)) return std::nullopt;

  std::string out = "SIP/2.0 " + std::to_string(status) + ' ';
  write_value(out, reason.empty() ? reason_phrase(status) : reason);
  out += "\r\n";
  for (std::size_t i = 0; i < remains.via_count; ++i) write_field(out, header_name(HeaderId::Via), remains.vias[i]);
  const auto field = [&out](HeaderId id, std::string_view value) {
    if (!value.empty()) write_field(out, header_name(id), value);
  };
  field(HeaderId::From, remains.from);
  if (!remains.to.empty()) field(HeaderId::To, tagged(remains.to, to_tag));
  field(HeaderId::CallId, remains.call_id);
  field(HeaderId::CSeq, remains.cseq);
  out += "Content-Length: 0\r\n\r\n";
  auto message = Message::parse(std::move(out));
  return message ? std::optional(std::move(*message)) : std::nullopt;
}

}  // namespace offhook::sip
