// Who is not heard, and forgiveness.
#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>

#include "proxy/resources.hpp"

namespace offhook::api {
namespace {

using nlohmann::json;

std::string source_text(const proxy::AddressRange& source) {
  const std::string address = source.network.text();
  return source.network.is_v6() ? address + '/' + std::to_string(source.bits) : address;
}

// Shards tell each other of bans; of two for the same source the longer one counts.
std::vector<proxy::Ban> all_bans(const Asked& asked) {
  std::vector<proxy::Ban> out;
  asked.world.each_core(
      [&](const proxy::Core& core) { std::ranges::copy(core.bans(asked.now), std::back_inserter(out)); });
  std::ranges::sort(out, [](const proxy::Ban& a, const proxy::Ban& b) {
    return std::tie(a.source.network, b.until) < std::tie(b.source.network, a.until);
  });
  const auto same = std::ranges::unique(out, {}, [](const proxy::Ban& ban) { return ban.source.network; });
  out.erase(same.begin(), same.end());
  return out;
}

Response get_bans(const Asked& asked) {
  json list = json::array();
  for (const proxy::Ban& ban : all_bans(asked))
    list.push_back({{"source", source_text(ban.source)},
                    {"reason", ban.reason == proxy::BanReason::Passwords ? "passwords" : "scan"},
                    {"seconds", ban.length.count()},
                    {"left", std::chrono::ceil<seconds>(ban.until - asked.now.wall).count()},
                    {"times", ban.times}});
  const std::size_t total = list.size();
  return ok({{"total", total}, {"bans", std::move(list)}});
}

Response delete_ban(const Asked& asked) {
  const auto text = asked.captured[0];
  const auto address = IpAddress::parse(text);
  if (!address) return error(400, std::string(text) + " is no address");
  bool was_banned = false;
  asked.world.each_core([&](proxy::Core& core) { was_banned = core.unban(*address) || was_banned; });
  if (!was_banned) return error(404, std::string(text) + " is not banned");
  return ok({{"removed", 1}});
}

}  // namespace

std::span<const Resource> ban_resources() {
  static constexpr std::array kResources{
      Resource{"GET", "/bans", Access::Reader, get_bans},
      Resource{"DELETE", "/bans/{address}", Access::Holder, delete_ban},
  };
  return kResources;
}

}  // namespace offhook::api
