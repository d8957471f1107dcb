// application/rlmi+xml and the multipart/related body around it: the state of many resources in one notification.
// RFC 4662 §5.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "body/limits.hpp"
#include "body/merge.hpp"

namespace offhook::body {

inline constexpr std::string_view kResourceListType = "application/rlmi+xml";

enum class InstanceState : std::uint8_t { Active, Pending, Terminated };

struct ResourceList {
  struct Name {
    std::string text;
    std::string language;
    bool operator==(const Name&) const = default;
  };
  struct Instance {
    std::string id;
    InstanceState state = InstanceState::Pending;
    std::string reason;  // of Terminated
    std::string cid;     // of the part with the state, without brackets; "" when there is none
    bool operator==(const Instance&) const = default;
  };
  struct Resource {
    std::string uri;
    std::vector<Name> names;
    std::vector<Instance> instances;
    bool operator==(const Resource&) const = default;
  };

  std::string uri;
  std::uint32_t version = 0;
  bool full = true;
  std::string cid;
  std::vector<Name> names;
  std::vector<Resource> resources;
  bool operator==(const ResourceList&) const = default;

  [[nodiscard]] static Result<ResourceList> parse(std::string_view text, const Limits& limits = {});
};

[[nodiscard]] std::string write(const ResourceList& list);

// One part of a multipart/related body, as views into it.
struct Part {
  std::string_view content_type;
  std::string_view content_id;  // with or without brackets
  std::string_view bytes;
};

// A resource list with the documents that its instances refer to.
struct ListNotification {
  struct Document {
    std::string content_type;
    std::string bytes;
    bool operator==(const Document&) const = default;
  };
  struct Instance {
    std::string id;
    InstanceState state = InstanceState::Pending;
    std::string reason;
    std::optional<Document> document;  // multipart/related when the resource is a list itself
    bool operator==(const Instance&) const = default;
  };
  struct Resource {
    std::string uri;
    std::vector<ResourceList::Name> names;
    std::vector<Instance> instances;
    bool operator==(const Resource&) const = default;
  };

  std::string uri;
  std::uint32_t version = 0;
  bool full = true;
  std::vector<Resource> resources;

  // A body of type multipart/related: `content_type` is the value of its Content-Type. A document that is a list itself
  // is such a body again, with its own content_type. Errors besides those below, their offset 0: another type, no
  // boundary, a part in a Content-Transfer-Encoding that is not read.
  [[nodiscard]] static Result<ListNotification> parse(std::string_view content_type, std::string_view body,
                                                      const Limits& limits = {});
  // The root is the part that `start` names (the parameter of the Content-Type), or the first. Only parts of this body
  // are looked at (§5.5). Errors: no parts, a root that is no list, a cid without its part; their offset counts from
  // the beginning of the root.
  [[nodiscard]] static Result<ListNotification> parse(std::span<const Part> parts, std::string_view start = {},
                                                      const Limits& limits = {});
};

// The resources of one list, from its notifications; the documents are the newest of each instance. §5.6. A list inside
// a list has its own table.
class ResourceListTable {
 public:
  Merge apply(ListNotification notification);
  // Instances that were terminated by the last notification are still there as such, until the next one.
  [[nodiscard]] const std::vector<ListNotification::Resource>& resources() const { return resources_; }
  [[nodiscard]] std::optional<std::uint32_t> version() const { return version_; }
  // A new subscription counts from its own beginning.
  void clear() { *this = {}; }

 private:
  std::optional<std::uint32_t> version_;
  std::vector<ListNotification::Resource> resources_;
};

}  // namespace offhook::body
