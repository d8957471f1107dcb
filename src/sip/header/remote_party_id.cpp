#include "sip/header/remote_party_id.hpp"

#include <algorithm>

#include "rule.hpp"

namespace offhook::sip {
namespace {

// privacy=full, privacy=full-network, privacy="full,name"
bool hides(const Params& params, std::string_view what) {
  std::string_view list = params.find("privacy").value_or(std::string_view{});
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view word = trim(list.substr(0, end));
    word = word.substr(0, word.find('-'));
    if (iequals(word, "full") || iequals(word, what)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

}  // namespace

bool RemotePartyId::screened() const {
  const auto screen = address.params.find("screen");
  return screen && iequals(*screen, "yes");
}
std::string_view RemotePartyId::party() const { return address.params.find("party").value_or(std::string_view{}); }
bool RemotePartyId::hides_name() const { return hides(address.params, "name"); }
bool RemotePartyId::hides_uri() const { return hides(address.params, "uri"); }

Result<RemotePartyId> RemotePartyId::parse(std::string_view value) {
  const auto address = NameAddr::parse(value);
  if (!address) return tl::unexpected(address.error());
  return RemotePartyId{*address};
}

}  // namespace offhook::sip
