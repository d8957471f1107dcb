#include "sdp/writer.hpp"

#include <algorithm>

namespace offhook::sdp {

Writer& Writer::line(char type, std::string_view value) {
  out_ += type;
  out_ += '=';
  out_ += value;
  out_ += "\r\n";
  return *this;
}

Writer& Writer::begin(const Origin& origin, std::string_view name) {
  // RFC 8866 §5.3: an empty name is a single space.
  return line('v', "0").line('o', origin.text()).line('s', name.empty() ? " " : name);
}

Writer& Writer::attribute(std::string_view name) { return line('a', name); }

Writer& Writer::attribute(std::string_view name, std::string_view value) {
  out_ += "a=";
  out_ += name;
  out_ += ':';
  out_ += value;
  out_ += "\r\n";
  return *this;
}

Writer& Writer::codec(const CodecView& codec) {
  const std::string payload_type = std::to_string(codec.payload_type);
  std::string map = payload_type + ' ' + std::string(codec.name) + '/' + std::to_string(codec.clock_rate);
  if (codec.channels != 1) map += '/' + std::to_string(codec.channels);
  attribute("rtpmap", map);
  if (!codec.fmtp.empty()) attribute("fmtp", payload_type + ' ' + std::string(codec.fmtp));
  return *this;
}

Writer& Writer::verbatim(std::string_view lines) {
  out_ += lines;
  if (!lines.empty() && lines.back() != '\n') out_ += "\r\n";
  return *this;
}

std::size_t Edit::next_line(const Line& line) const {
  const auto newline = text_.find('\n', line.offset + line.value.size());
  return newline == std::string_view::npos ? text_.size() : newline + 1;
}

Edit& Edit::replace(const Line& line, std::string_view value) {
  changes_.push_back({line.offset, line.offset + line.value.size(), std::string(value)});
  return *this;
}

Edit& Edit::remove(const Line& line) {
  changes_.push_back({line.offset - 2, next_line(line), {}});
  return *this;
}

Edit& Edit::insert_after(const Line& line, char type, std::string_view value) {
  const std::size_t at = next_line(line);
  std::string with = std::string(1, type) + '=' + std::string(value) + "\r\n";
  if (at > 0 && text_[at - 1] != '\n') with.insert(0, "\r\n");  // the last line had no end
  changes_.push_back({at, at, std::move(with)});
  return *this;
}

std::string Edit::bytes() const {
  std::vector<const Change*> order;
  for (const Change& c : changes_) order.push_back(&c);
  // Those of one place in the order in which they were asked for, which is that of their addresses.
  std::sort(order.begin(), order.end(),
            [](const Change* a, const Change* b) { return a->begin != b->begin ? a->begin < b->begin : a < b; });
  std::string out;
  std::size_t at = 0;
  for (const Change* c : order) {
    if (c->begin < at) continue;  // inside of what is gone already
    out += text_.substr(at, c->begin - at);
    out += c->with;
    at = c->end;
  }
  out += text_.substr(at);
  return out;
}

}  // namespace offhook::sdp
