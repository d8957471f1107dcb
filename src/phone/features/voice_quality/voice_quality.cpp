#include "features/voice_quality/voice_quality.hpp"

#include <algorithm>
#include <cmath>

#include "base/ascii.hpp"
#include "desk.hpp"
#include "features/voice_quality/report.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::phone::voice_quality {

// What is kept of a call that is reported.
struct Watch {
  Names names;
  WallTime start{};
  TimePoint last_interval{};
  std::optional<media::AudioPlan> plan;  // as it was last agreed
  Severity mos = Severity::Clear, delay = Severity::Clear;
};

namespace {

std::string address_of(const std::string& name, const std::string& uri) { return sip::name_addr(name, uri); }

// What came last of what the peer may send: it need not be what we send.
const sdp::Codec& heard_codec(const media::AudioPlan& plan, const media::CallQuality& quality) {
  const auto found = std::ranges::find_if(plan.receive, [&](const sdp::Codec& codec) {
    return quality.received && iequals(codec.name, quality.received->codec);
  });
  return found == plan.receive.end() ? plan.codec : *found;
}

void publish(Desk& desk, Now now, Call& call, Report report) {
  const Watch& watch = *call.watch;
  const Line& line = desk.lines[call.line];
  if (!watch.plan || !call.quality) return;
  report.names = watch.names;
  report.local = watch.plan->local;
  report.remote = watch.plan->remote;
  report.mac = desk.settings.mac;
  report.start = watch.start;
  report.stop = now.wall;
  const sdp::Codec& codec = heard_codec(*watch.plan, *call.quality);
  report.payload_type = codec.payload_type;
  report.clock = codec.clock_rate;
  report.fmtp = codec.fmtp;
  report.silence_suppression = watch.plan->suppress_silence;
  report.adaptive = desk.settings.jitter.adaptive;
  report.buffer_maximum = desk.settings.jitter.adaptive ? desk.settings.jitter.max : desk.settings.jitter.normal;
  report.quality = *call.quality;
  std::string body = text(report);
  if (body.empty()) return;
  const auto& collector = line.collector;
  const std::string user = collector.name.empty() ? std::string() : sip::escape_user(collector.name) + '@';
  const auto ip = IpAddress::parse(collector.host);
  const std::string uri = "sip:" + user + (ip ? ip->uri_host() : collector.host) + ':' + std::to_string(collector.port);
  desk.ua.publish(now, line.account, {uri, "vq-rtcpxr", "application/vq-rtcpxr", std::move(body)});
}

// `bad` is larger the worse it is; a threshold of 0 is off.
Severity severity_of(double bad, double warning, double critical) {
  if (critical != 0 && bad >= critical) return Severity::Critical;
  return warning != 0 && bad >= warning ? Severity::Warning : Severity::Clear;
}

void alert(Desk& desk, Now now, Call& call, Measure measure, Severity severity, Severity& known) {
  if (severity == known) return;
  known = severity;
  Report report;
  report.kind = Kind::Alert;
  report.measure = measure;
  report.severity = severity;
  publish(desk, now, call, std::move(report));
}

void alerts(Desk& desk, Now now, Call& call) {
  const auto& settings = desk.settings.voice_reports;
  const media::CallQuality& q = *call.quality;
  if (settings.mos_warning != 0 || settings.mos_critical != 0) {
    const auto negative = [](int threshold) { return -threshold / 10.0; };
    const Severity severity =
        severity_of(-q.received->estimate.mos_lq, negative(settings.mos_warning), negative(settings.mos_critical));
    alert(desk, now, call, Measure::ListeningQuality, severity, call.watch->mos);
  }
  if (q.one_way && (settings.delay_warning.count() != 0 || settings.delay_critical.count() != 0)) {
    const auto severity =
        severity_of(static_cast<double>(q.one_way->count()) / 1000, static_cast<double>(settings.delay_warning.count()),
                    static_cast<double>(settings.delay_critical.count()));
    alert(desk, now, call, Measure::OneWayDelay, severity, call.watch->delay);
  }
}

}  // namespace

void on_event(Desk& desk, Now now, const ua::Event& event) {
  if (const auto* media = std::get_if<ua::MediaChanged>(&event)) {
    Call* call = desk.find(media->call);
    if (call != nullptr && call->watch && call->agreed) call->watch->plan = call->agreed;
    return;
  }
  const auto* established = std::get_if<ua::CallEstablished>(&event);
  Call* call = established == nullptr ? nullptr : desk.find(established->call);
  if (call == nullptr || call->watch) return;
  const Line& line = desk.lines[call->line];
  if (line.collector.host.empty()) return;
  auto watch = std::make_shared<Watch>();
  watch->names = {established->call_id,
                  established->local_tag,
                  established->remote_tag,
                  address_of(line.display_name, "sip:" + sip::escape_user(line.user) + '@' + line.domain),
                  address_of(call->peer.display_name, call->peer.uri),
                  call->outgoing};
  watch->start = now.wall;
  watch->last_interval = now.mono;
  watch->plan = call->agreed;
  call->watch = std::move(watch);
}

void on_quality(Desk& desk, Now now, Call& call, bool final) {
  if (!call.watch || !call.quality) return;
  if (!call.quality->received) return;
  const auto& settings = desk.settings.voice_reports;
  if (!final) alerts(desk, now, call);
  if (!final && settings.interval && now.mono - call.watch->last_interval >= settings.period) {
    call.watch->last_interval = now.mono;
    Report report;
    report.kind = Kind::Interval;
    publish(desk, now, call, std::move(report));
  }
  if (final && settings.session) publish(desk, now, call, {});
  if (final) call.watch.reset();
}

}  // namespace offhook::phone::voice_quality
