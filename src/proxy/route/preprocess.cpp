#include "route/preprocess.hpp"

#include "cluster/nodes.hpp"
#include "route/flow_token.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::proxy {
namespace {

// The URI of a Route value that names us.
std::optional<sip::Uri> ours(std::string_view route, const Names& names, const Endpoint& local) {
  const auto address = sip::NameAddr::parse(route);
  const auto uri = address ? address->parse_uri() : tl::unexpected(address.error());
  return uri && names.is_us(*uri, local) ? std::optional(*uri) : std::nullopt;
}

// Only our Record-Route values look like this: our address, ;lr, and no user but a flow token.
bool is_our_record_route(std::string_view request_uri, const Names& names, const Endpoint& local) {
  if (request_uri.find(";lr") == std::string_view::npos) return false;
  const auto uri = sip::Uri::parse(request_uri);
  return uri && (uri->user.empty() || is_flow_token(uri->user)) && uri->params.has("lr") && names.is_us(*uri, local);
}

}  // namespace

Plan preprocess(const sip::Message& request, const Names& names, const Endpoint& local) {
  Plan plan;
  plan.request_uri = request.request_uri();
  std::size_t total = 0;
  bool on_top = true;
  std::string_view last;
  for (const std::string_view route : request.values(sip::HeaderId::Route)) {
    const auto own = on_top ? ours(route, names, local) : std::nullopt;
    on_top = own.has_value();
    if (on_top) {
      ++plan.own;
      plan.flow_token = is_flow_token(own->user) || is_node_token(own->user) ? own->user : std::string_view{};
    } else if (plan.next.empty()) {
      plan.next = route;
    }
    last = route;
    ++total;
  }
  plan.remaining = total - plan.own;
  if (total > 0 && is_our_record_route(plan.request_uri, names, local)) {
    const auto target = sip::NameAddr::parse(last);
    plan.strict = target.has_value();
    plan.broken = !target;
    if (target) plan.request_uri = target->uri;
    // The last value itself may be ours: a user of our domain behind a strict router.
    if (plan.remaining > 0)
      --plan.remaining;
    else
      --plan.own;
    if (plan.remaining == 0) plan.next = {};
  }
  if (!plan.next.empty() && !sip::NameAddr::parse(plan.next)) plan.broken = true;
  return plan;
}

}  // namespace offhook::proxy
