// What a user agent asks of a body: the part of a type, the part a cid URL names, the part it must refuse.
#include <algorithm>

#include "base/ascii.hpp"
#include "sip/header/content_id.hpp"
#include "sip/multipart.hpp"

namespace offhook::sip {
namespace {

// Judges one part and what is in it. RFC 5621: mixed and unknown multiparts §5, alternative §6, related §7.
class Judge {
 public:
  explicit Judge(std::span<const std::string_view> types) : types_(types) {}

  std::optional<BodyPart> offender(const BodyPart& part, std::size_t depth) {
    if (part.optional()) return std::nullopt;
    const auto type = part.type();
    if (!type || !part.uncoded()) return part;
    if (std::any_of(types_.begin(), types_.end(), [&](std::string_view name) { return type->is(name); }))
      return std::nullopt;
    if (!type->is_multipart() || depth == kMultipartNesting) return part;
    const auto inner = Multipart::parse(part.content, type->boundary());
    if (!inner) return part;
    if (iequals(type->subtype, "alternative")) return of_alternative(part, *inner, depth);
    return iequals(type->subtype, "related") ? of_related(*type, *inner, depth) : of_mixed(*inner, depth);
  }

 private:
  // Nothing at the end, and once the message has had its share of parts.
  std::optional<BodyPart> next(Multipart& parts) { return ++count_ > kMultipartParts ? std::nullopt : parts.next(); }

  std::optional<BodyPart> of_mixed(Multipart parts, std::size_t depth) {
    while (const auto part = next(parts))
      if (auto found = offender(*part, depth + 1)) return found;
    return std::nullopt;
  }

  std::optional<BodyPart> of_alternative(const BodyPart& whole, Multipart parts, std::size_t depth) {
    while (const auto part = next(parts))
      if (!offender(*part, depth + 1)) return std::nullopt;
    return whole;
  }

  // RFC 2387 §3.2: the root is the part that start= names, else the first one.
  std::optional<BodyPart> of_related(const MediaType& type, Multipart parts, std::size_t depth) {
    const auto start = type.params.find("start");
    const auto wanted = start ? parse_content_id(*start) : fail(Module::Sip, "no start");
    std::optional<BodyPart> root;
    while (const auto part = next(parts)) {
      if (!root) root = part;
      if (!wanted) break;
      if (part->content_id() == *wanted) {
        root = part;
        break;
      }
    }
    return root ? offender(*root, depth + 1) : std::nullopt;
  }

  std::span<const std::string_view> types_;
  std::size_t count_ = 0;
};

}  // namespace

bool is_nested_too_deep(const Message& message) {
  BodyParts parts(message);
  while (!parts.met_limit() && parts.next()) {
  }
  return parts.met_limit();
}

std::optional<std::string_view> find_body(const Message& message, std::string_view type) {
  BodyParts parts(message);
  while (const auto part = parts.next())
    if (const auto its = part->type(); its && its->is(type) && part->uncoded()) return part->content;
  return std::nullopt;
}

std::optional<BodyPart> find_content(const Message& message, std::string_view cid_url) {
  if (const auto whole = whole_body(message); whole && cid_names(cid_url, whole->content_id())) return whole;
  BodyParts parts(message);
  while (const auto part = parts.next())
    if (cid_names(cid_url, part->content_id())) return part;
  return std::nullopt;
}

std::optional<BodyPart> not_understood(const Message& message, std::span<const std::string_view> types) {
  const auto whole = whole_body(message);
  return whole ? Judge(types).offender(*whole, 0) : std::nullopt;
}

MultipartBuilder& MultipartBuilder::add(std::string_view type, std::string_view content, std::string_view fields) {
  std::string head = "Content-Type: ";
  head += type;
  head += "\r\n";
  head += fields;
  parts_.push_back({std::move(head), std::string(content)});
  return *this;
}

MultipartBuilder::Built MultipartBuilder::build(Random& random) const {
  constexpr std::size_t kLength = 24;
  std::string boundary;
  do {
    boundary = random.token(kLength);
  } while (std::any_of(parts_.begin(), parts_.end(), [&](const Part& part) {
    return part.content.find(boundary) != std::string::npos || part.head.find(boundary) != std::string::npos;
  }));
  std::string body;
  for (const Part& part : parts_) body += "--" + boundary + "\r\n" + part.head + "\r\n" + part.content + "\r\n";
  return {"multipart/" + subtype_ + ";boundary=" + boundary, body + "--" + boundary + "--\r\n"};
}

}  // namespace offhook::sip
