// A session description (RFC 8866): text to fields and back.
//
//   session = v o s [i] [u] *e *p [c] *b 1*(t *r) [k] *a *media        media = m [i] *c *b [k] *a
//
// The fields are views into the parsed text, which must outlive them; parse() refuses a temporary std::string.
// parse() never throws and takes any bytes; what exceeds the limits is an Error with the byte offset of its line.
// Lenient where the field is: LF line ends, no final line end, no t= line, any order after o=. Lines of types that
// RFC 8866 does not know are kept, so that a relay loses nothing; §5 would have us ignore the whole description.
#pragma once
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "sdp/codec.hpp"

namespace offhook::sdp {

struct Limits {
  std::size_t bytes = 16 * 1024;
  std::size_t lines = 512;
  std::size_t media = 16;
  std::size_t formats = 64;  // of one m= line
};

// A line that is kept as it stands: i u e p r z k and unknown types.
struct Line {
  char type = 0;
  std::string_view value;
  friend bool operator==(const Line&, const Line&) = default;
};

struct Attribute {
  std::string_view name;
  std::string_view value;
  bool has_value = false;  // "a=x:" has one, "a=x" has none
  friend bool operator==(const Attribute&, const Attribute&) = default;
};

struct Origin {
  std::string_view username = "-";
  std::string_view session_id = "0";
  std::string_view session_version = "0";
  std::string_view net_type = "IN";
  std::string_view address_type = "IP4";
  std::string_view address;
  friend bool operator==(const Origin&, const Origin&) = default;
};

struct Connection {
  std::string_view net_type = "IN";
  std::string_view address_type = "IP4";
  std::string_view address;  // with "/ttl/count" of multicast
  // The address when it is literal and of the type it claims.
  [[nodiscard]] std::optional<IpAddress> ip() const;
  friend bool operator==(const Connection&, const Connection&) = default;
};

struct Bandwidth {
  std::string_view type;
  std::uint32_t kilobits = 0;
  friend bool operator==(const Bandwidth&, const Bandwidth&) = default;
};

struct Timing {
  std::uint64_t start = 0, stop = 0;
  friend bool operator==(const Timing&, const Timing&) = default;
};

// What session and media level have in common.
struct Section {
  std::vector<Connection> connections;  // session level: at most one
  std::vector<Bandwidth> bandwidths;
  std::vector<Attribute> attributes;
  std::vector<Line> other;

  [[nodiscard]] const Attribute* attribute(std::string_view name) const;  // the first of that name
  [[nodiscard]] std::optional<Direction> direction() const;
  friend bool operator==(const Section&, const Section&) = default;
};

struct Media : Section {
  std::string_view type;  // "audio"
  std::uint16_t port = 0;
  std::uint16_t port_count = 1;
  std::string_view protocol;  // "RTP/AVP"
  std::vector<std::string_view> formats;

  // The codecs of the format list in its order: rtpmap and fmtp, or the static meaning. Formats that neither explains
  // and formats that are no payload type are left out.
  [[nodiscard]] std::vector<Codec> codecs() const;
  friend bool operator==(const Media&, const Media&) = default;
};

struct SessionDescription : Section {
  Origin origin;
  std::string_view name = "-";
  std::vector<Timing> times;
  std::vector<Media> media;

  // Media level first, then session level, then sendrecv (RFC 8866 §6.7).
  [[nodiscard]] Direction direction_of(const Media& m) const;
  [[nodiscard]] const Connection* connection_of(const Media& m) const;
  friend bool operator==(const SessionDescription&, const SessionDescription&) = default;
};

[[nodiscard]] Result<SessionDescription> parse(std::string_view text, const Limits& limits = {});
template <std::same_as<std::string> Temporary>
Result<SessionDescription> parse(Temporary&& text, const Limits& limits = {}) = delete;
[[nodiscard]] std::string serialize(const SessionDescription& description);

}  // namespace offhook::sdp
