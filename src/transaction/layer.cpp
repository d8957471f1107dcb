#include "transaction/layer.hpp"

#include "clients.hpp"
#include "match.hpp"
#include "servers.hpp"
#include "sip/edit.hpp"
#include "sip/header/via.hpp"

namespace offhook::transaction {
namespace {

constexpr std::size_t kBranchLength = 16;  // about 82 bits

bool is_client_timer(Timer timer) {
  switch (timer) {
    case Timer::A:
    case Timer::B:
    case Timer::D:
    case Timer::E:
    case Timer::F:
    case Timer::K:
    case Timer::M:
    case Timer::X: return true;
    case Timer::G:
    case Timer::H:
    case Timer::I:
    case Timer::J:
    case Timer::L:
    case Timer::Y:
    case Timer::None: break;
  }
  return false;
}

// Our Via, which is the first one, once it is known that the request goes by TCP.
void change_via_to_tcp(std::string& bytes) {
  constexpr std::string_view kByUdp = "\r\nVia: SIP/2.0/UDP ";
  if (const auto at = bytes.find(kByUdp); at != std::string::npos) bytes.replace(at + kByUdp.size() - 4, 3, "TCP");
}

}  // namespace

struct Layer::Tables {
  Tables(Services services, const Timers& timers)
      : keys(*services.random), clients(with(services), timers), servers(with(services), timers) {}
  [[nodiscard]] Services with(Services services) const {
    services.keys = &keys;
    return services;
  }
  Keys keys;
  Clients clients;
  Servers servers;
};

Layer::Layer(transport::Layer& transport, Random& random, Timers timers)
    : transport_(&transport),
      random_(&random),
      timers_(timers),
      tables_(std::make_unique<Tables>(Services{&transport, &random, &wheel_, &events_, &counters_, nullptr}, timers)) {
}

Layer::~Layer() = default;

// RFC 3261 §8.1.1.7: unique over space and time, and marked by the cookie.
std::string_view Layer::put_via(sip::Edit& edit, const transport::Flow& flow, std::string_view suffix) {
  const bool is_new = flow.connection == 0;
  ViaFront& front = via_front_;  // nearly all leave by the same socket
  const std::uint32_t style = transport_->via_style();
  if (front.text.empty() || front.style != style || front.is_new != is_new || front.protocol != flow.protocol ||
      front.local != flow.local) {
    front = {flow.protocol, flow.local, is_new, transport_->via(flow, sip::kMagicCookie), style};
    front.text.append(mark_);
  }
  via_.assign(front.text);
  random_->append_token(via_, kBranchLength);
  via_.append(suffix);
  edit.prepend(sip::HeaderId::Via, via_);
  return std::string_view(via_).substr(front.text.size() - mark_.size() - sip::kMagicCookie.size());
}

void Layer::receive(TimePoint now, transport::Incoming&& incoming) {
  if (incoming.message.is_request()) {
    tables_->servers.receive(now, std::move(incoming));
  } else if (!tables_->clients.receive(now, incoming)) {
    ++counters_.strays;
    events_.push(StrayResponse{std::move(incoming.message), incoming.flow});
  }
}

void Layer::unreachable(TimePoint now, const transport::Flow& flow) {
  tables_->clients.unreachable(now, flow);
  tables_->servers.unreachable(now, flow);
}

void Layer::use(transport::Resolver& resolver) { tables_->servers.use(resolver); }

bool Layer::located(const transport::Located& event) { return tables_->servers.located(event); }

void Layer::wake(TimePoint now) {
  wheel_.advance(now, [&](std::uint64_t number) {
    const auto payload = Payload::from_number(number);
    if (is_client_timer(payload.timer))
      tables_->clients.fire(now, payload);
    else
      tables_->servers.fire(now, payload);
  });
}

ClientId Layer::start(TimePoint now, const sip::Message& request, const transport::Flow& flow, Owner owner,
                      std::string_view branch_suffix, const Timers* timers) {
  sip::Edit edit(request);
  return start(now, edit, flow, owner, branch_suffix, timers);
}

ClientId Layer::start(TimePoint now, sip::Edit& edit, const transport::Flow& flow, Owner owner,
                      std::string_view branch_suffix, const Timers* timers) {
  const sip::Message& source = edit.source();
  assert(source.is_request() && source.method() != sip::Method::Ack);
  const std::string_view branch = put_via(edit, flow, branch_suffix);
  Clients::Request request{source.method_text(), branch, edit.bytes(), edit.body_size()};
  if (!transport_->wants_tcp(flow, request.bytes.size()))
    return tables_->clients.start(now, std::move(request), flow, owner, timers);
  transport::Flow by_tcp = flow;
  by_tcp.protocol = transport::Protocol::Tcp;
  change_via_to_tcp(request.bytes);
  return tables_->clients.start(now, std::move(request), by_tcp, owner, timers, Clients::Kind::MayFallBack);
}

void Layer::cancel(TimePoint now, ClientId invite, std::string_view reason_header) {
  tables_->clients.cancel(now, invite, reason_header);
}

void Layer::respond(TimePoint now, ServerId id, Response response) {
  tables_->servers.respond(now, id, std::move(response));
}

void Layer::abandon(TimePoint now, ServerId id) { tables_->servers.abandon(now, id); }

std::string Layer::send_stateless(const sip::Message& request, const transport::Flow& flow,
                                  std::string_view branch_suffix) {
  sip::Edit edit(request);
  return send_stateless(edit, flow, branch_suffix);
}

std::string Layer::send_stateless(sip::Edit& edit, const transport::Flow& flow, std::string_view branch_suffix) {
  (void)put_via(edit, flow, branch_suffix);
  auto bytes = edit.bytes();
  transport_->send(flow, bytes);
  return bytes;
}

std::string Layer::acknowledge(const sip::Message& ack, const transport::Flow& flow) {
  sip::Edit edit(ack);
  (void)put_via(edit, flow, {});
  auto bytes = edit.bytes();
  if (!transport_->wants_tcp(flow, bytes.size())) {
    transport_->send(flow, bytes);
    return bytes;
  }
  std::string copy = bytes;
  change_via_to_tcp(copy);
  transport::Flow by_tcp = flow;
  by_tcp.protocol = transport::Protocol::Tcp;
  transport_->send(by_tcp, std::move(copy));
  return bytes;
}

void Layer::resend(std::string bytes, const transport::Flow& flow) { transport_->send(flow, std::move(bytes)); }

void Layer::set_owner(ServerId id, Owner owner) {
  if (Server* server = tables_->servers.find(id)) server->owner = owner;
}

const sip::Message* Layer::request_of(ServerId id) const { return tables_->servers.request_of(id); }

std::optional<transport::Flow> Layer::flow_of(ServerId id) const {
  const Server* server = tables_->servers.find(id);
  return server == nullptr ? std::nullopt : std::optional(server->flow);
}

bool Layer::has_final(ServerId id) const { return tables_->servers.has_final(id); }
std::size_t Layer::client_count() const { return tables_->clients.size(); }
std::size_t Layer::server_count() const { return tables_->servers.size(); }

}  // namespace offhook::transaction
