#include "base/ascii.hpp"
#include "io/redis_values.hpp"
#include "redis/netstring.hpp"

namespace offhook::io {
namespace {

constexpr std::string_view kPrefix = "offhook:{";

std::string hex(std::uint64_t number) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += kHex[number >> static_cast<unsigned>(shift) & 15U];
  return out;
}

// "2 urn:uuid:… sip:…": the flow of an instance (RFC 5626); "0  sip:…" where there is none.
std::string field(std::string_view contact, std::string_view instance, std::uint32_t reg_id) {
  std::string out = std::to_string(reg_id) + ' ';
  if (reg_id != 0) out += instance;
  return (out += ' ') += contact;
}

constexpr std::int64_t kLatest = std::int64_t{1} << 53;  // that the script's numbers hold

}  // namespace

std::string redis_key(std::string_view aor) { return std::string(kPrefix).append(aor) += '}'; }

std::optional<std::string_view> aor_of_key(std::string_view key) {
  if (!key.starts_with(kPrefix) || !key.ends_with('}') || key.size() == kPrefix.size() + 1) return std::nullopt;
  return key.substr(kPrefix.size(), key.size() - kPrefix.size() - 1);
}

std::string redis_field(const proxy::StoreWrite::Remove& which) {
  return field(which.contact, which.instance, which.reg_id);
}
std::string redis_field(const proxy::Binding& binding) {
  return field(binding.contact, binding.instance, binding.reg_id);
}

std::string binding_text(const proxy::Binding& b) {
  std::string out = std::to_string(b.expires.time_since_epoch().count()) + ' ' + std::to_string(b.cseq) + ' ' +
                    hex(fnv1a(b.call_id)) + '\n';
  for (const std::string_view text : {std::string_view(b.contact), std::string_view(b.call_id)}) append_text(out, text);
  append_text(out, std::to_string(b.q));
  for (const std::string* text : {&b.path, &b.user_agent, &b.received, &b.instance}) append_text(out, unfolded(*text));
  append_text(out, std::to_string(b.reg_id));
  append_text(out, b.through);
  return out;
}

std::optional<proxy::Binding> parse_binding_text(std::string_view aor, std::string_view text) {
  const auto line = text.find('\n');
  if (line == std::string_view::npos) return std::nullopt;
  std::string_view head = text.substr(0, line);
  text.remove_prefix(line + 1);
  const auto space = head.find(' ');
  const auto expires = parse_number<std::int64_t>(head.substr(0, space));
  if (space == std::string_view::npos || !expires || *expires > kLatest) return std::nullopt;
  head.remove_prefix(space + 1);
  const auto cseq = parse_number<std::uint32_t>(head.substr(0, head.find(' ')));
  if (!cseq) return std::nullopt;

  proxy::Binding out;
  out.aor = aor;
  out.expires = WallTime(Duration(*expires));
  out.cseq = *cseq;
  const auto take = [&](std::string& to) {
    const auto part = take_text(text);
    if (part) to = *part;
    return part.has_value();
  };
  if (!take(out.contact) || !take(out.call_id)) return std::nullopt;
  const auto q = take_number<int>(text);
  if (!q || *q < 0 || *q > 1000) return std::nullopt;
  out.q = *q;
  if (!take(out.path) || !take(out.user_agent) || !take(out.received) || !take(out.instance)) return std::nullopt;
  const auto reg_id = take_number<std::uint32_t>(text);
  if (!reg_id || !take(out.through) || !text.empty() || out.contact.empty()) return std::nullopt;
  out.reg_id = *reg_id;
  for (const std::string* part : {&out.contact, &out.path, &out.user_agent, &out.received, &out.instance, &out.through})
    if (!is_one_line(*part)) return std::nullopt;
  return out;
}

}  // namespace offhook::io
