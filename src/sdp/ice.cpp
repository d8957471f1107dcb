#include "sdp/ice.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace offhook::sdp {
namespace {

bool is_ice_text(std::string_view value, std::size_t least, std::size_t most) {
  if (value.size() < least || value.size() > most) return false;
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '/'; });
}

}  // namespace

bool is_ice_ufrag(std::string_view value) { return is_ice_text(value, 4, 256); }
bool is_ice_password(std::string_view value) { return is_ice_text(value, 22, 256); }

Result<Candidate> Candidate::parse(std::string_view value, std::size_t offset) {
  const auto refuse = [&](std::string_view what) { return fail(Module::Sdp, what, offset); };
  Candidate out;
  out.foundation = next_word(value);
  if (!is_ice_text(out.foundation, 1, 32)) return refuse("foundation of the candidate is not 1 to 32 ice-chars");
  const auto component = parse_number<std::uint16_t>(next_word(value));
  if (!component || *component == 0 || *component > 256) return refuse("component of the candidate is not 1 to 256");
  out.transport = next_word(value);
  const auto priority = parse_number<std::uint32_t>(next_word(value));
  if (!priority || *priority == 0 || *priority > 0x7fff'ffff) return refuse("candidate priority is not 1 to 2^31-1");
  out.address = next_word(value);
  const auto port = parse_number<std::uint16_t>(next_word(value));
  if (!port) return refuse("candidate has no port");
  const auto typ = next_word(value);
  out.type = next_word(value);
  if (!iequals(typ, "typ") || out.type.empty()) return refuse("candidate has no type");
  out.component = *component;
  out.priority = *priority;
  out.port = *port;
  auto rest = value;
  if (iequals(next_word(rest), "raddr")) {
    out.related_address = next_word(rest);
    if (out.related_address.empty()) return refuse("raddr without address");
    value = rest;
  }
  rest = value;
  if (iequals(next_word(rest), "rport")) {
    const auto related = parse_number<std::uint16_t>(next_word(rest));
    if (!related) return refuse("rport without port");
    out.related_port = *related;
    value = rest;
  }
  out.extensions = Words(value);
  if (out.extensions.size() % 2 != 0) return refuse("candidate extension without value");
  return out;
}

std::string Candidate::text() const {
  std::string out(foundation);
  out += ' ' + std::to_string(component) + ' ' + std::string(transport) + ' ' + std::to_string(priority) + ' ';
  out += std::string(address) + ' ' + std::to_string(port) + " typ " + std::string(type);
  if (!related_address.empty()) out += " raddr " + std::string(related_address);
  if (!related_address.empty() || related_port != 0) out += " rport " + std::to_string(related_port);
  for (const auto word : extensions) (out += ' ') += word;
  return out;
}

std::optional<IceCredentials> ice_credentials(const SessionDescription& description, const Media& m) {
  const auto value = [&](std::string_view name) {
    const auto own = m.attribute(name);
    const auto found = own ? own : description.session().attribute(name);
    return found ? trim(found->value) : std::string_view{};
  };
  const IceCredentials out{value("ice-ufrag"), value("ice-pwd")};
  return is_ice_ufrag(out.ufrag) && is_ice_password(out.password) ? std::optional(out) : std::nullopt;
}

}  // namespace offhook::sdp
