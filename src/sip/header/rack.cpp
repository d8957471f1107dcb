#include "sip/header/rack.hpp"

#include "rule.hpp"

namespace offhook::sip {
namespace {

std::optional<std::uint32_t> take_number(Cursor& cursor) {
  cursor.skip_space();
  const auto out = parse_number<std::uint32_t>(cursor.take_while(is_digit));
  return cursor.done() || is_space(cursor.rest.front()) ? out : std::nullopt;
}

}  // namespace

std::string RAck::text() const {
  std::string out = std::to_string(rseq) + ' ' + std::to_string(cseq) + ' ';
  out += method;
  return out;
}

Result<RAck> RAck::parse(std::string_view value) {
  Cursor cursor(value);
  const auto rseq = take_number(cursor);
  if (!rseq) return fail(Module::Sip, "bad response number in RAck", cursor.offset());
  const auto cseq = take_number(cursor);
  if (!cseq) return fail(Module::Sip, "bad CSeq number in RAck", cursor.offset());
  cursor.skip_space();
  const auto method = cursor.take_token();
  cursor.skip_space();
  if (method.empty() || !cursor.done()) return fail(Module::Sip, "bad method in RAck", cursor.offset());
  return RAck{*rseq, *cseq, method};
}

Result<std::uint32_t> parse_rseq(std::string_view value) { return rule::number<std::uint32_t>(value, "bad RSeq"); }

}  // namespace offhook::sip
