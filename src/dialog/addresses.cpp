#include "addresses.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "sip/header/contact.hpp"
#include "sip/header/name_addr.hpp"
#include "sip/uri.hpp"

namespace offhook::dialog {
namespace {

// The parameters but for the one of that name, as written.
std::string without(const sip::Params& params, std::string_view name) {
  std::string out;
  auto rest = params.text();
  while (const auto param = sip::Params::next(rest)) {
    if (iequals(param->name, name)) continue;
    out.append(";").append(param->name);
    if (param->value) out.append("=").append(*param->value);
  }
  return out;
}

}  // namespace

std::optional<Party> party(const sip::Message& message, sip::HeaderId id) {
  const auto value = message.find(id);
  if (!value) return std::nullopt;
  const auto parsed = sip::NameAddr::parse(*value);
  if (!parsed) return std::nullopt;
  const auto params = parsed->params.text();
  const auto address =
      params.empty() ? *value : value->substr(0, static_cast<std::size_t>(params.data() - value->data()));
  return Party{std::string(trim(address)) + without(parsed->params, "tag"), std::string(parsed->uri),
               std::string(parsed->tag())};
}

std::optional<std::string> contact_uri(const sip::Message& message) {
  const auto value = message.top(sip::HeaderId::Contact);
  if (!value) return std::nullopt;
  const auto contact = sip::Contact::parse(*value);
  if (!contact || contact->star) return std::nullopt;
  const auto uri = contact->address.parse_uri();
  if (!uri || !uri->is_sip()) return std::nullopt;
  return std::string(uri->text);
}

std::vector<std::string> record_routes(const sip::Message& message, bool reversed) {
  std::vector<std::string> out;
  for (const std::string_view value : message.values(sip::HeaderId::RecordRoute)) out.emplace_back(value);
  if (reversed) std::reverse(out.begin(), out.end());
  return out;
}

std::string_view route_uri(std::string_view route) {
  const auto parsed = sip::NameAddr::parse(route);
  return parsed ? parsed->uri : std::string_view{};
}

bool is_loose(std::string_view route) {
  const auto uri = sip::Uri::parse(route_uri(route));
  return uri && uri->params.has("lr");
}

std::string as_request_uri(std::string_view text) {
  const auto uri = sip::Uri::parse(text);
  if (!uri || !uri->is_sip() || (uri->headers.empty() && !uri->params.has("method"))) return std::string(text);
  const auto params = uri->params.text();
  // Up to the parameters, or without any, up to the '?' (a user may hold one too).
  const char* const end = params.empty() ? uri->headers.data() - 1 : params.data();
  return std::string(text.substr(0, static_cast<std::size_t>(end - text.data()))) + without(uri->params, "method");
}

}  // namespace offhook::dialog
