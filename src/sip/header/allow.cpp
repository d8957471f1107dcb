#include "sip/header/allow.hpp"

#include "rule.hpp"

namespace offhook::sip {
std::string MethodSet::text() const {
  std::string out;
  for (unsigned i = 1; i <= static_cast<unsigned>(Method::Update); ++i) {
    if (!has(static_cast<Method>(i))) continue;
    if (!out.empty()) out += ", ";
    out += method_name(static_cast<Method>(i));
  }
  return out;
}

Result<MethodSet> MethodSet::parse(std::string_view value) {
  MethodSet out;
  CommaSplitter elements(value);
  while (const auto element = elements.next()) {
    if (!is_token(*element))
      return fail(Module::Sip, "bad method in Allow", static_cast<std::size_t>(element->data() - value.data()));
    out.add(method_of(*element));
  }
  return out;
}

std::optional<MethodSet> allowed_methods(const Message& message) {
  if (!message.find(HeaderId::Allow)) return std::nullopt;
  MethodSet out;
  for (const std::string_view element : message.values(HeaderId::Allow)) out.add(method_of(element));
  return out;
}

bool allows_method(const Message& message, std::string_view method) {
  for (const std::string_view element : message.values(HeaderId::Allow))
    if (element == method) return true;
  return false;
}

}  // namespace offhook::sip
