#include "sdp/conformance.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/ascii.hpp"
#include "sdp/crypto.hpp"
#include "sdp/dtls.hpp"
#include "sdp/grouping.hpp"
#include "sdp/ice.hpp"
#include "sdp/rtcp.hpp"

namespace offhook::sdp {
namespace {

// RFC 8866 §9 token.
bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`{|}~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alpha(c) || is_digit(c) || kMarks.find(c) != std::string_view::npos;
  });
}
bool is_text(std::string_view text) { return !text.empty(); }
bool is_number(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); }
bool is_positive_real(std::string_view text) { return parse_thousandths(text).has_value(); }
bool is_quality(std::string_view text) { return text.size() <= 2 && is_number(text) && parse_number<int>(text) <= 10; }
bool is_orientation(std::string_view text) { return text == "portrait" || text == "landscape" || text == "seascape"; }
bool is_conference_type(std::string_view text) {
  return text == "broadcast" || text == "meeting" || text == "moderated" || text == "test" || text == "H332";
}
// RFC 5646 in outline: subtags of one to eight letters or digits.
bool is_language(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) {
    if (c == '-' ? length == 0 : !is_alpha(c) && !is_digit(c)) return false;
    length = c == '-' ? 0 : length + 1;
    if (length > 8) return false;
  }
  return length != 0;
}
// <payload type> <name>/<rate>[/<parameters>]
bool is_rtpmap(std::string_view text) {
  const auto payload_type = parse_number<std::uint8_t>(next_word(text));
  const auto map = next_word(text);
  const auto slash = map.find('/');
  if (!payload_type || *payload_type > 127 || slash == std::string_view::npos || !next_word(text).empty()) return false;
  const auto rest = map.substr(slash + 1);
  const auto rate = parse_number<std::uint32_t>(rest.substr(0, rest.find('/')));
  return is_token(map.substr(0, slash)) && rate && *rate > 0;
}
bool is_fmtp(std::string_view text) { return is_token(next_word(text)) && !trim(text).empty(); }
bool is_crypto(std::string_view text) { return Crypto::parse(text).has_value(); }
bool is_rtcp(std::string_view text) { return Rtcp::parse(text).has_value(); }
bool is_feedback(std::string_view text) { return RtcpFeedback::parse(text).has_value(); }
bool is_candidate(std::string_view text) { return Candidate::parse(text).has_value(); }
bool is_fingerprint(std::string_view text) { return Fingerprint::parse(text).has_value(); }
bool is_setup(std::string_view text) { return parse_setup(text).has_value(); }
bool is_connection(std::string_view text) { return parse_new_connection(text).has_value(); }
bool is_group(std::string_view text) { return Group::parse(text).has_value(); }
bool is_ssrc(std::string_view text) { return Ssrc::parse(text).has_value(); }
bool is_extmap(std::string_view text) { return ExtMap::parse(text).has_value(); }
bool is_msid(std::string_view text) { return Msid::parse(text).has_value(); }

struct Row {
  std::string_view name;
  bool session, media;              // where it may stand
  bool (*value)(std::string_view);  // nothing: it has no value
};
constexpr std::array kRows{
    Row{"cat", true, false, is_text},                 // §6.1
    Row{"keywds", true, false, is_text},              // §6.2
    Row{"tool", true, false, is_text},                // §6.3
    Row{"ptime", false, true, is_positive_real},      // §6.4
    Row{"maxptime", false, true, is_positive_real},   // §6.5
    Row{"rtpmap", false, true, is_rtpmap},            // §6.6
    Row{"sendrecv", true, true, nullptr},             // §6.7
    Row{"sendonly", true, true, nullptr},             //
    Row{"recvonly", true, true, nullptr},             //
    Row{"inactive", true, true, nullptr},             //
    Row{"orient", false, true, is_orientation},       // §6.8
    Row{"type", true, false, is_conference_type},     // §6.9
    Row{"charset", true, false, is_token},            // §6.10
    Row{"sdplang", true, true, is_language},          // §6.11
    Row{"lang", true, true, is_language},             // §6.12
    Row{"framerate", false, true, is_positive_real},  // §6.13
    Row{"quality", false, true, is_quality},          // §6.14
    Row{"fmtp", false, true, is_fmtp},                // §6.15
    Row{"crypto", false, true, is_crypto},            // RFC 4568
    Row{"rtcp", false, true, is_rtcp},                // RFC 3605
    Row{"rtcp-mux", false, true, nullptr},            // RFC 5761
    Row{"rtcp-fb", false, true, is_feedback},         // RFC 4585
    Row{"group", true, false, is_group},              // RFC 5888
    Row{"mid", false, true, is_token},                //
    Row{"ice-ufrag", true, true, is_ice_ufrag},       // RFC 8839
    Row{"ice-pwd", true, true, is_ice_password},      //
    Row{"ice-options", true, true, is_text},          //
    Row{"ice-lite", true, false, nullptr},            //
    Row{"candidate", false, true, is_candidate},      //
    Row{"fingerprint", true, true, is_fingerprint},   // RFC 8122
    Row{"setup", true, true, is_setup},               // RFC 4145
    Row{"connection", true, true, is_connection},     //
    Row{"ssrc", false, true, is_ssrc},                // RFC 5576
    Row{"extmap", true, true, is_extmap},             // RFC 8285
    Row{"msid", false, true, is_msid},                // RFC 8830
};

tl::unexpected<Error> deviation(std::string_view what, std::size_t offset) { return fail(Module::Sdp, what, offset); }

template <class T>
Result<void> only_error(const Result<T>& result) {
  if (!result) return tl::unexpected(result.error());
  return {};
}

Result<void> check_line(const Line& line, Level level) {
  switch (line.type) {
    case 'a': return check_attribute(parse_attribute(line), level);
    case 'b': return only_error(Bandwidth::parse(line.value, line.offset));
    case 'c': {
      const auto c = Connection::parse(line.value, line.offset);
      return c ? only_error(c->reach(line.offset)) : only_error(c);
    }
    case 'e':
    case 'p': return only_error(Contact::parse(line.value, line.offset));
    case 'k': return only_error(Key::parse(line.value, line.offset));
    case 'o': return only_error(Origin::parse(line.value, line.offset));
    case 'r': return only_error(Repeat::parse(line.value, line.offset));
    case 't': return only_error(Timing::parse(line.value, line.offset));
    case 'z': return only_error(TimeZones::parse(line.value, line.offset));
    case 'i':
    case 's':
    case 'u':
      if (line.value.empty()) return deviation("empty line", line.offset);
      return {};
    default: return {};
  }
}

// Place of a line in its section, and whether it may stand there more than once. Within t r z the order is freer:
// each t= may be followed by its r= lines and a z= line.
struct Place {
  char type;
  int rank;
  bool repeats;
};
constexpr std::array kSessionOrder{
    Place{'v', 0, false}, Place{'o', 1, false}, Place{'s', 2, false},  Place{'i', 3, false}, Place{'u', 4, false},
    Place{'e', 5, true},  Place{'p', 6, true},  Place{'c', 7, false},  Place{'b', 8, true},  Place{'t', 9, true},
    Place{'r', 9, true},  Place{'z', 9, true},  Place{'k', 10, false}, Place{'a', 11, true}};
constexpr std::array kMediaOrder{Place{'i', 0, false}, Place{'c', 1, true}, Place{'b', 2, true}, Place{'k', 3, false},
                                 Place{'a', 4, true}};

template <std::size_t N>
Result<void> check_section(const Section& section, const std::array<Place, N>& order, Level level) {
  int rank = -1;
  char before = 0;
  for (const Line& line : section.lines()) {
    const auto* const place =
        std::find_if(order.begin(), order.end(), [&](const Place& p) { return p.type == line.type; });
    if (place == order.end()) return deviation("line of a type that has no place here", line.offset - 2);
    if (place->rank < rank) return deviation("line out of order", line.offset - 2);
    if (place->rank == rank && !place->repeats) return deviation("line that may stand once only", line.offset - 2);
    if (line.type == 'r' && before != 't' && before != 'r')
      return deviation("r= line that follows no t=", line.offset - 2);
    if (const auto checked = check_line(line, level); !checked) return checked;
    rank = place->rank;
    before = line.type;
  }
  return {};
}

}  // namespace

std::optional<std::uint64_t> parse_thousandths(std::string_view value) {
  const auto dot = value.find('.');
  const auto whole = parse_number<std::uint32_t>(value.substr(0, dot));
  if (!whole) return std::nullopt;
  std::uint64_t out = std::uint64_t{*whole} * 1000;
  if (dot != std::string_view::npos) {
    const auto decimals = value.substr(dot + 1);
    if (!is_number(decimals)) return std::nullopt;
    std::uint64_t weight = 100;
    for (const char c : decimals) {
      out += static_cast<std::uint64_t>(c - '0') * weight;
      weight /= 10;
    }
  }
  return out == 0 ? std::nullopt : std::optional(out);
}

Result<void> check_attribute(const Attribute& attribute, Level level) {
  if (!is_token(attribute.name)) return deviation("name of an attribute is no token", attribute.offset);
  for (const Row& row : kRows) {
    if (row.name != attribute.name) continue;
    if (!(level == Level::Session ? row.session : row.media))
      return deviation("attribute at the wrong level", attribute.offset);
    if (attribute.has_value != (row.value != nullptr))
      return deviation("attribute lacks its value, or has one that it must not have", attribute.offset);
    if (row.value != nullptr && !row.value(attribute.value))
      return deviation("malformed value of an attribute", attribute.offset);
  }
  return {};
}

Result<void> check_conformance(const SessionDescription& description) {
  if (const auto session = check_section(description.session(), kSessionOrder, Level::Session); !session)
    return session;
  if (!description.session().line('t')) return deviation("no t= line", description.text().size());
  const bool has_connection = description.session().line('c').has_value();
  for (const Media& m : description.media()) {
    // §5.7: at the session, or at every medium.
    if (!has_connection && !m.line('c')) return deviation("medium without c= line", m.offset);
    if (!is_token(m.type)) return deviation("type of a medium is no token", m.offset);
    if (const auto media = check_section(m, kMediaOrder, Level::Media); !media) return media;
  }
  return {};
}

}  // namespace offhook::sdp
