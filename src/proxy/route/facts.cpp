#include "route/facts.hpp"

#include "sip/header/name_addr.hpp"

namespace offhook::proxy {
namespace {

// A telephone number is a user of ours: we know no other numbers.
bool is_ours(const sip::Uri& uri, const Names& names, const Endpoint& local) {
  return uri.scheme == sip::Scheme::Tel || names.is_us(uri, local);
}

}  // namespace

std::optional<Facts> read_facts(const sip::Message& request, const Names& names, const Endpoint& local) {
  Facts facts;
  facts.plan = preprocess(request, names, local);
  const auto uri = sip::Uri::parse(facts.plan.request_uri);
  if (!uri || facts.plan.broken) return std::nullopt;
  facts.uri = *uri;
  facts.to_us = facts.plan.remaining == 0 && is_ours(*uri, names, local);
  facts.to_tag = request.to_tag();
  facts.in_dialog = facts.plan.came_along_us() && !facts.to_tag.empty();
  const auto from = sip::NameAddr::parse(request.find(sip::HeaderId::From).value_or(std::string_view{}));
  const auto from_uri = from ? from->parse_uri() : tl::unexpected(from.error());
  if (from) facts.from_tag = from->tag();
  facts.from_us = from_uri && names.is_us(*from_uri, local);
  if (facts.from_us) facts.from_user = sip::unescape(from_uri->user);
  return facts;
}

}  // namespace offhook::proxy
