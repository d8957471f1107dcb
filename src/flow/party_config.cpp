#include "flow/party_config.hpp"

#include "config/cfg_file.hpp"
#include "config/model.hpp"
#include "config/settings.hpp"

namespace offhook::flow {

std::string party_password(const PartyPlan& plan) { return "pw-" + plan.number; }

std::string party_cfg(const PartyPlan& plan, Endpoint proxy) {
  std::string out(config::kCfgHeader);
  const auto line = [&](std::string_view name, std::string_view value) {
    out.append("\n").append(name).append(" = ").append(value);
  };
  line("account.1.enable", "1");
  line("account.1.label", plan.name);
  line("account.1.display_name", "User " + plan.name);
  line("account.1.user_name", plan.number);
  line("account.1.auth_name", plan.number);
  line("account.1.password", party_password(plan));
  line("account.1.sip_server.1.address", proxy.address.text());
  line("account.1.sip_server.1.port", std::to_string(proxy.port));
  for (const std::string& setting : plan.settings) out.append("\n").append(setting);
  return out + '\n';
}

Checked<config::PhoneConfig> party_config(const PartyPlan& plan, Endpoint proxy) {
  auto file = config::load_cfg(plan.name + ".cfg", party_cfg(plan, proxy));
  if (!file) return tl::unexpected(file.error());
  std::vector<config::Finding> findings;
  auto layer = config::Layer::make(config::LayerKind::Common, *file, findings);
  // In a flow every line is meant: an unknown name is as wrong as a bad value.
  for (const config::Finding& finding : findings)
    if (finding.severity != config::Severity::Info)
      return complain(finding.text, finding.file + ':' + std::to_string(finding.line));
  const config::Model& model = config::model(config::ModelId::T46G);
  config::Settings settings(model);
  settings.add(std::move(layer));
  return config::make_phone_config(settings, model);
}

}  // namespace offhook::flow
