#include "sip/header_id.hpp"

#include <array>
#include <cstddef>
#include <cstring>

#include "base/ascii.hpp"

namespace offhook::sip {
namespace {

struct Row {
  std::string_view name;
  bool list = false;
  char compact = 0;
};

// In the order of the enumeration.
constexpr std::array<Row, static_cast<std::size_t>(HeaderId::kCount)> kRows{{
    {""},
    {"Accept", true},
    {"Accept-Contact", true, 'a'},
    {"Accept-Encoding", true},
    {"Accept-Language", true},
    {"Accept-Resource-Priority", true},
    {"Alert-Info", true},
    {"Allow", true},
    {"Allow-Events", true, 'u'},
    {"Answer-Mode"},
    {"Authentication-Info"},
    {"Authorization"},
    {"Call-ID", false, 'i'},
    {"Call-Info", true},
    {"Contact", true, 'm'},
    {"Content-Disposition"},
    {"Content-Encoding", true, 'e'},
    {"Content-ID"},
    {"Content-Language", true},
    {"Content-Length", false, 'l'},
    {"Content-Type", false, 'c'},
    {"CSeq"},
    {"Date"},
    {"Diversion", true},
    {"Error-Info", true},
    {"Event", false, 'o'},
    {"Expires"},
    {"Feature-Caps", true},
    {"Flow-Timer"},
    {"From", false, 'f'},
    {"Geolocation", true},
    {"Geolocation-Error"},
    {"Geolocation-Routing"},
    {"History-Info", true},
    {"Identity", false, 'y'},
    {"Identity-Info", false, 'n'},
    {"Info-Package"},
    {"In-Reply-To", true},
    {"Join"},
    {"Line"},
    {"MAC"},
    {"Max-Breadth"},
    {"Max-Forwards"},
    {"MIME-Version"},
    {"Min-Expires"},
    {"Min-SE"},
    {"Organization"},
    {"P-Access-Network-Info", true},
    {"P-Asserted-Identity", true},
    {"P-Asserted-Service", true},
    {"P-Associated-URI", true},
    {"Path", true},
    {"P-Called-Party-ID"},
    {"P-Charging-Vector"},
    {"P-Early-Media", true},
    {"P-Preferred-Identity", true},
    {"P-Preferred-Service", true},
    {"Priority"},
    {"Privacy"},
    {"Priv-Answer-Mode"},
    {"Proxy-Authenticate"},
    {"Proxy-Authorization"},
    {"Proxy-Require", true},
    {"P-Visited-Network-ID", true},
    {"RAck"},
    {"Reason", true},
    {"Record"},
    {"Record-Route", true},
    {"Recv-Info", true},
    {"Refer-Events-At"},
    {"Referred-By", false, 'b'},
    {"Refer-Sub"},
    {"Refer-To", false, 'r'},
    {"Reject-Contact", true, 'j'},
    {"Remote-Party-ID", true},
    {"Replaces"},
    {"Reply-To"},
    {"Request-Disposition", true, 'd'},
    {"Require", true},
    {"Resource-Priority", true},
    {"Retry-After"},
    {"Route", true},
    {"RSeq"},
    {"Security-Client", true},
    {"Security-Server", true},
    {"Security-Verify", true},
    {"Server"},
    {"Service-Route", true},
    {"Session-Expires", false, 'x'},
    {"Session-ID"},
    {"SIP-ETag"},
    {"SIP-If-Match"},
    {"Subject", false, 's'},
    {"Subscription-State"},
    {"Supported", true, 'k'},
    {"Suppress-If-Match"},
    {"Target-Dialog"},
    {"Timestamp"},
    {"To", false, 't'},
    {"Unsupported", true},
    {"User-Agent"},
    {"User-to-User", true},
    {"Via", true, 'v'},
    {"Warning", true},
    {"WWW-Authenticate"},
}};
static_assert(kRows[static_cast<std::size_t>(HeaderId::WwwAuthenticate)].name == "WWW-Authenticate");
static_assert(kRows[static_cast<std::size_t>(HeaderId::Subject)].name == "Subject");
static_assert(kRows[static_cast<std::size_t>(HeaderId::Expires)].name == "Expires");

constexpr const Row& row(HeaderId id) { return kRows.data()[static_cast<std::size_t>(id)]; }

// A perfect hash over length and three letters; the compiler finds a multiplier without collisions. One probe, one
// comparison.
constexpr std::size_t kSlots = 2048;

constexpr std::size_t hash(std::string_view name, std::uint32_t factor) {
  const auto letter = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(name.data()[i])) | 0x20U;
  };
  const auto size = static_cast<std::uint32_t>(name.size());
  const std::uint32_t key = size << 24U ^ letter(0) << 16U ^ letter(name.size() / 2) << 8U ^ letter(name.size() - 1);
  return key * factor >> 21U;
}

struct Table {
  std::uint32_t factor = 0;
  std::array<std::uint8_t, kSlots> slots{};
};

constexpr bool fill(Table& table) {
  table.slots = {};
  for (std::size_t i = 1; i < kRows.size(); ++i) {
    std::uint8_t& slot = table.slots[hash(kRows[i].name, table.factor)];
    if (slot != 0) return false;
    slot = static_cast<std::uint8_t>(i);
  }
  return true;
}

constexpr Table make_table() {
  Table table{2654435761U, {}};
  while (!fill(table)) table.factor += 2;
  return table;
}
constexpr Table kTable = make_table();

constexpr std::array<HeaderId, 26> make_compact() {
  std::array<HeaderId, 26> out{};
  for (std::size_t i = 1; i < kRows.size(); ++i)
    if (kRows[i].compact != 0) out[static_cast<std::size_t>(kRows[i].compact - 'a')] = static_cast<HeaderId>(i);
  return out;
}
constexpr std::array<HeaderId, 26> kCompact = make_compact();

// a[0, n) == b[0, n), n > 1. Names are short: a call of memcmp costs more than the comparison.
template <class Word>
bool same_word(const char* a, const char* b) {
  Word x{}, y{};
  std::memcpy(&x, a, sizeof x);
  std::memcpy(&y, b, sizeof y);
  return x == y;
}
bool same(const char* a, const char* b, std::size_t n) {
  if (n < 4) return same_word<std::uint16_t>(a, b) && a[n - 1] == b[n - 1];
  if (n < 8) return same_word<std::uint32_t>(a, b) && same_word<std::uint32_t>(a + n - 4, b + n - 4);
  const std::size_t last = n - 8;
  for (std::size_t i = 0; i < last; i += 8)
    if (!same_word<std::uint64_t>(a + i, b + i)) return false;
  return same_word<std::uint64_t>(a + last, b + last);
}

}  // namespace

HeaderId header_id(std::string_view name) {
  if (name.size() < 2) {
    return name.size() == 1 && is_alpha(name[0]) ? kCompact[static_cast<std::size_t>(ascii_lower(name[0]) - 'a')]
                                                 : HeaderId::Other;
  }
  const auto found = static_cast<HeaderId>(kTable.slots.data()[hash(name, kTable.factor)]);
  const std::string_view canonical = row(found).name;
  if (name.size() != canonical.size()) return HeaderId::Other;
  // Nearly every name comes as the RFC writes it, and that is cheaper to see than it is to fold case.
  return same(name.data(), canonical.data(), name.size()) || iequals(name, canonical) ? found : HeaderId::Other;
}

std::string_view header_name(HeaderId id) { return row(id).name; }
bool is_list(HeaderId id) { return row(id).list; }

}  // namespace offhook::sip
