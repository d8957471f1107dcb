// offhook phone: one desk phone.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>

#include "api/ended_call.hpp"
#include "api/phones.hpp"
#include "base/ascii.hpp"
#include "command.hpp"
#include "flow/label.hpp"
#include "io/clock.hpp"
#include "io/http_server.hpp"
#include "io/sound_card.hpp"
#include "io/wav_writer.hpp"
#include "phone_plan.hpp"
#include "stop.hpp"
#include "web_files.hpp"

namespace offhook {
namespace {

struct Options {
  PhoneFlags phone;
  std::string api, audio_out = "null", media_sockets = "own", record, calls;
  int audio_latency = 60;
  std::vector<double> pilots;
  std::vector<std::string> commands, name_servers;
  std::string tls_trusted;
};

// The least at which nothing of the account's codecs is lost.
std::uint32_t recording_rate(const config::PhoneConfig& config) {
  std::uint32_t out = media::kSampleRate;
  for (const auto& account : config.accounts)
    for (const auto& codec : account.codecs)
      out = std::max(out, iequals(codec.name, "opus") ? 48'000U : iequals(codec.name, "G722") ? 16'000U : out);
  return out;
}

void print_view(const phone::PhoneView& view) {
  std::string line = view.name + ":";
  for (const auto& account : view.accounts)
    line += " [" + account.user + "@" + account.domain + " " + account.status + "]";
  for (const auto& call : view.calls) {
    line += " [" + std::to_string(call.id) + " " + std::string(phone::call_state_name(call.state)) + " " +
            (call.peer_number.empty() ? call.peer_uri : call.peer_number);
    line += (call.note.empty() ? "" : ", " + call.note) + "]";
  }
  if (const auto& page = view.page)
    line +=
        (page->sent ? " [page to " : " [page from ") + (page->label.empty() ? page->group.text() : page->label) + "]";
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

Checked<std::unique_ptr<io::SoundCard>> open_card(const Options& options, const Common& common,
                                                  const config::MicrophoneConfig& microphone, io::Loop& loop) {
  io::SoundCard::Options card;
  card.input = device_of(options.phone.audio_in);
  card.output = device_of(options.audio_out);
  card.voice = {microphone.echo_cancellation, microphone.noise_suppression, microphone.transient_suppression, true};
  card.send_gain_db = microphone.gain_db;
  card.latency = milliseconds(options.audio_latency);
  card.lost = [&] { loop.post([&] { log(common, LogLevel::Error, "the sound card is gone: nobody hears or says"); }); };
  const bool has_microphone = card.input.has_value();
  auto out = io::SoundCard::open(std::move(card));
  if (!out) return out;
  log(common, LogLevel::Info, "sound card: " + (*out)->describe());
  if (has_microphone && !media::has_voice_processor())
    log(common, LogLevel::Warning,
        "webrtc-audio-processing is not built in: the microphone is sent as it is, with echo and noise");
  return out;
}

int serve(const Options& options, const Common& common) {
  auto plan = plan_phone(options.phone, common);
  if (!plan) return report(plan.error());
  std::vector<phone::Command> first;
  for (const auto& text : options.commands) {
    auto command = phone::parse_command(text);
    if (!command) return report(command.error());
    first.push_back(std::move(*command));
  }

  io::Loop loop;
  loop.on_terminate([&] { loop.stop(); });  // before the first line tells anybody that we are here
  flow::Recorder recorder({.sip = 5000, .rtp = 0});
  std::unique_ptr<io::PhoneHost> phones;
  std::unique_ptr<api::PhonesApi> api;
  std::unique_ptr<io::HttpServer> http;
  bool commands_given = false;

  io::PhoneHost::Options host_options;
  for (const auto& text : options.name_servers) {
    const auto server = io::parse_name_server(text);
    if (!server) return report(server.error());
    host_options.name_servers.push_back(*server);
  }
  host_options.further_pilots = options.pilots;
  if (options.media_sockets == "shared") host_options.media_layout = io::MediaLayout::Shared;
  host_options.tls.trusted = options.tls_trusted;
  host_options.trouble = [&](const Complaint& complaint) { log(common, LogLevel::Warning, complaint.text()); };
  host_options.changed = [&](phone::PhoneId id, phone::Change change) {
    print_view(phones->rack().view(id));
    if (api) api->phone_changed(id);
    // Commands of the command line wait for the registration, as a person would.
    if (change == phone::Change::Registration && !commands_given && phones->rack().is_registered(id)) {
      commands_given = true;
      loop.post([&, id] {
        for (const auto& command : first)
          if (const auto done = phones->command(id, command); !done) report(done.error());
      });
    }
  };
  host_options.hearing_changed = [&](std::string_view name, std::vector<std::string> hears) {
    std::string line = std::string(name) + ": hears";
    for (const auto& party : hears) line += " " + party;
    std::printf("%s\n", (hears.empty() ? line + " nobody" : line).c_str());
    for (const auto id : phones->rack().phones())
      for (const auto& how : phones->hearing_in_words(id))
        std::printf("%s: hears %s\n", std::string(name).c_str(), how.c_str());
    std::fflush(stdout);
    if (api) api->hearing(name, std::move(hears));
    if (http) http->push();
  };
  std::ofstream calls;
  if (!options.calls.empty()) {
    calls.open(options.calls, std::ios::app);
    if (!calls) return report({"cannot write there: " + std::string(std::strerror(errno)), "--calls " + options.calls});
  }
  host_options.call_ended = [&](phone::EndedCall call) {
    // A record at a time, so that what is there is whole.
    if (calls.is_open() && !(calls << api::ended_call_line(call) + '\n' << std::flush)) {
      log(common, LogLevel::Error, "a call is not in " + options.calls + ": " + std::strerror(errno));
      calls.clear();
    }
    if (api) api->call_ended(std::move(call));
  };
  host_options.heard = [&](phone::PhoneId phone, media::ConstFrame frame) {
    if (api) api->heard(phone, frame);
    if (http) http->push();
  };
  auto started = io::PhoneHost::start(loop, {*plan}, std::move(host_options), &recorder);
  if (!started) return report(started.error());
  phones = std::move(*started);
  std::unique_ptr<io::SoundCard> card;
  if (device_of(options.phone.audio_in) || device_of(options.audio_out)) {
    auto opened = open_card(options, common, plan->config.microphone, loop);
    if (!opened) return report(opened.error());
    card = std::move(*opened);
    phones->set_card(phones->rack().phones().front(), card->card(), device_of(options.phone.audio_in).has_value(),
                     device_of(options.audio_out).has_value());
  }
  if (options.audio_out != "null" && !device_of(options.audio_out)) {
    auto writer = io::WavWriter::open(options.audio_out);
    if (!writer) return report(writer.error());
    phones->set_output(phones->rack().phones().front(), std::move(*writer));
  }
  if (!options.record.empty()) {
    auto writer = io::ConversationWriter::open(options.record, recording_rate(plan->config));
    if (!writer) return report(writer.error());
    phones->set_recorder(phones->rack().phones().front(), std::move(*writer));
  }
  if (!options.api.empty()) {
    const auto where = Endpoint::parse(options.api);
    if (!where) return report({"not an address and port; write 127.0.0.1:8081", "--api " + options.api});
    api = std::make_unique<api::PhonesApi>(phones->rack(), recorder, phones.get());
    auto server = io::HttpServer::open(loop, *where, *api, web_files(), [&] {
      phones->drain();
      http->push();
    });
    if (!server) return report(server.error());
    http = std::move(*server);
    recorder.on_sip([&](const flow::Record& record) {
      api->message(record);
      http->push();
    });
    std::printf("http://%s\n", http->local().text().c_str());
  }
  std::printf("phone at udp:%s\n", plan->local.text().c_str());
  std::fflush(stdout);
  phones->register_all();
  loop.run();
  log(common, LogLevel::Info, "stopping");
  stop_phones(loop, *phones);
  return kOk;
}

}  // namespace

Run add_phone(CLI::App& app, Common& common) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("phone", "Run one desk phone");
  command->add_option("--config", options->phone.files, "Configuration files in order of precedence, lowest first")
      ->option_text("FILE.cfg …")
      ->required();
  command->add_option("--model", options->phone.model, "Phone model")->option_text("MODEL [T46G]");
  command->add_option("--mac", options->phone.mac, "MAC address, 12 hex digits")->option_text("MAC");
  command->add_option("--name", options->phone.name, "Its name in output and API")->option_text("NAME [phone]");
  command->add_option("--listen", options->phone.listen, "udp:ADDRESS:PORT; wins over sip.listen_port")
      ->option_text("WHERE");
  command->add_option("--api", options->api, "Serve web page and JSON API there (docs/api.md)")
      ->option_text("ADDRESS:PORT");
  command
      ->add_option("--tls-trusted", options->tls_trusted,
                   "Whom to trust where a server is reached by TLS (PEM); the system's list without it")
      ->option_text("FILE");
  command->add_option("--dns", options->name_servers, "Name server instead of the system's, several times")
      ->option_text("ADDRESS[:PORT]");
  command
      ->add_option("--audio-in", options->phone.audio_in,
                   "What it says: silence, tone:HZ, echo, a WAV file or device[:NAME], a sound card")
      ->option_text("WHAT [silence]");
  command
      ->add_option("--ringer", options->phone.ringers,
                   "A ring tone of one's own, named like its file: phone_setting.ring_type = FILE.wav; several times")
      ->option_text("FILE.wav");
  command
      ->add_option("--audio-out", options->audio_out,
                   "Where what it hears goes: null, a WAV file or device[:NAME]; offhook devices names the sound cards")
      ->option_text("WHERE [null]");
  command
      ->add_option("--audio-latency", options->audio_latency,
                   "That a sound card may have, each way, in ms; more helps on a busy machine")
      ->check(CLI::Range(10, 500))
      ->option_text("MS [60]");
  command
      ->add_option("--media-sockets", options->media_sockets, "A socket for each media port, or one for all addresses")
      ->check(CLI::IsMember({"own", "shared"}))
      ->option_text("own|shared [own]");
  command
      ->add_option("--record", options->record,
                   "Record both sides: what it says on the left, what it hears on the right")
      ->option_text("FILE.wav");
  command->add_option("--calls", options->calls, "Append a line of JSON for each call that is over (docs/api.md)")
      ->option_text("FILE");
  command->add_option("--hear", options->pilots, "Report when a tone of that frequency is heard, several times")
      ->option_text("HZ …");
  command->add_option("--do", options->commands, "A command once registered, e.g. \"call 1002\"; several times")
      ->option_text("COMMAND");
  return [options, &common] { return serve(*options, common); };
}

}  // namespace offhook
