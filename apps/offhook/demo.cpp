// offhook demo: proxy, phones A, B and C from examples/, and the web page, all on loopback.
#include <chrono>
#include <cstdio>
#include <memory>

#include "api/phones.hpp"
#include "builtin_files.hpp"
#include "command.hpp"
#include "config/settings.hpp"
#include "io/clock.hpp"
#include "io/files.hpp"
#include "io/http_server.hpp"
#include "io/phone_host.hpp"
#include "io/proxy_host.hpp"
#include "stop.hpp"
#include "web_files.hpp"

namespace offhook {
namespace {

struct Options {
  std::string http = "127.0.0.1:8080";
  std::string examples;  // a folder; "" takes the built-in copies
};

struct Station {
  const char* name;
  const char* file;
  double pilot_hz;
};
// Each phone says a pilot tone of its own, by which the others know who is heard.
constexpr Station kStations[] = {{"A", "a.cfg", 500}, {"B", "b.cfg", 700}, {"C", "c.cfg", 900}};

Checked<std::string> read_example(const Options& options, const std::string& name) {
  if (options.examples.empty()) return std::string(builtin_file("examples/" + name));
  return io::read_file(options.examples + "/" + name);
}

Checked<std::vector<io::PhonePlan>> phone_plans(const Options& options) {
  std::vector<io::PhonePlan> out;
  const auto& model = config::model(config::ModelId::T46G);
  for (const auto& station : kStations) {
    const auto text = read_example(options, station.file);
    if (!text) return tl::unexpected(text.error());
    const std::vector<config::CfgSource> sources{{station.file, *text}};
    const auto loaded = config::load_settings(sources, model);
    for (const auto& finding : loaded.findings)
      if (finding.severity == config::Severity::Error)
        return complain(finding.text, finding.file + ":" + std::to_string(finding.line));
    io::PhonePlan plan{station.name,
                       config::make_phone_config(loaded.settings, model),
                       {},
                       media::ToneIn{station.pilot_hz},
                       station.pilot_hz};
    plan.local = {IpAddress::loopback(), plan.config.listen_port};
    out.push_back(std::move(plan));
  }
  return out;
}

// Everything that the demo runs, wired together; one loop, one thread beside it for audio.
class Demo {
 public:
  Demo(const Options& options, const Common& common) : options_(options), common_(common) {}

  int run() {
    const auto started = io::now().mono;
    if (const auto opened = open(); !opened) return report(opened.error());
    phones_->register_all();
    if (!loop_.run_until([&] { return phones_->all_registered(); }, started + seconds(10)))
      return report({"the phones did not register within ten seconds", "see --log-level debug"});
    loop_.on_terminate([this] { loop_.stop(); });  // before the address tells anybody that we are here
    const auto took = std::chrono::duration_cast<milliseconds>(io::now().mono - started);
    std::printf("phones A (1001), B (1002) and C (1003) registered in %lld ms\nhttp://%s\n",
                static_cast<long long>(took.count()), http_->local().text().c_str());
    std::fflush(stdout);
    loop_.run();
    log(common_, LogLevel::Info, "stopping");
    stop_phones(loop_, *phones_);
    return kOk;
  }

 private:
  Checked<void> open() {
    const auto where = Endpoint::parse(options_.http);
    if (!where) return complain("not an address and port; write 127.0.0.1:8080", "--http " + options_.http);
    const auto proxy_text = read_example(options_, "proxy.toml");
    if (!proxy_text) return tl::unexpected(proxy_text.error());
    auto settings = io::read_proxy_file("proxy.toml", *proxy_text);
    if (!settings) return tl::unexpected(settings.error());
    for (const auto& listen : settings->listen) recorder_.name(listen.endpoint, "P");
    auto proxy = io::ProxyHost::start(loop_, *settings, &recorder_);
    if (!proxy) return tl::unexpected(proxy.error());
    proxy_ = std::move(*proxy);
    return open_phones(*where);
  }

  Checked<void> open_phones(Endpoint where) {
    auto plans = phone_plans(options_);
    if (!plans) return tl::unexpected(plans.error());
    io::PhoneHost::Options host_options;
    host_options.trouble = [this](const Complaint& complaint) { log(common_, LogLevel::Warning, complaint.text()); };
    host_options.changed = [this](phone::PhoneId id, phone::Change) {
      if (api_) api_->phone_changed(id);
      push_soon();
    };
    host_options.hearing_changed = [this](std::string_view name, std::vector<std::string> hears) {
      if (api_) api_->hearing(name, std::move(hears));
      push_soon();
    };
    host_options.call_ended = [this](phone::EndedCall call) {
      if (api_) api_->call_ended(std::move(call));
    };
    host_options.heard = [this](phone::PhoneId phone, media::ConstFrame frame) {
      if (api_) api_->heard(phone, frame);
      push_soon();
    };
    auto phones = io::PhoneHost::start(loop_, std::move(*plans), std::move(host_options), &recorder_);
    if (!phones) return tl::unexpected(phones.error());
    phones_ = std::move(*phones);
    api_ = std::make_unique<api::PhonesApi>(phones_->rack(), recorder_, phones_.get());
    recorder_.on_sip([this](const flow::Record& record) {
      api_->message(record);
      push_soon();
    });
    auto http = io::HttpServer::open(loop_, where, *api_, web_files(), [this] {
      phones_->drain();
      push_soon();
    });
    if (!http) return tl::unexpected(http.error());
    http_ = std::move(*http);
    return {};
  }

  // Pushes once the input at hand has been dealt with, so that a burst of changes goes out together.
  void push_soon() {
    if (std::exchange(push_posted_, true)) return;
    loop_.post([this] {
      push_posted_ = false;
      if (http_) http_->push();
    });
  }

  const Options& options_;
  const Common& common_;
  io::Loop loop_;
  flow::Recorder recorder_{{.sip = 5000, .rtp = 0}};
  std::unique_ptr<io::ProxyHost> proxy_;
  std::unique_ptr<io::PhoneHost> phones_;
  std::unique_ptr<api::PhonesApi> api_;
  std::unique_ptr<io::HttpServer> http_;
  bool push_posted_ = false;
};

}  // namespace

Run add_demo(CLI::App& app, Common& common) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("demo", "Proxy, phones A, B and C and a web page, all on loopback");
  command->add_option("--http", options->http, "Where the page is served")
      ->option_text("ADDRESS:PORT [127.0.0.1:8080]");
  command
      ->add_option("--examples", options->examples,
                   "Folder with proxy.toml, a.cfg, b.cfg, c.cfg instead of the built-in ones")
      ->option_text("DIR");
  return [options, &common] { return Demo(*options, common).run(); };
}

}  // namespace offhook
