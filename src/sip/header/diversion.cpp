#include "sip/header/diversion.hpp"

#include <algorithm>

#include "rule.hpp"

namespace offhook::sip {
namespace {

std::optional<int> two_digits(std::string_view text) {
  return text.size() <= 2 ? parse_number<int>(text) : std::nullopt;
}

}  // namespace

int Diversion::counter() const {
  const auto value = address.params.find("counter");
  return value ? two_digits(*value).value_or(1) : 1;
}

std::optional<int> Diversion::limit() const {
  const auto value = address.params.find("limit");
  return value ? two_digits(*value) : std::nullopt;
}

Result<Diversion> Diversion::parse(std::string_view value) {
  const auto address = rule::bracketed(value, "Diversion needs brackets");
  if (!address) return tl::unexpected(address.error());
  for (const std::string_view name : {"counter", "limit"})
    if (const auto number = address->params.find(name); number && !two_digits(*number))
      return fail(Module::Sip, "bad counter or limit in Diversion",
                  static_cast<std::size_t>(address->params.text().data() - value.data()));
  Diversion out;
  out.address = *address;
  return out;
}

std::string diversion_text(std::string_view display, std::string_view uri, std::string_view reason, int counter) {
  std::string out = name_addr(display, uri);
  if (!reason.empty()) out += ";reason=" + (is_token(reason) ? std::string(reason) : quote(reason));
  if (counter > 1) out += ";counter=" + std::to_string(std::min(counter, 99));
  return out;
}

}  // namespace offhook::sip
