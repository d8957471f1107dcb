// The typed lines of RFC 8866 §5, each a value with views into the text, a parser and its text. parse() takes what
// follows "<letter>="; `offset` is where that stands in the description, and what an Error counts from.
//
//   o=username SP sess-id SP sess-version SP nettype SP addrtype SP unicast-address
//   c=nettype SP addrtype SP connection-address      address["/"ttl]["/"count] (IPv4), address["/"count] (IPv6)
//   b=bwtype ":" bandwidth          t=start-time SP stop-time        r=interval SP duration 1*(SP offset)
//   z=time SP ["-"]typed-time *(SP time SP ["-"]typed-time)          typed-time = 1*DIGIT ["d" / "h" / "m" / "s"]
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "sdp/inline_list.hpp"
#include "sdp/words.hpp"

namespace offhook::sdp {

struct Origin {
  std::string_view username = "-";
  std::string_view session_id = "0";
  std::string_view session_version = "0";
  std::string_view net_type = "IN";
  std::string_view address_type = "IP4";
  std::string_view address;
  [[nodiscard]] static Result<Origin> parse(std::string_view value, std::size_t offset = 0);
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Origin&, const Origin&) = default;
};

// What a c= address says beside the address: how far multicast goes and to how many groups (§5.7).
struct Reach {
  std::string_view host;            // without "/…"
  std::optional<std::uint8_t> ttl;  // IPv4 multicast must have one, IPv6 must not
  std::uint16_t count = 1;
  friend bool operator==(const Reach&, const Reach&) = default;
};

struct Connection {
  std::string_view net_type = "IN";
  std::string_view address_type = "IP4";
  std::string_view address;  // with "/ttl/count" of multicast
  [[nodiscard]] static Result<Connection> parse(std::string_view value, std::size_t offset = 0);
  [[nodiscard]] std::string text() const;
  // The address when it is literal and of the type it claims.
  [[nodiscard]] std::optional<IpAddress> ip() const;
  [[nodiscard]] Result<Reach> reach(std::size_t offset = 0) const;
  friend bool operator==(const Connection&, const Connection&) = default;
};

struct Bandwidth {
  std::string_view type;    // CT, AS, TIAS, RS, RR, X-…
  std::uint32_t value = 0;  // kbit/s for CT and AS, bit/s for TIAS (RFC 3890), RS and RR (RFC 3556)
  [[nodiscard]] static Result<Bandwidth> parse(std::string_view value, std::size_t offset = 0);
  [[nodiscard]] std::string text() const;
  // Nothing for a modifier whose unit we do not know.
  [[nodiscard]] std::optional<std::uint64_t> bits_per_second() const;
  friend bool operator==(const Bandwidth&, const Bandwidth&) = default;
};

struct Timing {
  std::uint64_t start = 0, stop = 0;  // seconds since 1900; 0: not bounded
  [[nodiscard]] static Result<Timing> parse(std::string_view value, std::size_t offset = 0);
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Timing&, const Timing&) = default;
};

// Seconds, written as "7d", "25h", "3600". Negative only in z=.
[[nodiscard]] std::optional<std::int64_t> parse_typed_time(std::string_view word);

struct Repeat {
  std::int64_t interval = 0, duration = 0;
  InlineList<std::int64_t, 8> offsets;
  [[nodiscard]] static Result<Repeat> parse(std::string_view value, std::size_t offset = 0);
  [[nodiscard]] std::string text() const;  // in the largest unit that divides
  friend bool operator==(const Repeat&, const Repeat&) = default;
};

struct ZoneAdjustment {
  std::uint64_t at = 0;
  std::int64_t shift = 0;
  friend bool operator==(const ZoneAdjustment&, const ZoneAdjustment&) = default;
};
struct TimeZones {
  InlineList<ZoneAdjustment, 8> adjustments;
  [[nodiscard]] static Result<TimeZones> parse(std::string_view value, std::size_t offset = 0);
  [[nodiscard]] std::string text() const;
  friend bool operator==(const TimeZones&, const TimeZones&) = default;
};

// k=, obsolete (§5.12): read so that it can be told, never used.
struct Key {
  enum class Method : std::uint8_t { Prompt, Clear, Base64, Uri };
  Method method = Method::Prompt;
  std::string_view value;
  [[nodiscard]] static Result<Key> parse(std::string_view value, std::size_t offset = 0);
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Key&, const Key&) = default;
};

// e= and p= (§5.6): "Jane Doe <jane@example.com>", "jane@example.com (Jane Doe)" or the address alone.
struct Contact {
  std::string_view address;
  std::string_view name;  // empty when there is none
  [[nodiscard]] static Result<Contact> parse(std::string_view value, std::size_t offset = 0);
  friend bool operator==(const Contact&, const Contact&) = default;
};

// m=<media> <port>[/<count>] <proto> <fmt> …
struct MediaLine {
  std::string_view type;  // "audio"
  std::uint16_t port = 0;
  std::uint16_t port_count = 1;
  std::string_view protocol;  // "RTP/AVP"
  Words formats;              // never empty after parse()
  [[nodiscard]] static Result<MediaLine> parse(std::string_view value, std::size_t offset = 0);
  [[nodiscard]] std::string text() const;
};

}  // namespace offhook::sdp
