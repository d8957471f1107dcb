// A session description: what parses is kept to the byte, every typed line and attribute of it reads the same again
// after it was written, and every view lies inside the text.
#include <cstdlib>
#include <string>
#include <string_view>

#include "sdp/conformance.hpp"
#include "sdp/crypto.hpp"
#include "sdp/dtls.hpp"
#include "sdp/grouping.hpp"
#include "sdp/ice.hpp"
#include "sdp/rtcp.hpp"
#include "sdp/session_description.hpp"
#include "sdp/writer.hpp"

namespace {

using namespace offhook::sdp;

void require(bool good) {
  if (!good) std::abort();
}

// text() of what was read is read again, and says the same.
template <class T>
void round_trip(std::string_view value, std::size_t offset, std::size_t size) {
  const auto first = T::parse(value, offset);
  if (!first) return require(first.error().offset <= size);
  const std::string written = first->text();
  const auto second = T::parse(written);
  require(second && second->text() == written);
}

void read_line(const Line& line, std::size_t size) {
  switch (line.type) {
    case 'o': return round_trip<Origin>(line.value, line.offset, size);
    case 'c': {
      round_trip<Connection>(line.value, line.offset, size);
      if (const auto c = Connection::parse(line.value)) (void)c->reach();
      return;
    }
    case 'b': return round_trip<Bandwidth>(line.value, line.offset, size);
    case 't': return round_trip<Timing>(line.value, line.offset, size);
    case 'r': return round_trip<Repeat>(line.value, line.offset, size);
    case 'z': return round_trip<TimeZones>(line.value, line.offset, size);
    case 'k': return round_trip<Key>(line.value, line.offset, size);
    case 'e':
    case 'p': return (void)Contact::parse(line.value, line.offset);
    default: return;
  }
}

void read_attribute(const Attribute& a, std::size_t size) {
  require(a.offset <= size);
  if (has_name(a.name, "crypto")) {
    round_trip<Crypto>(a.value, a.offset, size);
    if (const auto crypto = Crypto::parse(a.value))
      if (const auto key = crypto->usable_key())
        require(KeyMaterial::from_base64(key->material.base64()) == key->material);
  }
  if (has_name(a.name, "rtcp")) round_trip<Rtcp>(a.value, a.offset, size);
  if (has_name(a.name, "candidate")) round_trip<Candidate>(a.value, a.offset, size);
  if (has_name(a.name, "fingerprint")) round_trip<Fingerprint>(a.value, a.offset, size);
  (void)parse_setup(a.value);
  (void)parse_new_connection(a.value);
  (void)Group::parse(a.value);
  (void)Ssrc::parse(a.value);
  (void)ExtMap::parse(a.value);
  (void)Msid::parse(a.value);
  (void)RtcpFeedback::parse(a.value);
}

void read_section(const Section& section, std::size_t size) {
  for (const Line& line : section.lines()) read_line(line, size);
  for (const Attribute& attribute : section.attributes()) read_attribute(attribute, size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto description = parse(text);
  if (!description) {
    require(description.error().offset <= size);
    return 0;
  }
  require(serialize(*description) == text && Edit(*description).bytes() == text);
  read_section(description->session(), size);
  for (const Media& m : description->media()) {
    read_section(m, size);
    require(m.codecs().size() <= m.formats.size());
    (void)description->direction_of(m);
    (void)description->connection_of(m);
    (void)ice_credentials(*description, m);
  }
  if (const auto checked = check_conformance(*description); !checked) require(checked.error().offset <= size);
  return 0;
}
