#include "io/dns.hpp"

#include <ares.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <string>

#include "dns_message.hpp"
#include "io/clock.hpp"

namespace offhook::io {
namespace {

using transport::dns::Answer;
using transport::dns::Outcome;
using transport::dns::Question;
using transport::dns::Type;

// The engine gives a question up by itself (Policy::query_timeout); until then it is asked again.
constexpr int kFirstTimeoutMs = 2000;
constexpr int kTries = 3;
constexpr std::uint16_t kPort = 53;
constexpr milliseconds kConnecting{10};

struct Library {
  Library() { ::ares_library_init(ARES_LIB_INIT_ALL); }
  ~Library() { ::ares_library_cleanup(); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

int wire_type(Type type) {
  switch (type) {
    case Type::A: return ns_t_a;
    case Type::Aaaa: return ns_t_aaaa;
    case Type::Srv: return ns_t_srv;
    case Type::Naptr: return ns_t_naptr;
  }
  return ns_t_a;
}

Answer answer_of(Type type, int status, const unsigned char* bytes, int length) {
  if (status == ARES_ETIMEOUT || status == ARES_ECONNREFUSED) return {Outcome::Timeout, {}, {}, {}};
  if (bytes == nullptr || length <= 0) return {Outcome::ServFail, {}, {}, {}};
  return read_dns_message(type, {bytes, static_cast<std::size_t>(length)});
}

}  // namespace

struct Dns::Impl {
  // A question in c-ares; it comes back exactly once, at the latest when the channel is destroyed.
  struct Open {
    Impl* impl;
    Type type;
    Done done;
  };

  explicit Impl(Loop& own_loop)
      : loop(&own_loop), alive(std::make_shared<bool>(true)), timer(own_loop, [this] { expire(); }) {}

  ~Impl() {
    *alive = false;
    if (channel != nullptr) ::ares_destroy(channel);
    for (const auto& [fd, state] : sockets) loop->unwatch(fd);
  }

  void open(const std::vector<Endpoint>& servers) {
    ares_options options{};
    options.timeout = kFirstTimeoutMs;
    options.tries = kTries;
    options.sock_state_cb = [](void* self, ares_socket_t fd, int readable, int writable) {
      static_cast<Impl*>(self)->watch(fd, readable != 0, writable != 0);
    };
    options.sock_state_cb_data = this;
    const int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
    if (::ares_init_options(&channel, &options, mask) != ARES_SUCCESS) channel = nullptr;
    if (channel == nullptr || servers.empty()) return;
    std::string list;
    for (const Endpoint& server : servers) list += (list.empty() ? "" : ",") + server.text();
    ::ares_set_servers_ports_csv(channel, list.c_str());
  }

  void watch(ares_socket_t fd, bool readable, bool writable) {
    const bool known = sockets.contains(fd);
    if (!readable && !writable) {
      if (known) loop->unwatch(fd);
      sockets.erase(fd);
      return;
    }
    sockets[fd] = writable;
    if (known) return;
    loop->watch(fd, [this, fd] {
      ::ares_process_fd(channel, fd, ARES_SOCKET_BAD);
      rearm();
    });
  }

  // The loop watches for input only; a TCP connection that is being made is looked at by the clock.
  void expire() {
    const auto copy = sockets;
    for (const auto& [fd, writable] : copy)
      if (writable) ::ares_process_fd(channel, ARES_SOCKET_BAD, fd);
    ::ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    rearm();
  }

  void rearm() {
    timeval next{};
    if (::ares_timeout(channel, nullptr, &next) == nullptr) return timer.set(std::nullopt);
    Duration wait = seconds(next.tv_sec) + microseconds(next.tv_usec);
    if (std::any_of(sockets.begin(), sockets.end(), [](const auto& entry) { return entry.second; }))
      wait = std::min<Duration>(wait, kConnecting);
    timer.set(now().mono + wait + milliseconds(1));  // c-ares counts in whole milliseconds
  }

  void later(Done done, Answer answer) {
    loop->post([alive = alive, done = std::move(done), answer = std::move(answer)] {
      if (*alive) done(answer);
    });
  }

  // Names of the hosts file have addresses and nothing else.
  std::optional<Answer> from_hosts(const Question& question) {
    std::vector<IpAddress> addresses;
    bool known = false;
    for (const int family : {AF_INET, AF_INET6}) {
      hostent* host = nullptr;
      if (::ares_gethostbyname_file(channel, question.name.c_str(), family, &host) != ARES_SUCCESS) continue;
      known = true;
      for (char** at = host->h_addr_list; *at != nullptr; ++at) add(addresses, family, *at, question.type);
      ::ares_free_hostent(host);
    }
    if (!known) return std::nullopt;
    const seconds ttl(60);
    if (addresses.empty()) return Answer{Outcome::NoData, {}, ttl, {}};
    return Answer{Outcome::NoError, addresses, ttl, {}};
  }

  static void add(std::vector<IpAddress>& out, int family, const char* bytes, Type type) {
    std::array<std::uint8_t, 16> raw{};
    std::memcpy(raw.data(), bytes, family == AF_INET ? 4 : 16);
    if (family == AF_INET && type == Type::A) out.push_back(IpAddress::v4(raw[0], raw[1], raw[2], raw[3]));
    if (family == AF_INET6 && type == Type::Aaaa) out.push_back(IpAddress::v6(raw));
  }

  void ask(const Question& question, Done done) {
    if (channel == nullptr) return later(std::move(done), {Outcome::ServFail, {}, {}, {}});
    if (auto answer = from_hosts(question)) return later(std::move(done), std::move(*answer));
    auto* open = new Open{this, question.type, std::move(done)};  // owned by c-ares until it calls back
    ::ares_query(
        channel, question.name.c_str(), ns_c_in, wire_type(question.type),
        [](void* raw, int status, int, unsigned char* bytes, int length) {
          const std::unique_ptr<Open> owned(static_cast<Open*>(raw));
          if (status == ARES_EDESTRUCTION) return;
          owned->impl->later(std::move(owned->done), answer_of(owned->type, status, bytes, length));
        },
        open);
    rearm();
  }

  Library library;
  Loop* loop;
  std::shared_ptr<bool> alive;
  ares_channel channel = nullptr;
  std::map<int, bool> sockets;  // true: it waits to be writable
  Loop::Timer timer;
};

Dns::Dns(Loop& loop, const std::vector<Endpoint>& servers) : impl_(std::make_unique<Impl>(loop)) {
  impl_->open(servers);
}
Dns::~Dns() = default;

void Dns::ask(const Question& question, Done done) { impl_->ask(question, std::move(done)); }

Checked<Endpoint> parse_name_server(std::string_view text) {
  const auto endpoint = Endpoint::parse(text, kPort);
  if (!endpoint || endpoint->port == 0)
    return complain("not a name server; write its address, 127.0.0.1:5353 or 192.0.2.1", std::string(text));
  return *endpoint;
}

}  // namespace offhook::io
