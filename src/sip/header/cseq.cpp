#include "sip/header/cseq.hpp"

#include "scan.hpp"

namespace offhook::sip {

Result<CSeq> CSeq::parse(std::string_view value) {
  Cursor cursor(value);
  cursor.skip_space();
  const auto number = cursor.take_number<std::uint32_t>();
  if (!number) return fail(Module::Sip, "bad CSeq number", cursor.offset());
  if (cursor.done() || !is_space(cursor.rest.front()))
    return fail(Module::Sip, "CSeq without a method", cursor.offset());
  cursor.skip_space();
  const auto method = cursor.take_token();
  cursor.skip_space();
  if (method.empty() || !cursor.done()) return fail(Module::Sip, "bad CSeq method", cursor.offset());
  return CSeq{*number, method};
}

}  // namespace offhook::sip
