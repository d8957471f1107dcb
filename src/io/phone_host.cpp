#include "io/phone_host.hpp"

#include <algorithm>
#include <set>

#include "base/ascii.hpp"

#include "base/overloaded.hpp"
#include "io/clock.hpp"

namespace offhook::io {
Checked<std::unique_ptr<PhoneHost>> PhoneHost::start(Loop& loop, std::vector<PhonePlan> plans, Options options,
                                                     flow::Recorder* recorder) {
  std::unique_ptr<PhoneHost> host(new PhoneHost(loop, std::move(options), recorder));
  PhoneHost& self = *host;
  MediaHost::Options media;
  media.record_packets = self.options_.record_packets && recorder != nullptr;
  media.engine.pilots = self.options_.further_pilots;
  media.layout = self.options_.media_layout;
  for (const auto& plan : plans)
    if (plan.pilot_hz > 0) media.engine.pilots.push_back(plan.pilot_hz);
  if (!plans.empty()) {
    media.dscp = plans.front().config.voice_dscp;
    media.engine = phone::engine_config(plans.front().config, std::move(media.engine.pilots));
    media.engine.marks = plans.size() > 1;  // they share our clock
  }
  self.media_ = std::make_unique<MediaHost>(
      loop, std::move(media), [&self](MediaReport report) { self.take_report(std::move(report)); },
      [&self](std::vector<MediaHost::Packet> packets) {
        for (const auto& packet : packets)
          (packet.sent ? self.recorder_->sent(packet.at, packet.kind, packet.flow, packet.bytes)
                       : self.recorder_->received(packet.at, packet.kind, packet.flow, packet.bytes));
      },
      [&self](Complaint complaint) {
        if (self.options_.trouble) self.options_.trouble(complaint);
      },
      [&self](phone::LegDigit digit) {
        self.rack_->digit_heard(now(), digit);
        self.sip_->drain();
      },
      [&self](const phone::PageChange& change) {
        self.rack_->page_changed(now(), change);
        self.sip_->drain();
      },
      [&self](const phone::LegMapped& mapped) {
        self.rack_->leg_mapped(now(), mapped);
        self.sip_->drain();
      },
      [&self](phone::LegFailure failure) {
        self.rack_->link_failed(now(), failure);
        self.sip_->drain();
      },
      [&self](const phone::LegChosen& chosen) {
        self.rack_->leg_chosen(now(), chosen);
        self.sip_->drain();
      });
  self.rack_ = std::make_unique<phone::Rack>(self.random_, self.locator_);
  if (self.options_.call_ended) self.rack_->tell_ended_calls();
  if (!plans.empty()) {
    self.options_.tls.verify_servers = plans.front().config.tls.trusted_only;
    self.options_.tls.verify_names = plans.front().config.tls.check_name;
  }
  auto tls = TlsContext::load(self.options_.tls);
  if (!tls) return tl::unexpected(tls.error());
  self.tls_ = std::move(*tls);
  SipHostOptions sip;
  sip.tls = self.tls_.get();
  if (!plans.empty()) sip.udp.dscp = sip.stream.dscp = plans.front().config.signalling_dscp;
  sip.trouble = [&self](const transport::Flow& flow, std::string_view why) {
    if (!self.options_.trouble) return;
    const std::string where = to_lower(transport::protocol_name(flow.protocol)) + ':' + flow.remote.text();
    self.options_.trouble({"no connection: " + std::string(why), where});
  };
  self.sip_ = std::make_unique<SipHost>(loop, [&self] { self.pass_on(); }, recorder, std::move(sip));
  self.sip_->drive(*self.rack_);
  self.dns_ = std::make_unique<Dns>(loop, self.options_.name_servers);
  self.sip_->use(*self.dns_);
  for (auto& plan : plans) {
    const auto bound = self.sip_->listen(transport::Protocol::Udp, plan.local);
    if (!bound) return tl::unexpected(bound.error());
    // RFC 3261 §18.2.1: what may be sent by UDP may come by TCP as well. A port that somebody else has is no reason
    // not to be a phone.
    if (const auto tcp = self.sip_->listen(transport::Protocol::Tcp, *bound); tcp)
      self.rack_->speak_tcp();
    else if (self.options_.trouble)
      self.options_.trouble(tcp.error());
    if (recorder != nullptr) recorder->name(*bound, plan.name);
    if (plan.pilot_hz > 0) self.pilots_[plan.pilot_hz] = plan.name;
    const auto id = self.rack_->add(plan.name, std::move(plan.config), *bound);
    self.names_[id] = plan.name;
    self.media_->add_phone(id, std::move(plan.audio_in));
    for (auto& [name, wav] : plan.ringers) self.media_->add_ringer(std::move(name), std::move(wav));
  }
  return host;
}

PhoneHost::~PhoneHost() {
  sip_.reset();
  dns_.reset();
  media_.reset();
}

void PhoneHost::register_all() {
  for (const auto phone : rack_->phones()) rack_->start(now(), phone);
  sip_->drain();
}

void PhoneHost::stop_all() {
  for (const auto phone : rack_->phones()) rack_->stop(now(), phone);
  sip_->drain();
}

bool PhoneHost::stopped() const {
  const auto counts = rack_->counts();
  // The last report of a call may make the phone send one of its own.
  return closing_ == 0 && counts.calls == 0 && counts.dialogs == 0 && counts.transactions == 0;
}

bool PhoneHost::all_registered() const {
  const auto phones = rack_->phones();
  return std::all_of(phones.begin(), phones.end(), [this](auto phone) { return rack_->is_registered(phone); });
}

Checked<void> PhoneHost::command(phone::PhoneId phone, const phone::Command& command) {
  auto result = rack_->command(now(), phone, command);
  sip_->drain();
  return result;
}

void PhoneHost::set_recorder(phone::PhoneId phone, std::unique_ptr<media::ConversationSink> recorder) {
  media_->set_recorder(phone, std::move(recorder));
}

void PhoneHost::set_output(phone::PhoneId phone, std::unique_ptr<media::AudioSink> sink) {
  media_->set_output(phone, std::move(sink));
}

void PhoneHost::attach(phone::PhoneId phone) {
  media_->attach(phone, [this, phone](const std::vector<std::int16_t>& frame) {
    if (options_.heard) options_.heard(phone, frame);
  });
}

void PhoneHost::pass_on() {
  while (auto command = rack_->poll_media()) {
    std::visit(
        Overloaded{[&](const phone::OpenLeg& open) {
                     legs_[open.leg] = open.phone;
                     if (recorder_ == nullptr) return;
                     const auto& name = names_[open.phone];
                     recorder_->name(open.local, name);
                     recorder_->name({open.local.address, static_cast<std::uint16_t>(open.local.port + 1)}, name);
                   },
                   [](const phone::UpdateLeg&) {}, [](const phone::SendDigits&) {}, [](const phone::PlaySound&) {},
                   [](const phone::ListenPages&) {}, [](const phone::HearPage&) {},
                   [&](const phone::CloseLeg& close) {
                     legs_.erase(close.leg);
                     ++closing_;
                     hearing_.erase(close.leg);
                   }},
        *command);
    media_->apply(std::move(*command));
  }
  while (const auto event = rack_->poll_event())
    if (options_.changed) options_.changed(event->phone, event->change);
  while (auto call = rack_->poll_ended()) options_.call_ended(std::move(*call));
}

void PhoneHost::take_report(MediaReport report) {
  hearing_.clear();
  for (auto& leg : report.legs)
    if (legs_.contains(leg.leg)) hearing_[leg.leg] = std::move(leg.hearing);
  pages_heard_ = std::move(report.pages);
  for (const auto& quality : report.qualities) {
    if (quality.final) --closing_;
    rack_->media_report(now(), quality);
  }
  if (!report.qualities.empty()) sip_->drain();
  for (const auto& [phone, name] : names_) {
    auto heard = hears(phone);
    auto& last = last_heard_[phone];
    if (heard == last) continue;
    last = heard;
    if (options_.hearing_changed) options_.hearing_changed(name, std::move(heard));
  }
}

std::vector<std::string> PhoneHost::hears(phone::PhoneId phone) const {
  std::set<std::string> out;
  const auto add = [&](const media::Hearing& hearing) {
    for (const auto& tone : hearing.tones) {
      const auto pilot = pilots_.find(tone.hz);
      out.insert(pilot != pilots_.end() ? pilot->second : std::to_string(static_cast<int>(tone.hz)) + " Hz");
    }
  };
  for (const auto& [leg, owner] : legs_)
    if (const auto it = hearing_.find(leg); owner == phone && it != hearing_.end()) add(it->second);
  for (const auto& page : pages_heard_)
    if (page.phone == phone) add(page.hearing);
  return {out.begin(), out.end()};
}

std::vector<std::string> PhoneHost::hearing_in_words(phone::PhoneId phone) const {
  std::vector<std::string> out;
  for (const auto& call : rack_->view(phone).calls) {
    const auto leg = rack_->leg_of(phone, call.id);
    const auto it = leg ? hearing_.find(*leg) : hearing_.end();
    if (it == hearing_.end()) continue;
    for (const auto& tone : it->second.tones) {
      const auto pilot = pilots_.find(tone.hz);
      const auto name = pilot != pilots_.end() ? pilot->second : std::to_string(static_cast<int>(tone.hz)) + " Hz";
      out.push_back(name + ": " + media::in_words(tone, call.quality.get()));
    }
  }
  return out;
}

}  // namespace offhook::io
