// Several engines of one process, each with its own thread and sockets: docs/scaling.md. They have the same bindings
// (Core::apply), and take what another of them gave out.
#pragma once
#include <string>

namespace offhook::proxy {

struct ShardSettings {
  unsigned index = 0, count = 1;
  std::string secret;  // of all shards, when there are several: flow tokens, loop marks, GRUUs

  bool operator==(const ShardSettings&) const = default;
};

}  // namespace offhook::proxy
