// offhook proxy: the proxy and registrar.
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "base/ascii.hpp"
#include "command.hpp"
#include "io/admin_host.hpp"
#include "io/clock.hpp"
#include "io/files.hpp"
#include "io/log_writer.hpp"
#include "io/proxy_host.hpp"
#include "io/sqlite_users.hpp"
#include "io/supervisor.hpp"
#include "transport/shard.hpp"

namespace offhook {
namespace {

struct Options {
  std::string config, store, admin, admin_token_file, tls_certificate, tls_key, tls_trusted;
  std::vector<std::string> listen, domains, name_servers, users, digest;
  unsigned shards = 0;
  bool no_auth = false, check = false;
};

// The file first, flags above it. Usage errors of flags are told as such.
Checked<io::ProxySettings> settings_of(const Options& options, const Common& common) {
  io::ProxySettings out;
  if (!options.config.empty()) {
    const auto text = io::read_file(options.config);
    if (!text) return tl::unexpected(text.error());
    auto read = io::read_proxy_file(options.config, *text);
    if (!read) return tl::unexpected(read.error());
    out = std::move(*read);
  }
  if (!options.listen.empty()) out.listen.clear();
  for (const auto& listen : options.listen) {
    const auto parsed = io::parse_listen(listen);
    if (!parsed) return tl::unexpected(parsed.error());
    out.listen.push_back(*parsed);
  }
  if (out.listen.empty()) out.listen.push_back({transport::Protocol::Udp, {IpAddress::loopback(), 5060}});
  if (!options.domains.empty()) out.domains = options.domains;
  if (out.domains.empty()) out.domains.push_back(out.listen.front().endpoint.address.uri_host());
  if (!options.name_servers.empty()) out.name_servers.clear();
  for (const auto& text : options.name_servers) {
    const auto server = io::parse_name_server(text);
    if (!server) return tl::unexpected(server.error());
    out.name_servers.push_back(*server);
  }
  for (const auto& user : options.users) {
    const auto parsed = io::parse_user(user);
    if (!parsed) return tl::unexpected(parsed.error());
    out.users.push_back(*parsed);
  }
  if (!options.digest.empty()) out.digest.clear();
  for (const auto& name : options.digest) {
    const auto algorithm = io::parse_digest(name);
    if (!algorithm) return tl::unexpected(algorithm.error());
    out.digest.push_back(*algorithm);
  }
  if (!options.store.empty()) {
    const auto store = io::parse_store(options.store);
    if (!store) return tl::unexpected(store.error());
    out.store = *store;
  }
  if (options.tls_certificate.empty() != options.tls_key.empty())
    return complain("--tls-certificate and --tls-key go together");
  if (!options.tls_certificate.empty()) out.tls.certificates = {{options.tls_certificate, options.tls_key}};
  if (!options.tls_trusted.empty()) out.tls.trusted = options.tls_trusted;
  if (!options.admin.empty()) {
    const auto admin = io::parse_admin(options.admin);
    if (!admin) return tl::unexpected(admin.error());
    out.admin.listen = *admin;
  }
  if (!options.admin_token_file.empty()) out.admin.token_file = options.admin_token_file;
  if (auto complete = out.admin.complete(); !complete) return tl::unexpected(complete.error());
  if (options.shards != 0) out.shards = options.shards;
  if (common.log_level) out.log.level = common.log_level;
  if (common.log_format) out.log.format = common.log_format;
  if (options.no_auth) out.authenticate = false;
  // Redis gives its users to the proxy that runs, and their changes.
  const bool come_later = io::is_redis_url(out.store);
  if (out.authenticate && !come_later)
    if (auto added = io::add_stored_users(out); !added) return tl::unexpected(added.error());
  if (const auto complete = out.check_users(); out.authenticate && !complete) return tl::unexpected(complete.error());
  if (out.authenticate && out.users.empty() && !come_later)
    return complain(
        "no users: name them with --user NAME:PASSWORD, in the file or by offhook proxy user add, or let everybody "
        "in with --no-auth",
        options.config);
  return out;
}

// "proxy.toml:12: warning: …"
std::string describe(const io::ProxySettings& settings, const proxy::Finding& finding) {
  const std::string place = finding.line == 0 ? settings.file : settings.file + ':' + std::to_string(finding.line);
  const bool is_error = finding.severity == proxy::Finding::Severity::Error;
  return (place.empty() ? "flags" : place) + (is_error ? ": error: " : ": warning: ") + finding.text;
}

// A proxy that runs, with its administration.
class Server {
 public:
  Server(const Options& options, const Common& common) : options_(options), common_(common) {}

