// What is said to Redis and heard from it, as values: the store's URL, the slots of a Redis Cluster, its redirections,
// and the text of a binding and of event state. Pure. What comes from Redis is not believed: others may have written
// it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "proxy/location.hpp"
#include "proxy/shared_events.hpp"

namespace offhook::io {

struct RedisAddress {
  std::string host;  // a name or an address, IPv6 without brackets
  std::uint16_t port = 6379;
  [[nodiscard]] std::string text() const;
  friend auto operator<=>(const RedisAddress&, const RedisAddress&) = default;
};

struct RedisUrl {
  enum class Kind : std::uint8_t { Single, Sentinel, Cluster };
  Kind kind = Kind::Single;
  std::vector<RedisAddress> hosts;  // Sentinel: the sentinels; Cluster: some of its nodes
  std::string user, password;       // of the Redis servers; "" for none
  std::string master;               // Sentinel: the name it knows the servers by
  unsigned database = 0;
};
// redis://[[user]:password@]host[:port][/database]
// redis+sentinel://[[user]:password@]host[:port][,host[:port]…]/master[/database]
// redis+cluster://[[user]:password@]host[:port][,host[:port]…]
// User and password may be %-escaped.
[[nodiscard]] Checked<RedisUrl> parse_redis_url(std::string_view text);
[[nodiscard]] bool is_redis_url(std::string_view text);

inline constexpr std::uint16_t kRedisSlots = 16384;
// The slot of a key: CRC16 (XMODEM) of it, or of what stands between the first "{" and the next "}" when that is not
// empty.
[[nodiscard]] std::uint16_t redis_slot(std::string_view key);

// "MOVED 3999 127.0.0.1:6381", "ASK 3999 …"; nothing for another error. An empty host stands for the one that said it.
struct RedisRedirection {
  bool ask = false;
  std::uint16_t slot = 0;
  RedisAddress to;
};
[[nodiscard]] std::optional<RedisRedirection> parse_redirection(std::string_view error);

// A hash for each address-of-record: "offhook:{sip:1001@example.test}". A field for each binding.
[[nodiscard]] std::string redis_key(std::string_view aor);
[[nodiscard]] std::optional<std::string_view> aor_of_key(std::string_view key);
[[nodiscard]] std::string redis_field(const proxy::StoreWrite::Remove& which);
[[nodiscard]] std::string redis_field(const proxy::Binding& binding);
// "EXPIRES CSEQ CALL-ID-HASH\n", for the script that compares them, and the fields as netstrings.
[[nodiscard]] std::string binding_text(const proxy::Binding& binding);
// Nothing for what no binding_text() has made.
[[nodiscard]] std::optional<proxy::Binding> parse_binding_text(std::string_view aor, std::string_view text);

// Event state as the nodes tell it each other.
[[nodiscard]] std::string event_text(const proxy::SharedEvent& event);
// Nothing for what no event_text() has made.
[[nodiscard]] std::optional<proxy::SharedEvent> parse_event_text(std::string_view text);

// What belongs to no node is kept too: a hash for each address-of-record, "offhook-event:{sip:1001@example.test}", with
// a field for each publication and one for the counts of messages.
struct RedisEvent {
  std::string key, field;
  std::string value;  // "VERSION TAG ENDS\n" for the script that compares them, and event_text()
};
// Nothing for what a node tells of itself.
[[nodiscard]] std::optional<RedisEvent> redis_event(const proxy::SharedEvent& event);
// Nothing for a value that redis_event() has not made.
[[nodiscard]] std::optional<proxy::SharedEvent> parse_redis_event(std::string_view value);
// "VERSION TAG" of a value: the greater text is the later one.
[[nodiscard]] std::string_view event_version(std::string_view value);
[[nodiscard]] bool is_event_key(std::string_view key);

}  // namespace offhook::io
