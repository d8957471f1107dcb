#include "api/phones.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <utility>

#include "answers.hpp"
#include "arguments.hpp"
#include "audio_sockets.hpp"
#include "base/ascii.hpp"
#include "base/overloaded.hpp"
#include "commands.hpp"
#include "ended_calls.hpp"
#include "feed.hpp"
#include "flow/wire_text.hpp"
#include "message_json.hpp"
#include "phone_json.hpp"
#include "route.hpp"

namespace offhook::api {
namespace {

using nlohmann::json;

constexpr std::string_view kEvents = "/api/events", kAudio = "/api/phones/{phone}/audio";
// Messages in one answer to GET /api/messages, and of the past in a snapshot.
constexpr std::size_t kPage = 1000;
constexpr std::size_t kSnapshot = 500;
// Messages whose arrival is waited for; beyond, the oldest are never reported lost.
constexpr std::size_t kUnderWay = 1000;

}  // namespace

class PhonesApi::Impl {
 public:
  Impl(phone::Rack& the_rack, const flow::Recorder& the_recorder, AudioPorts* ports)
      : rack(&the_rack), recorder(&the_recorder), audio(ports) {}

  struct Asked {
    Now now;
    const Request& request;
    std::vector<std::string_view> captured;  // what stood in the braces of the pattern
  };
  struct Route {
    std::string_view method, pattern;
    Response (Impl::*answer)(const Asked&);
  };
  static std::span<const Route> routes();

  Response handle(Now now, const Request& request);
  std::optional<std::string> text_of(const Feed::Due& due) const;
  void advance(TimePoint now);
  void track(const flow::Record& record);

  Response get_version(const Asked&) { return ok({{"name", "offhook"}, {"version", OFFHOOK_VERSION}}); }
  Response get_health(const Asked&);
  Response get_phones(const Asked&) {
    return ok({{"now", in_milliseconds(latest - start())}, {"phones", phones_json()}});
  }
  Response get_phone(const Asked& asked);
  Response get_audio(const Asked& asked);
  Response post_action(const Asked& asked);
  Response get_messages(const Asked& asked);
  Response get_message(const Asked& asked);
  Response get_calls(const Asked&) { return ok({{"calls", ended.json()}}); }
  Response get_metrics(const Asked&);
  Response get_events(const Asked&) {
    return feed.is_full() ? error(503, "too many pages are connected") : error(400, "open a WebSocket here");
  }

  [[nodiscard]] TimePoint start() const { return first.value_or(latest); }
  [[nodiscard]] json phone(phone::PhoneId id) const;
  [[nodiscard]] json phones_json() const;
  [[nodiscard]] json message(const flow::Record& record) const { return message_json(record, start(), latest); }
  [[nodiscard]] std::string snapshot() const;

