#include <array>

#include "proxy/resources.hpp"
#include "route.hpp"

namespace offhook::api {
namespace {

std::array<std::span<const Resource>, 8> all_resources() {
  return {ban_resources(),     binding_resources(), call_resources(),   capture_resources(),
          control_resources(), event_resources(),   metric_resources(), trunk_resources()};
}

}  // namespace

ProxyApi::ProxyApi(ProxyWorld& world, std::string token) : world_(&world), token_(std::move(token)) {}
ProxyApi::~ProxyApi() = default;

Response ProxyApi::handle(Now now, const Request& request) {
  std::string allow;
  for (const auto resources : all_resources()) {
    for (const Resource& resource : resources) {
      auto captured = match_path(resource.pattern, request.path);
      if (!captured) continue;
      // A HEAD is a GET whose content the server leaves out (RFC 9110 §9.3.2).
      if (request.method == resource.method || (request.method == "HEAD" && resource.method == "GET")) {
        if (auto refusal = check_access(resource.access, token_, request)) return *std::move(refusal);
        return resource.answer({now, request, std::move(*captured), *world_});
      }
      allow += (allow.empty() ? "" : ", ") + std::string(resource.method);
    }
  }
  if (allow.empty()) return error(404, "there is nothing at " + request.path);
  auto refused = error(405, request.path + " takes " + allow + ", not " + request.method);
  refused.allow = std::move(allow);
  return refused;
}

bool ProxyApi::connected(Now /*now*/, SocketId /*socket*/, std::string_view /*path*/) { return false; }
void ProxyApi::received(Now /*now*/, SocketId /*socket*/, std::string_view /*text*/) {}
void ProxyApi::disconnected(SocketId /*socket*/) {}
std::optional<Push> ProxyApi::poll_push() { return std::nullopt; }

}  // namespace offhook::api