  int run(io::ProxySettings settings) {
    // Before anybody is told that we are ready.
    loop_.on_terminate([this] { terminate(); }, [this] { loop_.stop(); });
    if (auto started = start(std::move(settings)); !started) return report(started.error());
    for (const auto& listen : host_->listening())
      std::printf("listening on %s:%s\n", to_lower(transport::protocol_name(listen.protocol)).c_str(),
                  listen.endpoint.text().c_str());
    if (admin_) std::printf("administration on http://%s\n", admin_->local().text().c_str());
    loop_.on_hangup([this] { static_cast<void>(reload()); });
    std::printf("ready\n");
    std::fflush(stdout);
    supervisor_.tell("READY=1");
    feed_watchdog();
    if (in_memory_)
      tell(LogLevel::Info,
           "registrations are kept in memory and end with this process (--store sqlite:FILE keeps them)");
    if (authenticates_ && host_->core().user_count() == 0)
      tell(LogLevel::Warning, "nobody can come in: no users are known yet (offhook proxy user add)");
    loop_.run();
    supervisor_.tell("STOPPING=1");
    tell(LogLevel::Info, "stopping");
    admin_.reset();
    host_.reset();  // finishes what was handed to the store
    return kOk;
  }

 private:
  Checked<void> start(io::ProxySettings settings) {
    in_memory_ = settings.store == "memory";
    authenticates_ = settings.authenticate;
    log_.configure(log_settings(settings.log));
    drain_limit_ = settings.drain_limit;
    const io::AdminSettings admin = settings.admin;
    auto host = io::ProxyHost::start(loop_, std::move(settings));
    if (!host) return tl::unexpected(host.error());
    host_ = std::move(*host);
    host_->on_log([this](const LogEvent& event) { log_.write(io::now().wall, event); });
    if (!admin.listen) return {};
    auto opened = io::AdminHost::open(
        loop_, *host_, admin,
        {[this] { return reload(); }, [this](auto limit) { drain(limit.value_or(drain_limit())); }});
    if (!opened) return tl::unexpected(opened.error());
    admin_ = std::move(*opened);
    return {};
  }

  static io::LogWriter::Settings log_settings(const io::LogSettings& log) {
    return {log.format.value_or(LogFormat::Text), log.level.value_or(LogLevel::Info), log.rate};
  }
  void tell(LogLevel level, std::string what) { log_.write(io::now().wall, {level, "proxy", std::move(what), {}}); }

  // From the loop: it stops with it.
  void feed_watchdog() {
    const auto often = supervisor_.watchdog();
    if (often) watchdog_.set(io::now().mono + *often);
  }

  // File and flags again; what is wrong there changes nothing.
  Checked<void> reload() {
    supervisor_.tell("RELOADING=1");
    auto done = read_again();
    supervisor_.tell("READY=1");
    return done;
  }
  Checked<void> read_again() {
    auto done = settings_of(options_, common_).and_then([this](const io::ProxySettings& settings) {
      return host_->reload(settings).map([&] {
        drain_limit_ = settings.drain_limit;
        log_.configure(log_settings(settings.log));
        if (admin_) admin_->set_token(settings.admin.token);
      });
    });
    if (done)
      tell(LogLevel::Info, "the configuration is read again");
    else
      tell(LogLevel::Warning, "the configuration stays as it was: " + done.error().text());
    return done;
  }

  // Who is told to go once more goes at once.
  void terminate() {
    if (!host_) return loop_.stop();
    if (drain_limit_ != seconds(0) && !host_->core().is_draining()) return drain(drain_limit_);
    supervisor_.tell("STOPPING=1");
    if (!host_->leave([this] { loop_.stop(); })) loop_.stop();
  }
  void drain(Duration limit) {
    if (host_->core().is_draining()) return;
    tell(LogLevel::Info, "no new calls; ending with the last one");
    supervisor_.tell("STOPPING=1\nSTATUS=no new calls; ending with the last one");
    host_->drain(limit, [this] { loop_.stop(); });
  }
  [[nodiscard]] seconds drain_limit() const {
    constexpr seconds kLimit{3600};  // for an operator, where the configuration says nothing
    return drain_limit_ == seconds(0) ? kLimit : drain_limit_;
  }

