// offhook proxy user: who may come in, kept in the proxy's store (SQLite or Redis) by the hashes of their passwords.
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>

#include "command.hpp"
#include "io/files.hpp"
#include "io/sqlite_users.hpp"

namespace offhook {
namespace {

using Existing = io::UserStore::Existing;

struct Options {
  std::string config, store, domain, name, file;
  bool password_stdin = false, replace = false;
};

// Where the users are, and the realm of their passwords ("": as those that are there).
struct Place {
  io::ProxySettings settings;
  std::string realm;
};

Checked<Place> place_of(const Options& options) {
  io::ProxySettings settings;
  Place out;
  if (!options.config.empty()) {
    const auto text = io::read_file(options.config);
    if (!text) return tl::unexpected(text.error());
    auto read = io::read_proxy_file(options.config, *text);
    if (!read) return tl::unexpected(read.error());
    settings = std::move(*read);
    out.realm = settings.domains.front();
  }
  if (!options.store.empty()) {
    const auto store = io::parse_store(options.store);
    if (!store) return tl::unexpected(store.error());
    settings.store = *store;
  }
  if (!options.domain.empty()) out.realm = options.domain;
  if (settings.store == "memory")
    return complain("which store? --store sqlite:FILE or redis://HOST, or --config FILE that names one");
  out.settings = std::move(settings);
  return out;
}

// A realm that nobody has named is that of the users who are there.
Checked<std::string> realm_of(const Place& place, io::UserStore& users) {
  if (!place.realm.empty()) return place.realm;
  const auto list = users.list();
  if (!list) return tl::unexpected(list.error());
  if (list->empty())
    return complain("which domain are the passwords for? --domain NAME (the first of the proxy), or --config FILE");
  return list->front().realm;
}

// A line of standard input. What is typed at a terminal is not shown.
std::optional<std::string> read_line(const char* prompt, bool hidden) {
  termios before{};
  if (hidden) {
    ::tcgetattr(STDIN_FILENO, &before);
    termios quiet = before;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    std::fputs(prompt, stderr);
  }
  std::string line;
  const bool got = static_cast<bool>(std::getline(std::cin, line));
  if (hidden) {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::fputc('\n', stderr);
  }
  if (!got) return std::nullopt;
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

Checked<std::string> read_password(const Options& options) {
  const bool terminal = ::isatty(STDIN_FILENO) == 1;
  if (!terminal && !options.password_stdin)
    return complain("no terminal to ask for the password at; with --password-stdin it is the first line of the input");
  const auto password = read_line("Password: ", terminal);
  if (!password || password->empty()) return complain("an empty password lets nobody in");
  if (terminal && read_line("Again: ", true) != password) return complain("the two passwords differ");
  return *password;
}

// The file has what opens doors: a new one is for its owner alone.
Checked<std::unique_ptr<io::UserStore>> open(const Place& place) {
  ::umask(S_IRWXG | S_IRWXO);
  return io::open_users(place.settings);
}

Checked<void> set(const Options& options, Existing existing) {
  if (auto good = io::check_user_name(options.name); !good) return good;
  const auto place = place_of(options);
  if (!place) return tl::unexpected(place.error());
  auto users = open(*place);
  if (!users) return tl::unexpected(users.error());
  const auto realm = realm_of(*place, **users);
  if (!realm) return tl::unexpected(realm.error());
  const auto password = read_password(options);
  if (!password) return tl::unexpected(password.error());
  return (*users)->put({{proxy::make_user(options.name, *password, *realm), *realm}}, existing);
}

Checked<void> remove(const Options& options) {
  const auto place = place_of(options);
  if (!place) return tl::unexpected(place.error());
  auto users = open(*place);
  if (!users) return tl::unexpected(users.error());
  return (*users)->remove(options.name);
}

Checked<void> list(const Options& options) {
  const auto place = place_of(options);
  if (!place) return tl::unexpected(place.error());
  auto users = open(*place);
  if (!users) return tl::unexpected(users.error());
  const auto stored = (*users)->list();
  if (!stored) return tl::unexpected(stored.error());
  for (const auto& one : *stored) std::printf("%s\t%s\n", one.user.name.c_str(), one.realm.c_str());
  return {};
}

Checked<void> import(const Options& options) {
  const auto place = place_of(options);
  if (!place) return tl::unexpected(place.error());
  const auto text = io::read_file(options.file);
  if (!text) return tl::unexpected(text.error());
  auto users = open(*place);
  if (!users) return tl::unexpected(users.error());
  const auto realm = realm_of(*place, **users);
  if (!realm) return tl::unexpected(realm.error());
  const auto read = io::read_users_csv(options.file, *text, *realm);
  if (!read) return tl::unexpected(read.error());
  if (auto put = (*users)->put(*read, options.replace ? Existing::Replace : Existing::Refuse); !put) return put;
  std::printf("%zu user%s\n", read->size(), read->size() == 1 ? "" : "s");
  return {};
}

}  // namespace

std::function<std::optional<int>()> add_proxy_user(CLI::App& proxy) {
  auto options = std::make_shared<Options>();
  auto chosen = std::make_shared<std::function<Checked<void>(const Options&)>>();
  auto* user = proxy.add_subcommand(
      "user", "Users in the proxy's store; one in Redis is known to all nodes at once, SQLite is read on SIGHUP");
  user->require_subcommand(1);
  const auto add = [&](const char* name, const char* what, std::function<Checked<void>(const Options&)> run) {
    auto* command = user->add_subcommand(name, what);
    command->add_option("--store", options->store, "sqlite:FILE, or redis://HOST:PORT")->option_text("WHERE");
    command->add_option("--config", options->config, "proxy.toml that names store and domain")->option_text("FILE");
    command->callback([chosen, run = std::move(run)] { *chosen = run; });
    return command;
  };
  const auto with_password = [&](CLI::App* command) {
    command->add_option("NAME", options->name, "The user")->required();
    command->add_option("--domain", options->domain, "First domain of the proxy, which the hashes are made for")
        ->option_text("NAME");
    command->add_flag("--password-stdin", options->password_stdin, "The password is the first line of the input");
  };
  with_password(
      add("add", "Add a user; the password is asked for", [](const Options& o) { return set(o, Existing::Refuse); }));
  with_password(
      add("passwd", "Give a user another password", [](const Options& o) { return set(o, Existing::Expect); }));
  add("del", "Take a user out", remove)->add_option("NAME", options->name, "The user")->required();
  add("list", "Names and domains, one a line", list);
  auto* from_file =
      add("import", "Add all users of a CSV file, or none: name,password or name,ha1_sha256,ha1_md5", import);
  from_file->add_option("FILE", options->file, "CSV file whose first line names the columns")->required();
  from_file->add_option("--domain", options->domain, "First domain of the proxy")->option_text("NAME");
  from_file->add_flag("--replace", options->replace, "Users who are there already get what the file says");
  return [options, chosen]() -> std::optional<int> {
    if (!*chosen) return std::nullopt;
    const auto done = (*chosen)(*options);
    return done ? kOk : report(done.error());
  };
}

}  // namespace offhook
