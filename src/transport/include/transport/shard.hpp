// Shards: engines of one process that share their addresses, each with a thread and sockets of its own. Which of them a
// message is for stands in what that shard has written itself: the branch of its Via, which a response brings back, and
// its Record-Route, which requests within a dialog bring as a Route. What has neither is for whoever got it; where it
// names one that there is no more (there are fewer of them since a restart), it is for the rest of a division.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::transport {

inline constexpr unsigned kMostShards = 32;

// Of every branch of that shard, behind the magic cookie.
[[nodiscard]] std::string shard_mark(unsigned shard);
// A parameter of the URIs of its Record-Route: ";sh=3".
[[nodiscard]] std::string shard_parameter(unsigned shard);
// The shard that a message as it came is for; nothing where it does not say. A look at the text, not a check of it: who
// makes one up has it handled by another shard, as that shard would handle it anyway.
[[nodiscard]] std::optional<unsigned> shard_of(std::string_view message);

// Numbers of stream connections tell whose they are.
inline constexpr int kConnectionBits = 48;
[[nodiscard]] constexpr unsigned shard_of_connection(std::uint64_t number) {
  return static_cast<unsigned>(number >> kConnectionBits);
}
[[nodiscard]] constexpr std::uint64_t first_connection(unsigned shard) {
  return std::uint64_t{shard} << kConnectionBits;
}

}  // namespace offhook::transport