  const Options& options_;
  const Common& common_;
  bool in_memory_ = false, authenticates_ = false;
  seconds drain_limit_{0};
  io::LogWriter log_{STDERR_FILENO, {}};
  io::Supervisor supervisor_ = io::Supervisor::of_environment();
  io::Loop loop_;
  io::Loop::Timer watchdog_{loop_, [this] {
                              supervisor_.tell("WATCHDOG=1");
                              feed_watchdog();
                            }};
  std::unique_ptr<io::ProxyHost> host_;
  std::unique_ptr<io::AdminHost> admin_;
};

// As at the start: certificates are read, and are there where they are needed.
Checked<void> check_certificates(const io::ProxySettings& settings) {
  for (const transport::Listen& listen : settings.listen)
    if ((listen.protocol == transport::Protocol::Tls || listen.protocol == transport::Protocol::Wss) &&
        settings.tls.certificates.empty())
      return complain("a certificate and its key are needed",
                      to_lower(transport::protocol_name(listen.protocol)) + ':' + listen.endpoint.text());
  return io::TlsContext::load(settings.tls).map([](const auto&) {});
}

// Users in Redis come to a proxy that runs, also later: what is wrong with them, or that Redis is away, keeps it from
// nothing. "" when all is well.
std::string look_at_redis_users(io::ProxySettings& settings) {
  if (!settings.authenticate || !io::is_redis_url(settings.store)) return {};
  auto done = io::add_stored_users(settings);
  if (done) done = settings.check_users();
  return done ? std::string{} : "users in Redis: " + done.error().text();
}

int serve(const Options& options, const Common& common) {
  auto settings = settings_of(options, common);
  if (!settings) return report(settings.error());
  if (options.check) {
    if (const auto certificates = check_certificates(*settings); !certificates) return report(certificates.error());
    const std::string warning = look_at_redis_users(*settings);
    std::printf("%s: %zu listening address%s, %zu domain%s, %zu user%s, store %s\n",
                options.config.empty() ? "flags" : options.config.c_str(), settings->listen.size(),
                settings->listen.size() == 1 ? "" : "es", settings->domains.size(),
                settings->domains.size() == 1 ? "" : "s", settings->users.size(),
                settings->users.size() == 1 ? "" : "s", settings->store_name().c_str());
    if (!warning.empty())
      std::printf("%s\n", describe(*settings, {proxy::Finding::Severity::Warning, warning, 0}).c_str());
    for (const proxy::Finding& finding : settings->lint()) std::printf("%s\n", describe(*settings, finding).c_str());
    return kOk;
  }
  return Server(options, common).run(std::move(*settings));
}

}  // namespace

Run add_proxy(CLI::App& app, Common& common) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("proxy", "Run the SIP proxy and registrar");
  command->add_option("--config", options->config, "Configuration file (docs/config.md); SIGHUP reads it again")
      ->option_text("FILE");
  command
      ->add_option("--listen", options->listen,
                   "PROTOCOL:ADDRESS:PORT (udp tcp tls ws wss), several times; wins over the file")
      ->option_text("WHERE [udp:127.0.0.1:5060]");
  command->add_option("--domain", options->domains, "Domain that it answers for, several times; the first is the realm")
      ->option_text("NAME");
  command->add_option("--dns", options->name_servers, "Name server instead of the system's, several times")
      ->option_text("ADDRESS[:PORT]");
  command->add_option("--user", options->users, "A user, several times")->option_text("NAME:PASSWORD");
  command
      ->add_option(
          "--digest", options->digest,
          "SHA-256, SHA-512-256, MD5, or one with -sess: what is offered, best first; MD5 alone for old clients")
      ->option_text("NAME … [SHA-256 MD5]");
  command->add_option("--store", options->store, "memory, sqlite:FILE, or redis://HOST:PORT (docs/scaling.md)")
      ->option_text("WHERE [memory]");
  command->add_option("--tls-certificate", options->tls_certificate, "Certificate and chain for tls: and wss: (PEM)")
      ->option_text("FILE");
  command->add_option("--tls-key", options->tls_key, "Its private key (PEM); SIGHUP reads all files again")
      ->option_text("FILE");
  command->add_option("--tls-trusted", options->tls_trusted, "Whom to trust (PEM); the system's list without it")
      ->option_text("FILE");
  command->add_option("--admin", options->admin, "Where the administration is served over HTTP (docs/operations.md)")
      ->option_text("ADDRESS:PORT");
  command->add_option("--admin-token-file", options->admin_token_file, "File with the token that its clients show")
      ->option_text("FILE");
  command->add_option("--shards", options->shards, "Threads that share the addresses (docs/scaling.md)")
      ->option_text("NUMBER [1]")
      ->check(CLI::Range(1U, transport::kMostShards));
  command->add_flag("--no-auth", options->no_auth, "Believe everybody (labs)");
  command->add_flag("--check", options->check, "Read the configuration, say what it means, and stop");
  const auto user = add_proxy_user(*command);
  return [options, &common, user] {
    const auto done = user();
    return done ? *done : serve(*options, common);
  };
}

}  // namespace offhook
