// Features that stand once for the phone or once for each account: which of the two counts is decided here, so that the
// feature rooms see one struct only.
#include "base/ascii.hpp"
#include "resolve.hpp"

namespace offhook::config {
namespace {

// `prefix` with its number in `index`: "forward.busy" or "account.X.busy_fwd".
ForwardRule rule_of(const Settings& s, const std::string& prefix, Index index) {
  return {s.flag(prefix + ".enable", index), std::string(s.text(prefix + ".target", index)),
          std::string(s.text(prefix + ".on_code", index)), std::string(s.text(prefix + ".off_code", index))};
}

std::vector<std::string> comma_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto item = trim(text.substr(0, comma));
    if (!item.empty()) out.emplace_back(item);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

}  // namespace

HoldConfig hold_of(const Settings& s, Index index) {
  // The RFC 2543 form is the phone's and wins: it replaces the direction attribute altogether.
  if (s.flag("sip.rfc2543_hold")) return {HoldStyle::ZeroAddress};
  return {s.flag("account.X.hold_use_inactive", index) ? HoldStyle::Inactive : HoldStyle::SendOnly};
}

ForwardConfig forward_of(const Settings& s, Index index) {
  ForwardConfig out;
  out.allowed = s.flag("features.fwd.allow");
  out.mode = s.flag("features.fwd_mode") ? FeatureMode::Custom : FeatureMode::Phone;
  out.diversion_header = s.flag("features.fwd_diversion_enable");
  out.international = s.flag("forward.international.enable");
  if (out.mode == FeatureMode::Custom) {
    out.always = rule_of(s, "account.X.always_fwd", index);
    out.busy = rule_of(s, "account.X.busy_fwd", index);
    out.no_answer = rule_of(s, "account.X.timeout_fwd", index);
    out.no_answer_rings = static_cast<int>(s.number("account.X.timeout_fwd.timeout", index));
  } else {
    out.always = rule_of(s, "forward.always", {});
    out.busy = rule_of(s, "forward.busy", {});
    out.no_answer = rule_of(s, "forward.no_answer", {});
    out.no_answer_rings = static_cast<int>(s.number("forward.no_answer.timeout"));
  }
  out.no_answer_after = out.no_answer_rings * kRing;
  return out;
}

DndConfig dnd_of(const Settings& s, Index index) {
  DndConfig out;
  out.allowed = s.flag("features.dnd.allow");
  out.mode = s.flag("features.dnd_mode") ? FeatureMode::Custom : FeatureMode::Phone;
  const bool custom = out.mode == FeatureMode::Custom;
  const std::string prefix = custom ? "account.X.dnd" : "features.dnd";
  const Index where = custom ? index : Index{};
  out.enabled = s.flag(prefix + ".enable", where);
  out.on_code = s.text(prefix + ".on_code", where);
  out.off_code = s.text(prefix + ".off_code", where);
  out.emergency_enabled = s.flag("features.dnd.emergency_enable");
  out.emergency_callers = comma_list(s.text("features.dnd.emergency_authorized_number"));
  return out;
}

namespace {

// Those of "multicast.paging_address.X" or "multicast.listen_address.X" that are set.
std::vector<PagingAddress> paging_addresses_of(const Settings& s, const std::string& prefix, const Model& model) {
  std::vector<PagingAddress> out;
  const unsigned last = x_limit(*locate(prefix + ".ip_address")->row, model);
  for (unsigned x = 1; x <= last; ++x) {
    const Index index{static_cast<std::uint8_t>(x)};
    if (const auto group = Endpoint::parse(s.text(prefix + ".ip_address", index)))
      out.push_back({static_cast<int>(x), *group, std::string(s.text(prefix + ".label", index))});
  }
  return out;
}

}  // namespace

PagingConfig paging_of(const Settings& s, const Model& model) {
  return {std::string(s.text("multicast.codec")),
          paging_addresses_of(s, "multicast.paging_address.X", model),
          paging_addresses_of(s, "multicast.listen_address.X", model),
          s.flag("multicast.receive_priority.enable"),
          static_cast<int>(s.number("multicast.receive_priority.priority")),
          static_cast<int>(s.number("multicast.receive.ignore_dnd.priority")),
          s.flag("features.paging_auto_resume.enable")};
}

}  // namespace offhook::config
