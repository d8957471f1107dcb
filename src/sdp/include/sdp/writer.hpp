// Making and changing descriptions as text. Writer puts typed lines one after the other in the order that it is told
// (RFC 8866 §9 says which); Edit changes single lines of a parsed description and leaves every other byte alone.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sdp/lines.hpp"
#include "sdp/session_description.hpp"

namespace offhook::sdp {

class Writer {
 public:
  Writer& line(char type, std::string_view value);
  // v=, o=, s=: how every description begins.
  Writer& begin(const Origin& origin, std::string_view name = "-");
  Writer& connection(const Connection& c) { return line('c', c.text()); }
  Writer& bandwidth(const Bandwidth& b) { return line('b', b.text()); }
  Writer& timing(const Timing& t = {}) { return line('t', t.text()); }
  Writer& repeat(const Repeat& r) { return line('r', r.text()); }
  Writer& time_zones(const TimeZones& z) { return line('z', z.text()); }
  Writer& media(const MediaLine& m) { return line('m', m.text()); }
  Writer& attribute(std::string_view name);
  Writer& attribute(std::string_view name, std::string_view value);
  // rtpmap, and fmtp when there are parameters.
  Writer& codec(const CodecView& codec);
  // Lines as they stand elsewhere; a final line end is added where it is missing.
  Writer& verbatim(std::string_view lines);

  [[nodiscard]] const std::string& text() const { return out_; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

// The description and its text must outlive the edit. Changes are applied together, by bytes().
class Edit {
 public:
  explicit Edit(const SessionDescription& description) : text_(description.text()) {}
  Edit& replace(const Line& line, std::string_view value);
  Edit& remove(const Line& line);
  Edit& insert_after(const Line& line, char type, std::string_view value);
  [[nodiscard]] std::string bytes() const;

 private:
  struct Change {
    std::size_t begin, end;  // what of the text goes
    std::string with;
  };
  [[nodiscard]] std::size_t next_line(const Line& line) const;
  std::string_view text_;
  std::vector<Change> changes_;
};

}  // namespace offhook::sdp
