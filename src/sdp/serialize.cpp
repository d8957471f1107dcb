// Session description to text, in the order that RFC 8866 §9 prescribes.
#include "sdp/session_description.hpp"

namespace offhook::sdp {
namespace {

class Writer {
 public:
  Writer& line(char type, std::string_view value) {
    out_ += type;
    out_ += '=';
    out_ += value;
    return end();
  }
  template <class... Part>
  Writer& words(char type, std::string_view first, const Part&... rest) {
    out_ += type;
    out_ += '=';
    out_ += first;
    ((out_ += ' ', out_ += rest), ...);
    return end();
  }
  // Kept lines whose place is here.
  void others(const Section& s, std::string_view types) {
    for (const Line& l : s.other)
      if (types.find(l.type) != std::string_view::npos) line(l.type, l.value);
  }
  // Kept lines of types that the RFC does not know; their place is before the attributes.
  void unknown(const Section& s) {
    for (const Line& l : s.other)
      if (std::string_view("iueprzk").find(l.type) == std::string_view::npos) line(l.type, l.value);
  }
  void connections(const Section& s) {
    for (const Connection& c : s.connections) words('c', c.net_type, c.address_type, c.address);
  }
  void bandwidths(const Section& s) {
    for (const Bandwidth& b : s.bandwidths) line('b', std::string(b.type) + ':' + std::to_string(b.kilobits));
  }
  void attributes(const Section& s) {
    for (const Attribute& a : s.attributes) {
      out_ += "a=";
      out_ += a.name;
      if (a.has_value) {
        out_ += ':';
        out_ += a.value;
      }
      end();
    }
  }
  void media(const Media& m) {
    std::string port = std::to_string(m.port);
    if (m.port_count != 1) port += '/' + std::to_string(m.port_count);
    std::string formats;
    for (const auto f : m.formats) (formats += formats.empty() ? "" : " ") += f;
    words('m', m.type, port, m.protocol, formats);
    others(m, "iuep");
    connections(m);
    bandwidths(m);
    others(m, "rzk");
    unknown(m);
    attributes(m);
  }
  std::string take() { return std::move(out_); }

 private:
  Writer& end() {
    out_ += "\r\n";
    return *this;
  }
  std::string out_;
};

}  // namespace

std::string serialize(const SessionDescription& d) {
  Writer w;
  const Origin& o = d.origin;
  w.line('v', "0")
      .words('o', o.username, o.session_id, o.session_version, o.net_type, o.address_type, o.address)
      .line('s', d.name);
  w.others(d, "iuep");
  w.connections(d);
  w.bandwidths(d);
  if (d.times.empty()) w.line('t', "0 0");  // mandatory, even where the parsed one had none
  for (const Timing& t : d.times) w.words('t', std::to_string(t.start), std::to_string(t.stop));
  w.others(d, "rzk");
  w.unknown(d);
  w.attributes(d);
  for (const Media& m : d.media) w.media(m);
  return w.take();
}

}  // namespace offhook::sdp
