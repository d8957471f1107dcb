// Who is registered, and where.
#include <algorithm>
#include <array>

#include "arguments.hpp"
#include "proxy/resources.hpp"

namespace offhook::api {
namespace {

using nlohmann::json;

constexpr int kPage = 1000;
constexpr int kLargestPage = 10'000;

json binding_json(const proxy::Binding& binding, WallTime now) {
  json out{{"aor", binding.aor},
           {"contact", binding.contact},
           {"expires", std::chrono::duration_cast<seconds>(binding.expires - now).count()},
           {"q", static_cast<double>(binding.q) / 1000.0},
           {"call_id", binding.call_id},
           {"cseq", binding.cseq},
           {"user_agent", binding.user_agent}};
  if (!binding.path.empty()) out["path"] = binding.path;
  if (!binding.received.empty()) out["received"] = binding.received;
  if (!binding.instance.empty()) out["instance"] = binding.instance;
  if (binding.reg_id != 0) out["reg_id"] = binding.reg_id;
  if (binding.connection.number != 0)
    out["connection"] = {{"protocol", transport::protocol_name(binding.connection.protocol)},
                         {"remote", binding.connection.remote.text()}};
  return out;
}

Response bindings_answer(const Asked& asked, const std::vector<proxy::Binding>& bindings, std::size_t total) {
  json list = json::array();
  for (const auto& binding : bindings) list.push_back(binding_json(binding, asked.now.wall));
  return ok({{"total", total}, {"bindings", std::move(list)}});
}

Response get_bindings(const Asked& asked) {
  const auto arguments = Arguments::read(asked.request);
  if (!arguments) return error(400, arguments.error().text());
  if (const auto known = arguments->only({"user", "limit"}); !known) return error(400, known.error().text());
  if (const auto user = arguments->text("user")) {
    const auto bindings = asked.core().bindings_of(asked.now.wall, *user);
    return bindings_answer(asked, bindings, bindings.size());
  }
  const auto limit = arguments->number("limit");
  if (!limit) return error(400, limit.error().text());
  const int most = std::clamp(*limit == 0 ? kPage : *limit, 1, kLargestPage);
  return bindings_answer(asked, asked.core().bindings(asked.now.wall, static_cast<std::size_t>(most)),
                         asked.core().binding_count());
}

Response get_user(const Asked& asked) {
  const auto bindings = asked.core().bindings_of(asked.now.wall, asked.captured[0]);
  if (bindings.empty()) return error(404, std::string(asked.captured[0]) + " is not registered");
  return bindings_answer(asked, bindings, bindings.size());
}

Response delete_user(const Asked& asked) {
  // At every shard before we answer: none of them calls him any more.
  std::size_t removed = 0;
  asked.world.each_core(
      [&](proxy::Core& core) { removed = std::max(removed, core.remove_bindings(asked.now, asked.captured[0])); });
  if (removed == 0) return error(404, std::string(asked.captured[0]) + " is not registered");
  return ok({{"removed", removed}});
}

}  // namespace

std::span<const Resource> binding_resources() {
  static constexpr std::array kResources{
      Resource{"GET", "/bindings", Access::Reader, get_bindings},
      Resource{"GET", "/bindings/{user}", Access::Reader, get_user},
      Resource{"DELETE", "/bindings/{user}", Access::Holder, delete_user},
  };
  return kResources;
}

}  // namespace offhook::api
