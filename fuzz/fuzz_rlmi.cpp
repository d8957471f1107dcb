// application/rlmi+xml, alone and as the root of a notification whose other parts are two of its resources' documents.
#include <array>

#include "body/resource_list.hpp"
#include "round_trip.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook::body;
  const auto list = offhook::fuzz::round_trip<ResourceList>(data, size);
  if (!list) return 0;
  std::vector<Part> parts{{kResourceListType, "root", {reinterpret_cast<const char*>(data), size}}};
  for (const auto& resource : list->resources)
    for (const auto& instance : resource.instances)
      if (!instance.cid.empty() && parts.size() < 3) parts.push_back({"text/plain", instance.cid, instance.cid});
  const auto notification = ListNotification::parse(parts);
  if (!notification) return 0;
  if (notification->resources.size() != list->resources.size()) std::abort();
  ResourceListTable table;
  ListNotification next = *notification;
  (void)table.apply(*notification);
  if (++next.version != 0 && table.apply(next) == Merge::Stale) std::abort();
  return 0;
}
