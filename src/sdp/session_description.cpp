#include "sdp/session_description.hpp"

#include "base/ascii.hpp"

namespace offhook::sdp {
namespace {

// Takes the next word up to a space; several spaces count as one.
std::string_view next_word(std::string_view& rest) {
  const auto start = rest.find_first_not_of(' ');
  if (start == std::string_view::npos) return rest = {};
  rest.remove_prefix(start);
  const auto end = std::min(rest.find(' '), rest.size());
  const auto word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

std::optional<Origin> parse_origin(std::string_view value) {
  Origin o;
  for (auto* field : {&o.username, &o.session_id, &o.session_version, &o.net_type, &o.address_type, &o.address}) {
    *field = next_word(value);
    if (field->empty()) return std::nullopt;
  }
  return o;
}

std::optional<Connection> parse_connection(std::string_view value) {
  Connection c;
  for (auto* field : {&c.net_type, &c.address_type, &c.address})
    if (*field = next_word(value); field->empty()) return std::nullopt;
  return c;
}

std::optional<Bandwidth> parse_bandwidth(std::string_view value) {
  const auto colon = value.find(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const auto kilobits = parse_number<std::uint32_t>(trim(value.substr(colon + 1)));
  if (!kilobits) return std::nullopt;
  return Bandwidth{value.substr(0, colon), *kilobits};
}

std::optional<Timing> parse_timing(std::string_view value) {
  const auto start = parse_number<std::uint64_t>(next_word(value));
  const auto stop = parse_number<std::uint64_t>(next_word(value));
  if (!start || !stop) return std::nullopt;
  return Timing{*start, *stop};
}

Attribute parse_attribute(std::string_view value) {
  const auto colon = value.find(':');
  if (colon == std::string_view::npos) return {trim(value), {}, false};
  return {trim(value.substr(0, colon)), value.substr(colon + 1), true};
}

// m=<media> <port>[/<count>] <proto> <fmt> ...
std::optional<Media> parse_media(std::string_view value, std::size_t max_formats) {
  Media m;
  m.type = next_word(value);
  auto port = next_word(value);
  m.protocol = next_word(value);
  if (const auto slash = port.find('/'); slash != std::string_view::npos) {
    const auto count = parse_number<std::uint16_t>(port.substr(slash + 1));
    if (!count || *count == 0) return std::nullopt;
    m.port_count = *count;
    port = port.substr(0, slash);
  }
  const auto number = parse_number<std::uint16_t>(port);
  if (!number || m.protocol.empty()) return std::nullopt;
  m.port = *number;
  m.formats.reserve(8);
  for (auto format = next_word(value); !format.empty(); format = next_word(value)) {
    if (m.formats.size() == max_formats) return std::nullopt;
    m.formats.push_back(format);
  }
  if (m.formats.empty()) return std::nullopt;
  return m;
}

// Reads line by line; `section_` is where lines go: the session until the first m=, then that medium.
class Parser {
 public:
  Parser(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

  Result<SessionDescription> run() {
    if (text_.size() > limits_.bytes) return fail(Module::Sdp, "description too long", limits_.bytes);
    std::size_t lines = 0;
    while (at_ < text_.size()) {
      line_start_ = at_;
      const auto line = take_line();
      if (line.empty()) {
        if (text_.find_first_not_of("\r\n", at_) == std::string_view::npos) break;  // blank lines at the end
        return error("empty line");
      }
      // RFC 8866 §9 byte-string; what we echo in an answer must not carry a line end of its own.
      if (line.find_first_of(std::string_view("\0\r", 2)) != std::string_view::npos)
        return error("NUL or CR inside a line");
      if (++lines > limits_.lines) return error("too many lines");
      if (line.size() < 2 || line[1] != '=' || !is_alpha(line[0])) return error("line is not <letter>=<value>");
      if (lines == 1 && line != "v=0") return error("does not begin with v=0");
      if (const auto done = take(line[0], line.substr(2)); !done) return tl::unexpected(done.error());
    }
    line_start_ = text_.size();
    if (lines == 0) return error("does not begin with v=0");
    if (!seen_origin_) return error("no o= line");
    if (!seen_name_) return error("no s= line");
    return std::move(out_);
  }

 private:
  std::string_view take_line() {
    const auto newline = std::min(text_.find('\n', at_), text_.size());
    auto line = text_.substr(at_, newline - at_);
    at_ = std::min(newline + 1, text_.size());
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
  }

  [[nodiscard]] tl::unexpected<Error> error(std::string_view what) const {
    return fail(Module::Sdp, what, line_start_);
  }

  Section& section() { return out_.media.empty() ? static_cast<Section&>(out_) : out_.media.back(); }

  Result<void> take(char type, std::string_view value) {
    switch (type) {
      case 'a': section().attributes.push_back(parse_attribute(value)); return {};
      case 'c': return take_connection(value);
      case 'b':
        // RFC 8866 §5.8: unknown modifiers are ignored; so is a value we cannot read.
        if (const auto b = parse_bandwidth(value)) section().bandwidths.push_back(*b);
        return {};
      case 'm': return take_media(value);
      case 'v':
      case 'o':
      case 's':
      case 't': return take_session_line(type, value);
      default: section().other.push_back({type, value}); return {};
    }
  }

  Result<void> take_connection(std::string_view value) {
    const auto c = parse_connection(value);
    if (!c) return error("c= line is not <net type> <address type> <address>");
    if (out_.media.empty() && !out_.connections.empty()) return error("second c= line of the session");
    section().connections.push_back(*c);
    return {};
  }

  Result<void> take_media(std::string_view value) {
    if (out_.media.size() == limits_.media) return error("too many m= lines");
    auto m = parse_media(value, limits_.formats);
    if (!m) return error("m= line is not <media> <port> <protocol> <formats>");
    out_.media.push_back(std::move(*m));
    out_.media.back().attributes.reserve(8);
    return {};
  }

  Result<void> take_session_line(char type, std::string_view value) {
    if (!out_.media.empty()) return error("v=, o=, s= or t= line after an m= line");
    if (type == 'v') {
      if (line_start_ != 0) return error("second v= line");
    } else if (type == 'o') {
      const auto origin = parse_origin(value);
      if (!origin || seen_origin_) return error(seen_origin_ ? "second o= line" : "o= line has not six fields");
      out_.origin = *origin;
      seen_origin_ = true;
    } else if (type == 's') {
      if (seen_name_) return error("second s= line");
      out_.name = value;
      seen_name_ = true;
    } else {
      const auto timing = parse_timing(value);
      if (!timing) return error("t= line is not two numbers");
      out_.times.push_back(*timing);
    }
    return {};
  }

  std::string_view text_;
  const Limits& limits_;
  std::size_t at_ = 0, line_start_ = 0;
  bool seen_origin_ = false, seen_name_ = false;
  SessionDescription out_;
};

// "<payload type> <rest>" of rtpmap and fmtp; the rest when the payload type is `format`.
std::optional<std::string_view> value_for(const Attribute& a, std::string_view name, std::string_view format) {
  if (!iequals(a.name, name)) return std::nullopt;
  auto rest = a.value;
  if (next_word(rest) != format) return std::nullopt;
  return trim(rest);
}

// <encoding name>/<clock rate>[/<channels>]
std::optional<Codec> parse_rtpmap(std::uint8_t payload_type, std::string_view text) {
  const auto first = text.find('/');
  if (first == std::string_view::npos || first == 0) return std::nullopt;
  const auto second = std::min(text.find('/', first + 1), text.size());
  const auto rate = parse_number<std::uint32_t>(text.substr(first + 1, second - first - 1));
  std::optional<std::uint8_t> channels = 1;
  if (second < text.size()) channels = parse_number<std::uint8_t>(text.substr(second + 1));
  if (!rate || *rate == 0 || !channels || *channels == 0) return std::nullopt;
  return Codec{payload_type, std::string(text.substr(0, first)), *rate, *channels, {}};
}

}  // namespace

std::optional<IpAddress> Connection::ip() const {
  if (!iequals(net_type, "IN")) return std::nullopt;
  const auto parsed = IpAddress::parse(address.substr(0, address.find('/')));
  if (!parsed || !iequals(address_type, parsed->is_v6() ? "IP6" : "IP4")) return std::nullopt;
  return parsed;
}

const Attribute* Section::attribute(std::string_view name) const {
  for (const Attribute& a : attributes)
    if (iequals(a.name, name)) return &a;
  return nullptr;
}

std::optional<Direction> Section::direction() const {
  for (const Attribute& a : attributes)
    if (!a.has_value)
      if (const auto d = parse_direction(a.name)) return d;
  return std::nullopt;
}

std::vector<Codec> Media::codecs() const {
  std::vector<Codec> out;
  out.reserve(formats.size());
  for (const auto format : formats) {
    const auto payload_type = parse_number<std::uint8_t>(format);
    if (!payload_type || *payload_type > 127) continue;
    std::optional<Codec> codec;
    std::string_view fmtp;
    for (const Attribute& a : attributes) {
      if (const auto map = value_for(a, "rtpmap", format); map && !codec) codec = parse_rtpmap(*payload_type, *map);
      if (const auto parameters = value_for(a, "fmtp", format)) fmtp = *parameters;
    }
    if (!codec) codec = static_codec(*payload_type);
    if (!codec) continue;
    codec->fmtp = fmtp;
    out.push_back(std::move(*codec));
  }
  return out;
}

Direction SessionDescription::direction_of(const Media& m) const {
  if (const auto d = m.direction()) return *d;
  return direction().value_or(Direction::SendRecv);
}

const Connection* SessionDescription::connection_of(const Media& m) const {
  if (!m.connections.empty()) return &m.connections.front();
  return connections.empty() ? nullptr : &connections.front();
}

Result<SessionDescription> parse(std::string_view text, const Limits& limits) { return Parser(text, limits).run(); }

}  // namespace offhook::sdp