  phone::Rack* rack;
  const flow::Recorder* recorder;
  std::optional<TimePoint> first;  // time 0 of all JSON
  TimePoint latest;                // the youngest time that anyone brought: pushes have no time of their own
  Feed feed;
  AudioSockets audio;
  EndedCalls ended;
  std::map<std::string, std::vector<std::string>, std::less<>> hears;
  std::map<std::uint64_t, TimePoint> under_way;
};

std::span<const PhonesApi::Impl::Route> PhonesApi::Impl::routes() {
  static constexpr std::array kRoutes{
      Route{"GET", "/api/phones", &Impl::get_phones},
      Route{"GET", "/api/phones/{phone}", &Impl::get_phone},
      Route{"GET", kAudio, &Impl::get_audio},
      Route{"POST", "/api/phones/{phone}/{action}", &Impl::post_action},
      Route{"GET", "/api/calls", &Impl::get_calls},
      Route{"GET", "/metrics", &Impl::get_metrics},
      Route{"GET", "/api/messages", &Impl::get_messages},
      Route{"GET", "/api/messages/{number}", &Impl::get_message},
      Route{"GET", kEvents, &Impl::get_events},
      Route{"GET", "/api/version", &Impl::get_version},
      Route{"GET", "/api/health", &Impl::get_health},
  };
  return kRoutes;
}

Response PhonesApi::Impl::handle(Now now, const Request& request) {
  advance(now.mono);
  for (const auto& route : routes()) {
    auto captured = match_path(route.pattern, request.path);
    if (!captured) continue;
    if (request.method == route.method) return (this->*route.answer)({now, request, std::move(*captured)});
    // Each path takes one method, so the first that fits decides.
    auto refused = error(405, request.path + " takes " + std::string(route.method) + ", not " + request.method);
    refused.allow = route.method;
    return refused;
  }
  return error(404, "there is nothing at " + request.path);
}

Response PhonesApi::Impl::get_health(const Asked&) {
  const auto ids = rack->phones();
  const auto registered = std::ranges::count_if(ids, [&](phone::PhoneId id) { return rack->is_registered(id); });
  return ok({{"status", "ok"}, {"phones", ids.size()}, {"registered", registered}, {"calls", rack->counts().calls}});
}

Response PhonesApi::Impl::get_metrics(const Asked&) {
  const auto counts = rack->counts();
  const auto ids = rack->phones();
  const auto registered = std::ranges::count_if(ids, [&](phone::PhoneId id) { return rack->is_registered(id); });
  const auto number = [](auto value) { return static_cast<double>(value); };
  Families out;
  out.gauge("phones", "Phones of this process", number(ids.size()));
  out.gauge("phones_registered", "Phones all of whose accounts are registered", number(registered));
  out.gauge("phone_calls", "Calls of the phones now; one between two of them counts twice", number(counts.calls));
  out.gauge("phone_media_legs", "Audio sessions now", number(counts.media_legs));
  out.gauge("phone_transactions", "SIP transactions now", number(counts.transactions));
  ended.write(out);
  return out.page();
}

Response PhonesApi::Impl::get_phone(const Asked& asked) {
  const auto id = rack->find(asked.captured[0]);
  return id ? ok(phone(*id)) : error(404, "there is no phone " + std::string(asked.captured[0]));
}

Response PhonesApi::Impl::get_audio(const Asked& asked) {
  const auto id = rack->find(asked.captured[0]);
  return id ? audio.refusal(*id) : error(404, "there is no phone " + std::string(asked.captured[0]));
}

Response PhonesApi::Impl::post_action(const Asked& asked) {
  const auto id = rack->find(asked.captured[0]);
  if (!id) return error(404, "there is no phone " + std::string(asked.captured[0]));
  const auto command = Arguments::read(asked.request).and_then(find_action(asked.captured[1])->command);
  if (!command) return error(400, command.error().text());
  const auto begun = rack->command(asked.now, *id, *command);
  if (!begun) return error(409, begun.error().text());
  return ok(phone(*id));
}

Response PhonesApi::Impl::get_messages(const Asked& asked) {
  const auto since =
      Arguments::read(asked.request).map([](const Arguments& a) { return a.text("since").value_or("0"); });
  const auto number = since ? parse_number<std::uint64_t>(*since) : std::nullopt;
  if (!number) return error(400, "\"since\" is not the number of a message");
  const auto& records = recorder->sip();
  auto record = std::ranges::upper_bound(records, *number, {}, &flow::Record::number);
  json messages = json::array();
  for (; record != records.end() && messages.size() < kPage; ++record) messages.push_back(message(*record));
  return ok({{"now", in_milliseconds(latest - start())},
             {"messages", std::move(messages)},
             {"more", record != records.end()}});
}

Response PhonesApi::Impl::get_message(const Asked& asked) {
  const auto* record = recorder->sip(parse_number<std::uint64_t>(asked.captured[0]).value_or(0));
  if (record == nullptr)
    return error(404, "there is no message " + std::string(asked.captured[0]) + ", or not any more");
  auto out = message(*record);
  out["text"] = flow::without_keys(record->bytes);
  return ok(out);
}

json PhonesApi::Impl::phone(phone::PhoneId id) const {
  const auto view = rack->view(id);
  const auto heard = hears.find(view.name);
  return phone_json(view, heard == hears.end() ? std::vector<std::string>{} : heard->second, start());
}

json PhonesApi::Impl::phones_json() const {
  json out = json::array();
  for (const auto id : rack->phones()) out.push_back(phone(id));
  return out;
}

std::string PhonesApi::Impl::snapshot() const {
  const auto& records = recorder->sip();
  json messages = json::array();
  for (auto i = records.size() - std::min(records.size(), kSnapshot); i < records.size(); ++i)
    messages.push_back(message(records[i]));
  return json_text({{"type", "snapshot"},
                    {"version", OFFHOOK_VERSION},
                    {"now", in_milliseconds(latest - start())},
                    {"phones", phones_json()},
                    {"messages", std::move(messages)}});
}

// Nothing: the message is not kept any more.
std::optional<std::string> PhonesApi::Impl::text_of(const Feed::Due& due) const {
  using Text = std::optional<std::string>;
  return std::visit(Overloaded{
                        [&](Feed::Snapshot) -> Text { return snapshot(); },
                        [&](Feed::PhoneChange change) -> Text {
                          return json_text({{"type", "phone"}, {"phone", phone(change.phone)}});
                        },
                        [&](const Feed::HearingChange& change) -> Text {
                          const auto heard = hears.find(change.phone);
                          return json_text({{"type", "hearing"}, {"phone", change.phone}, {"hears", heard->second}});
                        },
                        [&](Feed::MessageChange change) -> Text {
                          const auto* record = recorder->sip(change.number);
                          if (record == nullptr) return std::nullopt;
                          return json_text({{"type", "message"}, {"message", message(*record)}});
                        },
                    },
                    due.what);
}

// What has not arrived by now is told once more, as lost.
void PhonesApi::Impl::advance(TimePoint now) {
  if (!first) first = recorder->sip().empty() ? now : recorder->sip().front().sent.mono;
  latest = std::max(latest, now);
  while (!under_way.empty() && latest - under_way.begin()->second >= kLostAfter) {
    feed.message_changed(under_way.begin()->first);
    under_way.erase(under_way.begin());
  }
}

void PhonesApi::Impl::track(const flow::Record& record) {
  if (!is_under_way(record)) {
    under_way.erase(record.number);
    return;
  }
  under_way.emplace(record.number, record.sent.mono);
  if (under_way.size() > kUnderWay) under_way.erase(under_way.begin());
}

PhonesApi::PhonesApi(phone::Rack& rack, const flow::Recorder& recorder, AudioPorts* ports)
    : impl_(std::make_unique<Impl>(rack, recorder, ports)) {}
PhonesApi::~PhonesApi() = default;

Response PhonesApi::handle(Now now, const Request& request) { return impl_->handle(now, request); }

bool PhonesApi::connected(Now now, SocketId socket, std::string_view path) {
  impl_->advance(now.mono);
  path = path.substr(0, path.find('?'));
  if (path == kEvents) return impl_->feed.connect(socket);
  const auto captured = match_path(kAudio, path);
  const auto phone = captured ? impl_->rack->find(captured->front()) : std::nullopt;
  return phone && impl_->audio.connect(socket, *phone);
}

void PhonesApi::received(Now now, SocketId, std::string_view) { impl_->advance(now.mono); }

void PhonesApi::received_binary(Now now, SocketId socket, std::string_view bytes) {
  impl_->advance(now.mono);
  impl_->audio.received(socket, bytes);
}

void PhonesApi::disconnected(SocketId socket) {
  if (!impl_->audio.disconnect(socket)) impl_->feed.disconnect(socket);
}

std::optional<Push> PhonesApi::poll_push() {
  if (auto sound = impl_->audio.next()) return sound;
  while (const auto due = impl_->feed.next())
    if (auto text = impl_->text_of(*due)) return Push{due->socket, std::move(*text)};
  return std::nullopt;
}

void PhonesApi::heard(phone::PhoneId phone, media::ConstFrame frame) { impl_->audio.heard(phone, frame); }

void PhonesApi::call_ended(phone::EndedCall call) { impl_->ended.add(std::move(call)); }
void PhonesApi::phone_changed(phone::PhoneId phone) { impl_->feed.phone_changed(phone); }

void PhonesApi::message(const flow::Record& record) {
  impl_->track(record);
  impl_->advance(record.sent.mono);
  impl_->feed.message_changed(record.number);
}

void PhonesApi::hearing(std::string_view phone, std::vector<std::string> hears) {
  auto& known = impl_->hears[std::string(phone)];
  if (known == hears) return;
  known = std::move(hears);
  impl_->feed.hearing_changed(phone);
}

}  // namespace offhook::api
