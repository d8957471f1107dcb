// Bodies of several parts: multipart/mixed, /alternative, /related and the others. RFC 2046 §5.1, RFC 5621.
//
//   multipart-body = [preamble CRLF] dash-boundary transport-padding CRLF body-part *encapsulation
//                    close-delimiter transport-padding [CRLF epilogue]
//   dash-boundary  = "--" boundary ;  delimiter = CRLF dash-boundary ;  close-delimiter = delimiter "--"
//   body-part      = MIME-part-headers [CRLF *OCTET] ;  boundary = 0*69<bchars> bcharsnospace
//
// Reading allocates nothing: parts are views into the body, which must outlive them.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "sip/header/content_type.hpp"
#include "sip/message.hpp"

namespace offhook::sip {

inline constexpr std::size_t kMultipartNesting = 4;  // a multipart within so many others is not looked into
inline constexpr std::size_t kMultipartParts = 64;   // of one message, counted over all levels

struct BodyPart {
  std::string_view fields;  // its MIME header fields, CRLF between them
  std::string_view content;

  // Value of the first field of that name, folds left in it.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  // text/plain when there is none (RFC 2046 §5.1); nothing when it does not parse.
  [[nodiscard]] std::optional<MediaType> type() const;
  // Without brackets; "" when absent or bad.
  [[nodiscard]] std::string_view content_id() const;
  // handling=optional stands in its Content-Disposition.
  [[nodiscard]] bool optional() const;
  // The content is what it says it is: no Content-Encoding but identity, no Content-Transfer-Encoding but 7bit, 8bit or
  // binary (RFC 2045 §6.1).
  [[nodiscard]] bool uncoded() const;
};

// The parts of one multipart body, in order.
class Multipart {
 public:
  // Errors: a boundary that is none, no dash-boundary in the body. A body whose close-delimiter is missing is read up
  // to its end: closed() tells.
  [[nodiscard]] static Result<Multipart> parse(std::string_view body, std::string_view boundary);

  // Nothing at the end. A part without the empty line behind its fields is all fields.
  [[nodiscard]] std::optional<BodyPart> next();
  [[nodiscard]] std::string_view preamble() const { return preamble_; }
  // These two once next() has come to the end.
  [[nodiscard]] std::string_view epilogue() const { return epilogue_; }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  std::string_view boundary_, rest_, preamble_, epilogue_;
  bool open_ = true, closed_ = false;
};

// 1 to 70 characters of RFC 2046 §5.1.1, no space at the end.
[[nodiscard]] bool is_boundary(std::string_view text);

// The parts of a message's body that are no multiparts themselves, depth first; a body that is no multipart is one
// part. A multipart that is broken, or nested deeper than kMultipartNesting, is given as a part of its own type.
class BodyParts {
 public:
  explicit BodyParts(const Message& message);
  [[nodiscard]] std::optional<BodyPart> next();
  // One of those that next() has given was nested too deep.
  [[nodiscard]] bool met_limit() const { return met_limit_; }

 private:
  friend class RequiredParts;
  [[nodiscard]] bool enter(const BodyPart& part);
  bool skip_optional_ = false, met_limit_ = false;
  std::array<std::optional<Multipart>, kMultipartNesting> open_;
  std::size_t depth_ = 0, count_ = 0;
  std::optional<BodyPart> first_;
};

// A multipart of the body stands within more than kMultipartNesting others.
[[nodiscard]] bool is_nested_too_deep(const Message& message);

// The body of a message as one part: its Content- fields are those of the message. Nothing when the body is empty.
[[nodiscard]] std::optional<BodyPart> whole_body(const Message& message);
// The content of the first part of that type ("application/sdp"), be the body one part or several. Nothing when there
// is none; parts that are not uncoded() are passed over.
[[nodiscard]] std::optional<std::string_view> find_body(const Message& message, std::string_view type);
// The part that a cid URL names (RFC 2392): by its Content-ID, or the whole body by the message's (RFC 8262).
[[nodiscard]] std::optional<BodyPart> find_content(const Message& message, std::string_view cid_url);

// The first part that must be understood (handling is required, the default) and whose type `types` lacks: the reason
// for a 415 (RFC 3261 §8.2.3, RFC 5621 §4-§8). Of a multipart/alternative one understood part is enough; of a
// multipart/related the root counts; a multipart with handling=optional may be passed over whole.
[[nodiscard]] std::optional<BodyPart> not_understood(const Message& message, std::span<const std::string_view> types);

// The parts that must be understood, one by one: those of BodyParts without the ones that handling=optional, their own
// or that of a multipart around them, lets pass over. All of an alternative are given: one of them is enough.
class RequiredParts {
 public:
  explicit RequiredParts(const Message& message);
  [[nodiscard]] std::optional<BodyPart> next();

 private:
  BodyParts parts_;
};

// Writes one: add the parts, then take type() and body().
class MultipartBuilder {
 public:
  // `subtype` is mixed, alternative, related …; the boundary is drawn when the parts are known.
  explicit MultipartBuilder(std::string subtype) : subtype_(std::move(subtype)) {}
  // `fields` are further MIME header fields, each "Name: value" and CRLF.
  MultipartBuilder& add(std::string_view type, std::string_view content, std::string_view fields = {});
  struct Built {
    std::string type;  // the value of Content-Type
    std::string body;
  };
  // The boundary occurs in no part.
  [[nodiscard]] Built build(Random& random) const;

 private:
  std::string subtype_;
  struct Part {
    std::string head, content;
  };
  std::vector<Part> parts_;
};

}  // namespace offhook::sip
