// Streams, per second of CPU time of this process, which plays both ends over the loopback interface: TLS handshakes
// (full and resumed) and SIP messages there and back over TCP, TLS, WebSocket and secure WebSocket.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "certificates.hpp"
#include "io/clock.hpp"
#include "io/random.hpp"
#include "io/stream_host.hpp"

namespace {

using namespace offhook;
using transport::Flow;
using transport::Protocol;

const std::string kRequest =
    "INVITE sip:1002@example.test SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1\r\nContent-Length: "
    "700\r\n\r\n" +
    std::string(700, 'x');

// Certificate and key of the server, trusted by the client; gone with the program.
class Files {
 public:
  Files() : folder_(std::filesystem::temp_directory_path() / ("offhook-bench-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
    io::test::write_pem(io::test::make_certificate("bench", "DNS:bench.test"), certificate(), key());
  }
  ~Files() { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string certificate() const { return folder_ / "cert.pem"; }
  [[nodiscard]] std::string key() const { return folder_ / "key.pem"; }

 private:
  std::filesystem::path folder_;
};

struct Side {
  Side(io::Loop& loop, io::TlsContext& tls, bool answers)
      : echo(answers),
        host(loop, {}, random, &tls,
             {[this](const Flow& flow, std::string bytes) {
                ++messages;
                if (echo) host.send(flow, bytes);
              },
              [this](const Flow&) { ++lost; },
              [] {},
              {}}) {}
  io::SystemRandom random;
  std::uint64_t messages = 0, lost = 0;
  bool echo;
  io::StreamHost host;
};

struct Pair {
  explicit Pair(Protocol wanted)
      : protocol(wanted),
        server_tls(*io::TlsContext::load({{{files.certificate(), files.key()}}, files.certificate()})),
        client_tls(*io::TlsContext::load({{}, files.certificate()})),
        server(loop, *server_tls, true),
        client(std::make_unique<Side>(loop, *client_tls, false)),
        local(*server.host.listen(protocol, {IpAddress::loopback(), 0})) {}

  void send() { client->host.send({protocol, {IpAddress::loopback(), 5060}, local, 0, name}, kRequest); }
  bool wait(std::uint64_t messages) {
    client->host.flush();
    loop.run_until([&] { return client->messages >= messages || client->lost > 0; }, io::now().mono + seconds(20));
    return client->messages >= messages;
  }

  Protocol protocol;
  Files files;
  io::Loop loop;
  std::unique_ptr<io::TlsContext> server_tls, client_tls;
  Side server;
  std::unique_ptr<Side> client;
  Endpoint local;
  transport::ServerName name = std::make_shared<const std::string>("bench.test");
};

void messages(benchmark::State& state, Protocol protocol) {
  Pair pair(protocol);
  constexpr std::uint64_t kAtOnce = 64;
  std::uint64_t done = 0;
  for (auto _ : state) {
    for (std::uint64_t i = 0; i < kAtOnce; ++i) pair.send();
    done += kAtOnce;
    if (!pair.wait(done)) state.SkipWithError("a message was lost");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(done));
}

void handshakes(benchmark::State& state, bool resume) {
  Pair pair(Protocol::Tls);
  for (auto _ : state) {
    if (!resume) (void)pair.client_tls->reload();  // forgets the sessions
    pair.client = std::make_unique<Side>(pair.loop, *pair.client_tls, false);
    pair.send();
    if (!pair.wait(1)) state.SkipWithError("no connection");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

BENCHMARK_CAPTURE(messages, messages_tcp, Protocol::Tcp)->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(messages, messages_tls, Protocol::Tls)->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(messages, messages_ws, Protocol::Ws)->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(messages, messages_wss, Protocol::Wss)->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(handshakes, tls_handshakes, false)->MeasureProcessCPUTime();
BENCHMARK_CAPTURE(handshakes, tls_handshakes_resumed, true)->MeasureProcessCPUTime();

}  // namespace

BENCHMARK_MAIN();
