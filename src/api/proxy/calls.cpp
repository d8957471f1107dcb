// The calls that go through the proxy now.
#include <algorithm>
#include <array>
#include <iterator>

#include "arguments.hpp"
#include "base/ascii.hpp"
#include "call_value.hpp"
#include "proxy/resources.hpp"

namespace offhook::api {
namespace {

using nlohmann::json;

constexpr std::size_t kPage = 1000;

// Of every shard; their numbers are different.
std::vector<proxy::CallRecord> all_calls(ProxyWorld& world) {
  std::vector<proxy::CallRecord> out;
  world.each_core([&out](const proxy::Core& core) {
    auto calls = core.calls();
    std::ranges::move(calls, std::back_inserter(out));
  });
  return out;
}

bool is_of(const proxy::CallRecord& call, std::string_view user) {
  return call.caller_user == user || call.callee_user == user;
}

Response get_calls(const Asked& asked) {
  const auto arguments = Arguments::read(asked.request);
  if (!arguments) return error(400, arguments.error().text());
  if (const auto known = arguments->only({"user"}); !known) return error(400, known.error().text());
  const auto user = arguments->text("user");
  auto calls = all_calls(asked.world);
  if (user) std::erase_if(calls, [&](const proxy::CallRecord& call) { return !is_of(call, *user); });
  std::ranges::sort(calls, {}, [](const proxy::CallRecord& call) { return std::pair(call.started.mono, call.number); });
  json list = json::array();
  for (const auto& call : calls) {
    if (list.size() == kPage) break;
    list.push_back(call_value(call));
  }
  return ok({{"total", calls.size()}, {"calls", std::move(list)}});
}

Response get_call(const Asked& asked) {
  const auto number = parse_number<std::uint64_t>(asked.captured[0]);
  for (const auto& call : all_calls(asked.world))
    if (call.number == number) return ok(call_value(call));
  return error(404, "there is no call " + std::string(asked.captured[0]) + ", or not any more");
}

}  // namespace

std::span<const Resource> call_resources() {
  static constexpr std::array kResources{
      Resource{"GET", "/calls", Access::Reader, get_calls},
      Resource{"GET", "/calls/{number}", Access::Reader, get_call},
  };
  return kResources;
}

}  // namespace offhook::api
