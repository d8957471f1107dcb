#include "node.hpp"

#include <algorithm>
#include <span>

#include "rtp/demux.hpp"
#include "rtp/packet.hpp"

namespace offhook::sim {
namespace {

void note(std::vector<std::string>& out, std::size_t count, std::string_view what) {
  if (count != 0) out.push_back(std::to_string(count) + ' ' + std::string(what) + (count == 1 ? "" : "s"));
}

std::optional<TimePoint> earlier(std::optional<TimePoint> a, std::optional<TimePoint> b) {
  if (a && b) return std::min(*a, *b);
  return a ? a : b;
}

}  // namespace

ProxyNode::ProxyNode(Now now, std::string name, proxy::Config config, Disk& disk, std::uint64_t seed)
    : name_(std::move(name)), random_(seed), core_(std::move(config), random_, locator_), disk_(&disk) {
  core_.load(now, disk.bindings());
}

void ProxyNode::receive(Now now, flow::Kind kind, const transport::Flow& flow, std::string bytes) {
  if (kind == flow::Kind::Sip) core_.receive(now, flow, std::move(bytes));
}

void ProxyNode::wake(Now now) {
  if (disk_->deadline() && *disk_->deadline() <= now.mono) {
    const Disk::Committed committed = disk_->commit(now.mono);
    for (const std::uint64_t id : committed.ids) core_.stored(now, id, committed.ok);
  }
  core_.wake(now);
}

std::optional<TimePoint> ProxyNode::deadline() const { return earlier(core_.deadline(), disk_->deadline()); }

void ProxyNode::drain(Now now, Outlet& outlet) {
  while (auto write = core_.poll_store()) disk_->write(now.mono, std::move(*write));
  while (const auto question = core_.poll_question()) outlet.ask(name_, *question);
  while (auto out = core_.poll_transmit()) outlet.send(name_, flow::Kind::Sip, out->flow, std::move(out->bytes));
}

std::vector<std::string> ProxyNode::leftovers() const {
  std::vector<std::string> out;
  note(out, core_.transaction_count(), "transaction");
  note(out, core_.relay_count(), "relay");
  note(out, core_.timer_count(), "timer");
  return out;
}

PhoneNode::PhoneNode(Now now, const flow::PartyPlan& plan, config::PhoneConfig config, Endpoint local,
                     std::vector<double> pilots, std::uint64_t seed)
    : name_(plan.name),
      interface_(local.address),
      random_(seed),
      rack_(random_, locator_),
      media_(phone::engine_config(config, std::move(pilots)), random_),
      driver_(media_),
      phone_(rack_.add(plan.name, std::move(config), local)) {
  driver_.add_phone(
      phone_, plan.pilot_hz > 0 ? media::AudioIn(media::ToneIn{plan.pilot_hz}) : media::AudioIn(media::SilenceIn{}));
  rack_.start(now, phone_);
}

void PhoneNode::receive(Now now, flow::Kind kind, const transport::Flow& flow, std::string bytes) {
  if (kind == flow::Kind::Sip) return rack_.receive(now, flow, std::move(bytes));
  const std::span octets(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (flow.local.address.is_multicast())
    media_.receive_page(now, flow.local, interface_, flow.remote, octets);
  else
    media_.receive(now, flow.local, flow.remote, octets);
}

void PhoneNode::wake(Now now) {
  if (const auto due = media_.deadline(); due && *due <= now.mono) media_.wake(now);
  if (const auto due = rack_.deadline(); due && *due <= now.mono) rack_.wake(now);
  if (media_.sessions() == 0 || now.mono < next_quality_) return;
  next_quality_ = now.mono + seconds(1);
  for (const phone::LegQuality& report : driver_.qualities()) rack_.media_report(now, report);
}

std::optional<TimePoint> PhoneNode::deadline() const { return earlier(rack_.deadline(), media_.deadline()); }

void PhoneNode::drain(Now now, Outlet& outlet) {
  while (const auto page = driver_.poll_page()) rack_.page_changed(now, *page);
  while (auto command = rack_.poll_media()) driver_.apply(now, *command);
  while (const auto digit = driver_.poll_digit()) rack_.digit_heard(now, *digit);
  while (const auto mapped = driver_.poll_mapped()) rack_.leg_mapped(now, *mapped);
  while (const auto failure = driver_.poll_failure()) rack_.link_failed(now, *failure);
  while (const auto chosen = driver_.poll_chosen()) rack_.leg_chosen(now, *chosen);
  while (const auto last = driver_.poll_final()) rack_.media_report(now, *last);
  while (rack_.poll_event()) {
  }
  while (const auto question = rack_.poll_question()) outlet.ask(name_, *question);
  while (auto out = rack_.poll_transmit()) outlet.send(name_, flow::Kind::Sip, out->flow, std::move(out->bytes));
  drain_media(now, outlet);
}

void PhoneNode::drain_media(Now, Outlet& outlet) {
  std::vector<Endpoint> closing;
  while (auto request = media_.poll_socket_request()) {
    switch (request->kind) {
      case media::SocketRequest::Kind::Open: outlet.bind(name_, request->local); break;
      case media::SocketRequest::Kind::Close: closing.push_back(request->local); break;
      case media::SocketRequest::Kind::Join: outlet.join(name_, request->local); break;
      case media::SocketRequest::Kind::Leave: outlet.leave(name_, request->local); break;
    }
  }
  while (auto out = media_.poll_transmit()) {
    // RTCP may share the port (RFC 5761), and so do keys and checks (RFC 7983).
    const bool is_rtp = out->local.port % 2 == 0 && !rtp::looks_like_rtcp(out->bytes) &&
                        rtp::traffic_of(out->bytes) == rtp::Traffic::Rtp;
    const auto kind = is_rtp ? flow::Kind::Rtp : flow::Kind::Rtcp;
    outlet.send(name_, kind, {transport::Protocol::Udp, out->local, out->remote, 0},
                {reinterpret_cast<const char*>(out->bytes.data()), out->bytes.size()});
  }
  // A closed session has said goodbye by now.
  for (const Endpoint endpoint : closing) outlet.unbind(endpoint);
}

std::vector<std::string> PhoneNode::leftovers() const {
  const phone::Counts counts = rack_.counts();
  std::vector<std::string> out;
  note(out, counts.calls, "call");
  note(out, counts.dialogs, "dialog");
  note(out, counts.subscriptions, "subscription");
  note(out, counts.transactions, "transaction");
  note(out, counts.call_timers, "call timer");
  note(out, counts.media_legs, "media leg");
  note(out, media_.sessions(), "media session");
  return out;
}

std::vector<double> PhoneNode::hears() const {
  std::vector<double> out;
  for (const phone::CallView& call : rack_.view(phone_).calls) {
    const auto leg = rack_.leg_of(phone_, call.id);
    const auto session = leg ? driver_.session(*leg) : std::nullopt;
    if (!session) continue;
    for (const media::HeardTone& tone : media_.hearing(*session).tones) out.push_back(tone.hz);
  }
  for (const auto& [phone, session] : driver_.heard_pages())
    for (const media::HeardTone& tone : media_.hearing(session).tones) out.push_back(tone.hz);
  return out;
}

}  // namespace offhook::sim
