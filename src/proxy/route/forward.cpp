#include "route/forward.hpp"

#include "base/ascii.hpp"
#include "route/flow_token.hpp"
#include "sip/header/credentials.hpp"
#include "sip/header/name_addr.hpp"
#include "sip/header/numbers.hpp"
#include "sip/params.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;

constexpr std::uint32_t kMaxForwards = 70;

std::string joined(const std::vector<std::string_view>& values, std::string_view last) {
  std::string out;
  const auto add = [&out](std::string_view value) {
    if (!out.empty()) out += ", ";
    out += value;
  };
  for (const std::string_view value : values) add(value);
  if (!last.empty()) add(last);
  return out;
}

// Requests that begin a dialog, outside of one: only there a Record-Route has an effect (§16.6 step 4).
bool begins_dialog(const sip::Message& request) {
  switch (request.method()) {
    case sip::Method::Invite:
    case sip::Method::Subscribe:
    case sip::Method::Refer: return request.to_tag().empty();
    case sip::Method::Notify:  // the dialog of a subscription may begin with it (RFC 6665 §4.4.1)
      return request.to_tag().empty();
    case sip::Method::Unknown:
    case sip::Method::Ack:
    case sip::Method::Bye:
    case sip::Method::Cancel:
    case sip::Method::Options:
    case sip::Method::Register:
    case sip::Method::Prack:
    case sip::Method::Publish:
    case sip::Method::Info:
    case sip::Method::Message:
    case sip::Method::Update: break;
  }
  return false;
}

// The protocol that a contact names.
transport::Protocol protocol_of(std::string_view contact) {
  const auto uri = sip::Uri::parse(contact);
  const auto destination = uri ? transport::destination_of(*uri) : std::nullopt;
  if (!destination) return transport::Protocol::Udp;
  return destination->transport.value_or(destination->secure ? transport::Protocol::Tls : transport::Protocol::Udp);
}

// A NAT lets in only what comes from the socket that the phone has spoken to (RFC 5626 §7).
bool is_of_flow(const Target& target, const transport::Target& to, const Names& names) {
  const BindingFlow& flow = target.connection;
  if (flow.local.port == 0 || flow.local.address.is_v6() != to.remote.address.is_v6()) return false;
  if (flow.number != 0) return true;
  return target.received && to.protocol == transport::Protocol::Udp && names.listens_at(to.protocol, flow.local);
}

}  // namespace

Forwarder::NextHop Forwarder::next_hop(const sip::Message& request, const Plan& plan, const Target& target) const {
  NextHop out{{}, {}, way(request, plan, target)};
  if (out.way.connection != 0) {
    out.address = transport::Target{target.connection.protocol, target.connection.remote};
  } else if (out.way.is_contact && target.received) {
    out.address = transport::Target{protocol_of(target.uri), *target.received};
  } else if (const auto uri = sip::Uri::parse(out.way.uri)) {
    auto destination = transport::destination_of(*uri);
    if (destination) out.address = locator_->locate(*destination);
    if (!out.address) out.name = std::move(destination);
  }
  return out;
}

std::optional<Outgoing> Forwarder::make(const sip::Message& request, const Way& way, const Target& target,
                                        const transport::Target& to, const transport::Flow& in) const {
  auto local = names_->local_for(to.protocol, to.remote.address, in);
  if (way.is_contact && is_of_flow(target, to, *names_)) local = target.connection.local;
  if (!local) return std::nullopt;
  const transport::Flow out{to.protocol, *local, to.remote, way.connection, to.server_name};

  sip::Edit edit(request);
  if (way.request_uri != request.request_uri()) edit.request_uri(way.request_uri);
  edit.set(HeaderId::MaxForwards, std::to_string(sip::max_forwards(request).value_or(kMaxForwards + 1) - 1));
  if (way.routes_changed) {
    edit.remove(HeaderId::Route);
    if (!way.routes.empty() || !way.last.empty()) edit.prepend(HeaderId::Route, joined(way.routes, way.last));
  }
  if (record_route_ && begins_dialog(request)) edit_record_route(edit, way.request_uri, in, out);
  if (target.manner && !target.manner->replaces.empty()) edit.append(HeaderId::Replaces, target.manner->replaces);
  drop_own_credentials(edit, request);
  return Outgoing{std::move(edit), out};
}

