// Typed views of a parsed description.
#include "sdp/session_description.hpp"

#include <cstring>

#include "base/ascii.hpp"

namespace offhook::sdp {
namespace {

// "rtpmap:" or "fmtp:" of an attribute's text, in any case.
template <std::size_t N>
bool begins(std::string_view text, const char (&name)[N]) {
  constexpr std::size_t kSize = N - 1;
  if (text.size() <= kSize || text[kSize - 1] != ':') return false;
  return std::memcmp(text.data(), name, kSize) == 0 || iequals(text.substr(0, kSize), {name, kSize});
}

constexpr std::uint8_t kNoPayloadType = 255;
// 0 to 127, as m=, rtpmap and fmtp write it; kNoPayloadType for any other word.
std::uint8_t payload_type_of(std::string_view word) {
  unsigned value = 0;
  for (const char c : word) {
    if (!is_digit(c) || value > 12) return kNoPayloadType;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return word.empty() || value > 127 ? kNoPayloadType : static_cast<std::uint8_t>(value);
}

// Digits from `at` on as a number of at most `most`; 0 when there are none or too many.
std::uint32_t take_digits(const char*& at, const char* end, std::uint32_t most) {
  std::uint64_t value = 0;
  for (; at != end && is_digit(*at); ++at)
    if (value <= most) value = value * 10 + static_cast<std::uint64_t>(*at - '0');
  return value > most ? 0 : static_cast<std::uint32_t>(value);
}

// <encoding name>/<clock rate>[/<channels>]; `codec` stays as it is when that is not what stands there.
void read_rtpmap(std::string_view text, CodecView& codec) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end && *at == ' ') ++at;
  const char* const name = at;
  while (at != end && *at != '/' && *at != ' ') ++at;
  const auto name_size = static_cast<std::size_t>(at - name);
  if (at == end || *at != '/' || name_size == 0) return;
  const std::uint32_t rate = take_digits(++at, end, 0xffff'ffff);
  std::uint32_t channels = 1;
  if (at != end && *at == '/') channels = take_digits(++at, end, 255);
  if (rate == 0 || channels == 0 || (at != end && *at != ' ')) return;
  codec.name = {name, name_size};
  codec.clock_rate = rate;
  codec.channels = static_cast<std::uint8_t>(channels);
}

std::string_view without_spaces(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

}  // namespace

bool has_name(std::string_view attribute, std::string_view name) {
  if (attribute.size() < name.size()) return false;
  if (attribute.size() > name.size()) {
    const char next = attribute[name.size()];
    if (next != ':' && next != ' ') return false;
  }
  const auto begin = attribute.substr(0, name.size());
  return begin == name || iequals(begin, name);
}

Attribute parse_attribute(const Line& line) {
  const auto colon = line.value.find(':');
  if (colon == std::string_view::npos) return {trim(line.value), {}, false, line.offset + line.value.size()};
  return {trim(line.value.substr(0, colon)), line.value.substr(colon + 1), true, line.offset + colon + 1};
}

std::optional<Line> Section::line(char type) const {
  for (const Line& l : lines(type)) return l;
  return std::nullopt;
}

std::optional<Attribute> Section::attribute(std::string_view name) const {
  for (const Attribute& a : attributes(name)) return a;
  return std::nullopt;
}

std::optional<Direction> Section::direction() const {
  constexpr std::size_t kSize = 2 + 8;  // all four have eight letters
  for (const LineSlot* slot = first_; slot != last_; ++slot) {
    if (slot->size < kSize || slot->type != 'a') continue;
    const char* const text = text_ + slot->start;
    if (slot->size > kSize && !without_spaces({text + kSize, slot->size - kSize}).empty()) continue;
    if (const auto d = parse_direction({text + 2, kSize - 2})) return d;
  }
  return std::nullopt;
}

std::optional<Connection> Section::connection() const {
  const auto c = line('c');
  if (!c) return std::nullopt;
  const auto parsed = Connection::parse(c->value);
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::string_view Section::verbatim() const {
  if (first_ == last_) return {};
  const LineSlot& last = *(last_ - 1);
  return {text_ + first_->start, static_cast<std::size_t>(last.start + last.size - first_->start)};
}

CodecList Media::codecs() const {
  CodecList out;
  for (const auto format : formats)
    if (const auto payload_type = payload_type_of(format); payload_type != kNoPayloadType)
      out.push_back({payload_type, 1, 0, {}, {}});
  CodecView* const begin = out.items();
  CodecView* const end = begin + out.size();
  for (const LineSlot* slot = first_; slot != last_; ++slot) {
    if (slot->type != 'a') continue;
    std::string_view text(text_ + slot->start + 2, slot->size - 2U);
    const bool is_map = begins(text, "rtpmap:");
    if (!is_map && !begins(text, "fmtp:")) continue;
    text.remove_prefix(is_map ? 7 : 5);
    const auto payload_type = payload_type_of(next_word(text));
    for (CodecView* c = begin; c != end; ++c) {
      if (c->payload_type != payload_type) continue;
      if (!is_map)
        c->fmtp = without_spaces(text);
      else if (c->clock_rate == 0)
        read_rtpmap(text, *c);
    }
  }
  bool unknown = false;
  for (CodecView* c = begin; c != end; ++c) {
    if (c->clock_rate != 0) continue;
    if (const auto known = static_codec_view(c->payload_type)) {
      c->name = known->name;
      c->clock_rate = known->clock_rate;
      c->channels = known->channels;
    } else {
      unknown = true;
    }
  }
  if (unknown) out.remove_if([](const CodecView& c) { return c.clock_rate == 0; });
  return out;
}

Media MediaRange::iterator::operator*() const { return MediaRange(*description_)[index_]; }

std::size_t MediaRange::size() const { return description_->media_.size(); }

Media MediaRange::operator[](std::size_t index) const {
  const auto& slots = description_->media_;
  const auto& slot = slots[index];
  MediaLine line;
  line.type = slot.type;
  line.port = slot.port;
  line.port_count = slot.port_count;
  line.protocol = slot.protocol;
  line.formats = Words(slot.formats);
  const LineSlot* const lines = description_->lines_.data();
  const std::size_t end = index + 1 < slots.size() ? slots[index + 1].line : description_->lines_.size();
  return {line, lines[slot.line].start, description_->text_.data(), lines + slot.line + 1, lines + end};
}

Section SessionDescription::session() const& {
  const LineSlot* const lines = lines_.data();
  return {text_.data(), lines, lines + (media_.empty() ? lines_.size() : media_.front().line)};
}

std::string_view SessionDescription::name() const {
  const auto line = session().line('s');
  return line ? line->value : std::string_view{};
}

Direction SessionDescription::direction_of(const Media& m) const {
  if (const auto d = m.direction()) return *d;
  return session().direction().value_or(Direction::SendRecv);
}

std::optional<Connection> SessionDescription::connection_of(const Media& m) const {
  if (const auto c = m.connection()) return c;
  return session().connection();
}

}  // namespace offhook::sdp
