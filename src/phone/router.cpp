#include "router.hpp"

#include "base/ascii.hpp"
#include "sip/uri.hpp"

namespace offhook::phone {

void Router::add(std::uint32_t phone, const Endpoint& local, const std::vector<Line>& lines) {
  for (const auto& line : lines) users_.emplace(key(local, line.user), phone);
  auto& socket = sockets_[local];
  if (socket.phones++ == 0) socket.first = phone;
}

std::optional<std::uint32_t> Router::find(const sip::Message& request, const Endpoint& local,
                                          const std::vector<std::unique_ptr<Phone>>& phones) const {
  if (const auto uri = sip::Uri::parse(request.request_uri()); uri && !uri->user.empty()) {
    const auto [begin, end] = users_.equal_range(key(local, sip::unescape(uri->user)));
    for (auto it = begin; it != end; ++it)
      if (phones[it->second]->agent().owns(request)) return it->second;
  }
  // A dialog's request may carry any Request-URI that a peer made of our Contact.
  const auto socket = sockets_.find(local);
  if (socket != sockets_.end() && socket->second.phones == 1 && phones[socket->second.first]->agent().owns(request))
    return socket->second.first;
  return std::nullopt;
}

std::uint64_t Router::key(const Endpoint& local, std::string_view user) {
  return fnv1a(user, std::hash<Endpoint>{}(local));
}

}  // namespace offhook::phone
