#include "sip/header/reason.hpp"

#include "rule.hpp"
#include "sip/text.hpp"

namespace offhook::sip {
std::optional<int> Reason::cause() const {
  const auto value = params.find("cause");
  return value ? parse_number<int>(*value) : std::nullopt;
}

std::string Reason::text() const {
  std::string_view rest = params.text();
  while (const auto param = Params::next(rest))
    if (iequals(param->name, "text")) return unquote(param->value.value_or(std::string_view{}));
  return {};
}

Result<Reason> Reason::parse(std::string_view value) {
  const auto read = rule::worded(value, "bad Reason");
  if (!read) return tl::unexpected(read.error());
  const Reason out{read->word, read->params};
  if (out.params.has("cause") && !out.cause())
    return fail(Module::Sip, "bad cause in Reason", static_cast<std::size_t>(out.params.text().data() - value.data()));
  return out;
}

std::optional<Reason> reason_of(const Message& message, std::string_view protocol) {
  for (const std::string_view element : message.values(HeaderId::Reason))
    if (const auto reason = Reason::parse(element); reason && iequals(reason->protocol, protocol)) return *reason;
  return std::nullopt;
}

std::string reason_text(std::string_view protocol, int cause, std::string_view text) {
  std::string out(protocol);
  out += ";cause=" + std::to_string(cause);
  if (!text.empty()) out += ";text=" + quote(clean_text(text));
  return out;
}

}  // namespace offhook::sip
