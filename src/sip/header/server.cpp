#include "sip/header/server.hpp"

#include "rule.hpp"
#include "sip/text.hpp"

namespace offhook::sip {
namespace {

Result<ServerValue> take_value(Cursor& cursor) {
  ServerValue out;
  if (cursor.at('(')) {
    const auto size = comment_length(cursor.rest);
    if (!size) return fail(Module::Sip, size.error().text, cursor.offset() + size.error().offset);
    out.comment = cursor.rest.substr(0, *size);
    cursor.rest.remove_prefix(*size);
    cursor.skip_space();
    return out;
  }
  out.product = cursor.take_token();
  if (out.product.empty()) return fail(Module::Sip, "neither product nor comment", cursor.offset());
  cursor.skip_space();
  if (!cursor.take('/')) return out;
  cursor.skip_space();
  out.version = cursor.take_token();
  if (out.version.empty()) return fail(Module::Sip, "product without its version", cursor.offset());
  cursor.skip_space();
  return out;
}

}  // namespace

Result<ServerValues> ServerValues::parse(std::string_view value) {
  Cursor cursor(value);
  cursor.skip_space();
  const ServerValues out(cursor.rest);
  do {
    if (const auto read = take_value(cursor); !read) return tl::unexpected(read.error());
  } while (!cursor.done());
  return out;
}

std::optional<ServerValue> ServerValues::next() {
  if (rest_.empty()) return std::nullopt;
  Cursor cursor(rest_);
  const auto out = take_value(cursor);
  rest_ = cursor.rest;
  return out ? std::optional(*out) : std::nullopt;
}

}  // namespace offhook::sip