Forwarder::Way Forwarder::way(const sip::Message& request, const Plan& plan, const Target& target) const {
  Way out;
  out.request_uri = target.uri;
  out.routes_changed = plan.came_along_us() || !target.path.empty();
  sip::CommaSplitter path(target.path);
  while (const auto value = path.next()) out.routes.push_back(*value);
  if (plan.remaining > 0) {
    std::size_t index = 0;
    for (const std::string_view value : request.values(HeaderId::Route)) {
      if (index >= plan.own && index < plan.own + plan.remaining) out.routes.push_back(value);
      ++index;
    }
  }
  route(out, target);
  return out;
}

// §16.6 steps 6 and 7.
void Forwarder::route(Way& way, const Target& target) const {
  if (way.routes.empty() && target.connection.number != 0) {
    way.connection = target.connection.number;
    way.is_contact = true;
    return;
  }
  if (way.routes.empty()) {
    way.uri = target.uri;
    way.is_contact = true;
    return;
  }
  const auto first = sip::NameAddr::parse(way.routes.front());
  const auto uri = first ? first->parse_uri() : tl::unexpected(first.error());
  if (!uri) return;
  way.uri = first->uri;
  if (uri->params.has("lr")) return;
  // A strict router: it wants its own URI as Request-URI, and the real one last.
  way.request_uri = first->uri;
  way.last = '<' + target.uri + '>';
  way.routes.erase(way.routes.begin());
  way.routes_changed = true;
}

// Two values when the request leaves by another socket or protocol than it came in: each side then finds us where it
// can reach us (RFC 5658). A sips request leaves sips URIs behind (§16.6 step 4), where that side came by TLS.
void Forwarder::edit_record_route(sip::Edit& edit, std::string_view request_uri, const transport::Flow& in,
                                  const transport::Flow& out) const {
  const bool is_sips = iequals(request_uri.substr(0, 5), "sips:");
  if (in.protocol != out.protocol || in.local != out.local || in.connection != out.connection)
    edit.prepend(HeaderId::RecordRoute, record_route(in, is_sips));
  if (out.connection == 0 && !is_sips)
    edit.prepend(HeaderId::RecordRoute, usual_record_route(out));
  else
    edit.prepend(HeaderId::RecordRoute, record_route(out, is_sips));
}

std::string Forwarder::record_route(const transport::Flow& flow, bool is_sips) const {
  std::string name = names_->name_of(flow.protocol, flow.local);
  // Later requests find the connection again, for those who opened it cannot be called (RFC 5626 §5.3).
  if (flow.connection != 0) name = flow_token(flow.connection, secret_) + '@' + name;
  if (is_sips && flow.protocol == transport::Protocol::Tls) return "<sips:" + name + ";lr" + parameter_ + ">";
  if (flow.protocol == transport::Protocol::Udp) return "<sip:" + name + ";lr" + parameter_ + ">";
  return "<sip:" + name + ";transport=" + to_lower(transport::protocol_name(flow.protocol)) + ";lr" + parameter_ + ">";
}

std::string_view Forwarder::usual_record_route(const transport::Flow& flow) const {
  if (usual_.value.empty() || usual_.listen.protocol != flow.protocol || usual_.listen.endpoint != flow.local)
    usual_ = {{flow.protocol, flow.local}, record_route(flow, false)};
  return usual_.value;
}

// Credentials for our realm are meant for us and go no further (§22.3).
void Forwarder::drop_own_credentials(sip::Edit& edit, const sip::Message& request) const {
  if (!request.find(HeaderId::ProxyAuthorization)) return;
  for (std::size_t i = 0; i < request.header_count(); ++i) {
    const auto header = request.header(i);
    if (header.id != HeaderId::ProxyAuthorization) continue;
    const auto credentials = sip::CredentialsView::parse(header.value);
    if (credentials && credentials->realm.data() != nullptr && sip::unescape_quoted(credentials->realm) == realm_)
      edit.remove_field(i);
  }
}

}  // namespace offhook::proxy
