// Whether the proxy is well, and what an operator tells it.
#include <array>

#include "arguments.hpp"
#include "proxy/resources.hpp"

namespace offhook::api {
namespace {

// 503 while it drains, so that a load balancer sends nobody here any more.
Response get_health(const Asked& asked) {
  const bool draining = asked.core().is_draining();
  auto out = ok({{"status", draining ? "draining" : "ok"},
                 {"version", OFFHOOK_VERSION},
                 {"uptime", std::chrono::duration_cast<seconds>(asked.world.figures().uptime).count()}});
  if (draining) out.status = 503;
  return out;
}

Response post_reload(const Asked& asked) {
  if (const auto reloaded = asked.world.reload(); !reloaded) return error(409, reloaded.error().text());
  return ok({{"reloaded", true}});
}

Response post_drain(const Asked& asked) {
  const auto arguments = Arguments::read(asked.request);
  if (!arguments) return error(400, arguments.error().text());
  if (const auto known = arguments->only({"seconds"}); !known) return error(400, known.error().text());
  const auto limit = arguments->number("seconds");
  if (!limit) return error(400, limit.error().text());
  asked.world.drain(*limit == 0 ? std::nullopt : std::optional(seconds(*limit)));
  auto out = ok({{"draining", true}});
  out.status = 202;
  return out;
}

}  // namespace

std::span<const Resource> control_resources() {
  static constexpr std::array kResources{
      Resource{"GET", "/health", Access::Anybody, get_health},
      Resource{"POST", "/reload", Access::Holder, post_reload},
      Resource{"POST", "/drain", Access::Holder, post_drain},
  };
  return kResources;
}

}  // namespace offhook::api
