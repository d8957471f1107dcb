#include "sip/header/replaces.hpp"

#include "scan.hpp"
#include "sip/params.hpp"

namespace offhook::sip {

std::string Replaces::text() const {
  std::string out(call_id);
  out += ";to-tag=";
  out += to_tag;
  out += ";from-tag=";
  out += from_tag;
  if (early_only) out += ";early-only";
  return out;
}

Result<Replaces> Replaces::parse(std::string_view value) {
  value = trim(value);
  const std::size_t end = std::min(value.find(';'), value.size());
  Replaces out;
  out.call_id = trim(value.substr(0, end));
  if (out.call_id.empty() || has_space(out.call_id)) return fail(Module::Sip, "bad call-id in Replaces");
  const Params params(value.substr(end));
  if (!params.well_formed()) return fail(Module::Sip, "bad parameters in Replaces", end);
  std::string_view rest = params.text();
  while (const auto param = Params::next(rest)) {
    const bool to = iequals(param->name, "to-tag");
    if (to || iequals(param->name, "from-tag")) {
      std::string_view& tag = to ? out.to_tag : out.from_tag;
      if (!tag.empty() || !param->value) return fail(Module::Sip, "tag twice or empty in Replaces", end);
      tag = *param->value;
    }
    if (iequals(param->name, "early-only")) out.early_only = true;
  }
  if (out.to_tag.empty() || out.from_tag.empty())
    return fail(Module::Sip, "Replaces needs to-tag and from-tag", value.size());
  return out;
}

}  // namespace offhook::sip
