// Who is not heard, and forgiveness.
#include <array>

#include "proxy/resources.hpp"

namespace offhook::api {
namespace {

using nlohmann::json;

std::string source_text(const proxy::AddressRange& source) {
  const std::string address = source.network.text();
  return source.network.is_v6() ? address + '/' + std::to_string(source.bits) : address;
}

Response get_bans(const Asked& asked) {
  json list = json::array();
  for (const proxy::Ban& ban : asked.core().bans(asked.now))
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
  if (!asked.core().unban(*address)) return error(404, std::string(text) + " is not banned");
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
