// Streams that belong together and sources within them: a=group and a=mid (RFC 5888, BUNDLE: RFC 9143), a=ssrc (RFC
// 5576), a=msid (RFC 8830), a=extmap (RFC 8285).
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "sdp/session_description.hpp"
#include "sdp/words.hpp"

namespace offhook::sdp {

// a=group:<semantics> *(<mid>)
struct Group {
  std::string_view semantics;  // BUNDLE, LS, FID, …
  Words mids;                  // may be empty: an answer that takes none
  [[nodiscard]] static Result<Group> parse(std::string_view value, std::size_t offset = 0);
};

// The medium of that a=mid.
[[nodiscard]] std::optional<Media> media_of_mid(const SessionDescription& description, std::string_view mid);

// a=ssrc:<id> <attribute>[:<value>]
struct Ssrc {
  std::uint32_t id = 0;
  std::string_view attribute;  // cname, …
  std::string_view value;
  [[nodiscard]] static Result<Ssrc> parse(std::string_view value, std::size_t offset = 0);
  friend bool operator==(const Ssrc&, const Ssrc&) = default;
};

// a=extmap:<id>[/<direction>] <URI> [<attributes>]
struct ExtMap {
  std::uint16_t id = 0;
  std::optional<Direction> direction;
  std::string_view uri;
  std::string_view attributes;
  [[nodiscard]] static Result<ExtMap> parse(std::string_view value, std::size_t offset = 0);
  friend bool operator==(const ExtMap&, const ExtMap&) = default;
};

// a=msid:<stream> [<track>]
struct Msid {
  std::string_view stream, track;
  [[nodiscard]] static Result<Msid> parse(std::string_view value, std::size_t offset = 0);
  friend bool operator==(const Msid&, const Msid&) = default;
};

}  // namespace offhook::sdp
