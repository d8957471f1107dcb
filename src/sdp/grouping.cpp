#include "sdp/grouping.hpp"

#include "base/ascii.hpp"

namespace offhook::sdp {

Result<Group> Group::parse(std::string_view value, std::size_t offset) {
  Group out;
  out.semantics = next_word(value);
  if (out.semantics.empty()) return fail(Module::Sdp, "group without semantics", offset);
  out.mids = Words(value);
  return out;
}

std::optional<Media> media_of_mid(const SessionDescription& description, std::string_view mid) {
  for (const Media& m : description.media())
    if (const auto own = m.attribute("mid"); own && trim(own->value) == mid) return m;
  return std::nullopt;
}

Result<Ssrc> Ssrc::parse(std::string_view value, std::size_t offset) {
  Ssrc out;
  const auto id = parse_number<std::uint32_t>(next_word(value));
  if (!id) return fail(Module::Sdp, "a=ssrc has no number", offset);
  value = trim(value);
  const auto colon = value.find(':');
  out.id = *id;
  out.attribute = value.substr(0, colon);
  if (colon != std::string_view::npos) out.value = value.substr(colon + 1);
  if (out.attribute.empty()) return fail(Module::Sdp, "a=ssrc has no attribute", offset);
  return out;
}

Result<ExtMap> ExtMap::parse(std::string_view value, std::size_t offset) {
  ExtMap out;
  const auto first = next_word(value);
  const auto slash = first.find('/');
  const auto id = parse_number<std::uint16_t>(first.substr(0, slash));
  if (!id || *id == 0) return fail(Module::Sdp, "a=extmap has no number", offset);
  out.id = *id;
  if (slash != std::string_view::npos) {
    out.direction = parse_direction(first.substr(slash + 1));
    if (!out.direction) return fail(Module::Sdp, "a=extmap has an unknown direction", offset);
  }
  out.uri = next_word(value);
  if (out.uri.empty()) return fail(Module::Sdp, "a=extmap has no URI", offset);
  out.attributes = trim(value);
  return out;
}

Result<Msid> Msid::parse(std::string_view value, std::size_t offset) {
  const auto stream = next_word(value);
  if (stream.empty()) return fail(Module::Sdp, "a=msid has no stream", offset);
  return Msid{stream, next_word(value)};
}

}  // namespace offhook::sdp
