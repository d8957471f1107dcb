#include "sim/name_server.hpp"

#include <algorithm>

namespace offhook::sim {

using transport::dns::Answer;
using transport::dns::Outcome;
using transport::dns::Type;

template <class T>
void NameServer::add(Key key, T record, seconds ttl) {
  Answer& answer = zone_[std::move(key)];
  if (!std::holds_alternative<std::vector<T>>(answer.records)) answer.records = std::vector<T>{};
  std::get<std::vector<T>>(answer.records).push_back(std::move(record));
  answer.ttl = std::min(answer.ttl.value_or(ttl), ttl);
}

void NameServer::add_address(const std::string& name, IpAddress address, seconds ttl) {
  add({name, address.is_v6() ? Type::Aaaa : Type::A}, address, ttl);
}
void NameServer::add_service(const std::string& name, transport::dns::Srv record, seconds ttl) {
  add({name, Type::Srv}, std::move(record), ttl);
}
void NameServer::add_pointer(const std::string& name, transport::dns::Naptr record, seconds ttl) {
  add({name, Type::Naptr}, std::move(record), ttl);
}

std::optional<Answer> NameServer::answer(const transport::dns::Question& question) {
  ++asked;
  if (silent) return std::nullopt;
  if (failing) return Answer{Outcome::ServFail, {}, {}, {}};
  const auto found = zone_.find({question.name, question.type});
  if (found != zone_.end()) return found->second;
  const bool exists =
      std::any_of(zone_.begin(), zone_.end(), [&](const auto& entry) { return entry.first.first == question.name; });
  return Answer{exists ? Outcome::NoData : Outcome::NxDomain, {}, {}, {}};
}

}  // namespace offhook::sim
