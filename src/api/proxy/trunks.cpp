// Trunks, and how the registrations at them stand.
#include <algorithm>
#include <array>

#include "proxy/resources.hpp"

namespace offhook::api {
namespace {

using nlohmann::json;

json trunk_json(const proxy::TrunkState& trunk) {
  json out{{"name", trunk.name}, {"registers", trunk.registers}};
  if (!trunk.registers) return out;
  out["registered"] = trunk.registered;
  if (trunk.registered) out["granted"] = trunk.granted.count();
  if (trunk.status != 0) out["status"] = trunk.status;
  out["failures"] = trunk.failures;
  return out;
}

Response get_trunks(const Asked& asked) {
  json list = json::array();
  for (const auto& trunk : asked.core().trunks()) list.push_back(trunk_json(trunk));
  const std::size_t total = list.size();
  return ok({{"total", total}, {"trunks", std::move(list)}});
}

Response get_trunk(const Asked& asked) {
  const auto trunks = asked.core().trunks();
  const auto found = std::ranges::find(trunks, asked.captured[0], &proxy::TrunkState::name);
  if (found == trunks.end()) return error(404, "there is no trunk " + std::string(asked.captured[0]));
  return ok(trunk_json(*found));
}

}  // namespace

std::span<const Resource> trunk_resources() {
  static constexpr std::array kResources{
      Resource{"GET", "/trunks", Access::Reader, get_trunks},
      Resource{"GET", "/trunks/{name}", Access::Reader, get_trunk},
  };
  return kResources;
}

}  // namespace offhook::api
