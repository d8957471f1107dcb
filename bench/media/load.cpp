// Calls on real sockets: two processes on a core each, with N sessions that talk to the N of the other. No signalling:
// what is measured is media.
//   media_load --calls N [--seconds S] [--codec PCMU] [--fmtp TEXT] [--layout own|shared|floor-own|floor-shared]
//              [--srtp SUITE] [--dtls]  (--dtls comes last)
// Prints one line of JSON a side: CPU per stream and 20 ms (one packet out, one in; user and system), the part of a
// core that it used, memory a call, packets sent, received, lost and late, frames made up, jitter, MOS (an estimate; of
// the worst call, the mean, and how many calls are in each class of ITU-T G.107 Annex B), and by how much the latest
// tick came after its time. With floor-…, the same packets by the plainest program there can be: no codec, no jitter
// buffer, no RTCP. SUITE is one of SDES, as AEAD_AES_128_GCM: RTP and RTCP are encrypted by it. With --dtls each call
// has its keys from an association of its own; "keys_us" is the CPU time of a call until all have theirs. Best in a
// network of its own (tools/in-namespace): with fewer cores than two the sides share one.
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dtls/identity.hpp"
#include "floor.hpp"
#include "io/clock.hpp"
#include "io/loop.hpp"
#include "io/media_pump.hpp"
#include "io/random.hpp"
#include "media/codec.hpp"
#include "speech.hpp"

namespace {

using namespace offhook;

struct Options {
  std::uint32_t calls = 500;
  int seconds = 10;
  std::string codec = "PCMU", fmtp, layout = "own";
  std::optional<sdp::CryptoSuite> srtp;
  // By DTLS: the certificate of each side, which both know.
  std::array<std::shared_ptr<const dtls::Identity>, 2> identities;
  [[nodiscard]] bool by_dtls() const { return identities[0] != nullptr; }
  [[nodiscard]] std::string keys() const {
    return by_dtls() ? "DTLS" : srtp ? std::string(sdp::crypto_suite_text(*srtp)) : "";
  }
};

// Where the classes of G.107 Annex B begin: R 90 "very satisfied", 80, 70, 60 and 50.
constexpr std::array kMosClasses{4.34, 4.03, 3.6, 3.1, 2.58};

Endpoint address(int side, std::uint32_t call) {
  return {IpAddress::v4(127, static_cast<std::uint8_t>(101 + side), static_cast<std::uint8_t>(call >> 8),
                        static_cast<std::uint8_t>(call)),
          static_cast<std::uint16_t>(side == 0 ? 11780 : 12780)};
}

// Resident memory in bytes.
std::size_t resident() {
  std::ifstream in("/proc/self/statm");
  std::size_t all = 0, pages = 0;
  in >> all >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

struct Cpu {
  double user = 0, system = 0;
};
Cpu cpu() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto in_seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return {in_seconds(used.ru_utime), in_seconds(used.ru_stime)};
}

struct Counts {
  std::uint64_t sent = 0, received = 0, late = 0, concealed = 0;
  std::int64_t lost = 0;
  double mos_least = 0, mos_mean = 0;                          // listening quality, an estimate; 0: the floor has none
  std::array<unsigned, kMosClasses.size() + 1> mos_classes{};  // calls, the best class first
  double jitter_mean_ms = 0, jitter_most_ms = 0;
};

// The key that `side` sends with in that call: known to both, so no good for anything but this.
sdp::SrtpKey key_of(sdp::CryptoSuite suite, int side, std::uint32_t call) {
  std::vector<std::uint8_t> bytes(sdp::key_size(suite));
  std::uint32_t state = call * 2 + static_cast<std::uint32_t>(side) + 1;
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>((state = state * 1'664'525 + 1'013'904'223) >> 24);
  sdp::SrtpKey out;
  out.material = sdp::KeyMaterial::of(bytes);
  return out;
}

sdp::CertificateDigest announced(const dtls::Identity& identity) {
  const auto fingerprint = *sdp::Fingerprint::parse(identity.fingerprint());
  return {std::string(fingerprint.hash), {fingerprint.bytes.begin(), fingerprint.bytes.end()}};
}

class Streams {
 public:
  virtual ~Streams() = default;
  virtual void run(Duration span) = 0;
  [[nodiscard]] virtual Counts counts() const = 0;
  [[nodiscard]] virtual Duration take_most_late() = 0;
  // Nothing may be said before.
  virtual void agree_on_keys() {}
};

class EngineStreams final : public Streams {
 public:
  EngineStreams(const Options& options, int side) : options_(options), side_(side) {
    const media::Codec* codec = media::find_codec(options.codec);
    recording_ = bench::speech(codec->rate(options.fmtp), 30);
    for (std::uint32_t i = 0; i < options.calls; ++i) {
      const auto party = engine_.add_party(media::SilenceIn{});
      engine_.set_input(party, std::make_unique<bench::SpeechSource>(recording_, std::size_t{i} * 977));
      sessions_.push_back(*engine_.open(party, address(side, i)));
      if (!options.by_dtls()) engine_.update(sessions_.back(), plan_of(i));
    }
    const auto layout = options.layout == "own" ? io::MediaLayout::Own : io::MediaLayout::Shared;
    pump_ = std::make_unique<io::MediaPump>(loop_, engine_, io::MediaPump::Options{layout, 0},
                                            std::function<void(const io::MediaPump::Passed&)>{}, [](Complaint what) {
                                              std::fprintf(stderr, "media_load: %s\n", what.text().c_str());
                                              std::exit(1);
                                            });
    pump_->drain();
  }
  // Calls come one after the other, some hundreds a second; a handshake that takes long is no failure of the test.
  void agree_on_keys() override {
    if (!options_.by_dtls()) return;
    constexpr std::uint32_t kAtOnce = 10;
    const auto is_secured = [&](const media::SessionId session) { return engine_.stats(session)->encrypted; };
    for (std::uint32_t i = 0; i < options_.calls; ++i) {
      engine_.update(sessions_[i], plan_of(i));
      if (i % kAtOnce == kAtOnce - 1) run(milliseconds(20));
    }
    while (!std::ranges::all_of(sessions_, is_secured)) {
      run(milliseconds(100));
      if (const auto failure = engine_.poll_failure()) {
        std::fprintf(stderr, "media_load: %s\n", failure->why.c_str());
        std::exit(1);
      }
    }
  }
  void run(Duration span) override {
    loop_.run_until([] { return false; }, io::now().mono + span);
  }
  [[nodiscard]] Counts counts() const override {
    Counts out;
    for (const auto session : sessions_) {
      const auto stats = engine_.stats(session);
      out.sent += stats->packets_sent;
      out.received += stats->packets_received;
      out.lost += stats->packets_lost;
      out.late += stats->packets_late;
      out.concealed += stats->frames_concealed;
      const auto quality = engine_.quality(session);
      const double mos = quality && quality->received ? quality->received->estimate.mos_lq : 1;
      const auto begin = std::ranges::find_if(kMosClasses, [&](double least) { return mos >= least; });
      ++out.mos_classes[static_cast<std::size_t>(begin - kMosClasses.begin())];
      if (quality && quality->received) {
        const auto ms = [](Duration d) { return static_cast<double>(d.count()) * 1e-3; };
        out.jitter_mean_ms += ms(quality->received->mean_jitter) / static_cast<double>(sessions_.size());
        out.jitter_most_ms = std::max(out.jitter_most_ms, ms(quality->received->greatest_jitter));
      }
      out.mos_least = out.mos_least == 0 ? mos : std::min(out.mos_least, mos);
      out.mos_mean += mos / static_cast<double>(sessions_.size());
    }
    return out;
  }
  [[nodiscard]] Duration take_most_late() override { return pump_->take_most_late(); }

 private:
  [[nodiscard]] media::AudioPlan plan_of(std::uint32_t call) const {
    const media::Codec* codec = media::find_codec(options_.codec);
    media::AudioPlan plan;
    plan.remote = address(1 - side_, call);
    plan.codec = {static_cast<std::uint8_t>(codec->name == "PCMU" ? 0 : 97), std::string(codec->name), codec->rtp_clock,
                  codec->sdp_channels, options_.fmtp};
    if (options_.srtp)
      plan.srtp = {*options_.srtp, key_of(*options_.srtp, side_, call), key_of(*options_.srtp, 1 - side_, call)};
    if (options_.by_dtls()) {
      const auto sides = static_cast<std::size_t>(side_);
      plan.rtcp_mux = true;
      plan.dtls = media::DtlsPlan{
          {side_ == 0 ? sdp::Setup::Passive : sdp::Setup::Active, {announced(*options_.identities[1 - sides])}, {}, {}},
          options_.identities[sides]};
    }
    return plan;
  }

  const Options& options_;
  int side_;
  io::Loop loop_;
  io::SystemRandom random_;
  std::vector<std::int16_t> recording_;
  media::Engine engine_{{}, random_};
  std::vector<media::SessionId> sessions_;
  std::unique_ptr<io::MediaPump> pump_;
};

class FloorStreams final : public Streams {
 public:
  FloorStreams(const Options& options, int side) : floor_(options.layout == "floor-shared") {
    for (std::uint32_t i = 0; i < options.calls; ++i) floor_.add(address(side, i), address(1 - side, i));
  }
  void run(Duration span) override { floor_.run(io::now().mono + span); }
  [[nodiscard]] Counts counts() const override { return {floor_.sent(), floor_.received(), 0, 0, floor_.lost()}; }
  [[nodiscard]] Duration take_most_late() override { return floor_.take_most_late(); }

 private:
  bench::Floor floor_;
};

// One side from start to its line of figures. `ready`, `go`: the other side waits at the same places.
void run_side(const Options& options, int side, int ready, int go) {
  cpu_set_t core;
  CPU_ZERO(&core);
  CPU_SET(static_cast<unsigned>(side % std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN))), &core);
  ::sched_setaffinity(0, sizeof core, &core);
  const std::size_t before = resident();
  std::unique_ptr<Streams> streams;
  if (options.layout.starts_with("floor"))
    streams = std::make_unique<FloorStreams>(options, side);
  else
    streams = std::make_unique<EngineStreams>(options, side);
  char token = 0;
  (void)!::write(ready, &token, 1);
  (void)!::read(go, &token, 1);

  const Cpu cpu_before_keys = cpu();
  streams->agree_on_keys();
  const double keys_us =
      options.by_dtls()
          ? (cpu().user + cpu().system - cpu_before_keys.user - cpu_before_keys.system) / options.calls * 1e6
          : 0;
  (void)!::write(ready, &token, 1);
  (void)!::read(go, &token, 1);
  streams->run(seconds(4));  // jitter buffers fill, tables grow to their size
  (void)streams->take_most_late();
  const Counts counts_before = streams->counts();
  const Cpu cpu_before = cpu();
  const TimePoint begin = io::now().mono;
  streams->run(seconds(options.seconds));
  const Cpu used{cpu().user - cpu_before.user, cpu().system - cpu_before.system};
  const double span = static_cast<double>((io::now().mono - begin).count()) * 1e-6;
  const Counts counts = streams->counts();
  // A stream and 20 ms: one packet out, one in.
  const double frames = std::max(
      1.0, static_cast<double>(counts.sent - counts_before.sent + counts.received - counts_before.received) / 2);
  std::printf(
      "{\"side\": %d, \"layout\": \"%s\", \"codec\": \"%s\", \"srtp\": \"%s\", \"calls\": %u, \"us\": %.2f, "
      "\"user_us\": %.2f, "
      "\"system_us\": %.2f, \"core\": %.3f, \"bytes_a_call\": %zu, \"sent\": %llu, \"received\": %llu, \"lost\": %lld, "
      "\"late\": %llu, \"concealed\": %llu, \"mos_least\": %.2f, \"mos_mean\": %.2f, \"latest_tick_ms\": %.1f, "
      "\"keys_us\": %.0f, \"jitter_mean_ms\": %.3f, \"jitter_most_ms\": %.3f, "
      "\"mos_classes\": [%u, %u, %u, %u, %u, %u]}\n",
      side, options.layout.c_str(), options.codec.c_str(), options.keys().c_str(), options.calls,
      (used.user + used.system) / frames * 1e6, used.user / frames * 1e6, used.system / frames * 1e6,
      (used.user + used.system) / span, (resident() - before) / options.calls,
      static_cast<unsigned long long>(counts.sent - counts_before.sent),
      static_cast<unsigned long long>(counts.received - counts_before.received),
      static_cast<long long>(counts.lost - counts_before.lost),
      static_cast<unsigned long long>(counts.late - counts_before.late),
      static_cast<unsigned long long>(counts.concealed - counts_before.concealed), counts.mos_least, counts.mos_mean,
      static_cast<double>(streams->take_most_late().count()) * 1e-3, keys_us, counts.jitter_mean_ms,
      counts.jitter_most_ms, counts.mos_classes[0], counts.mos_classes[1], counts.mos_classes[2], counts.mos_classes[3],
      counts.mos_classes[4], counts.mos_classes[5]);
  std::fflush(stdout);
  (void)!::write(ready, &token, 1);  // nobody stops speaking while the other still counts
  (void)!::read(go, &token, 1);
}

void use_dtls(Options& options) {
  for (auto& identity : options.identities) {
    auto made = dtls::Identity::make();
    if (!made) {
      std::fprintf(stderr, "media_load: %s\n", std::string(made.error().text).c_str());
      std::exit(1);
    }
    identity = *made;
  }
}

bool read_options(int argc, char** argv, Options& options) {
  if (argc > 1 && std::string_view(argv[argc - 1]) == "--dtls") {
    use_dtls(options);
    --argc;
  }
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--calls")
      options.calls = static_cast<std::uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
    else if (name == "--seconds")
      options.seconds = static_cast<int>(std::strtol(value.c_str(), nullptr, 10));
    else if (name == "--codec")
      options.codec = value;
    else if (name == "--fmtp")
      options.fmtp = value;
    else if (name == "--layout")
      options.layout = value;
    else if (name == "--srtp" && sdp::key_size(sdp::parse_crypto_suite(value)) > 0)
      options.srtp = sdp::parse_crypto_suite(value);
    else
      return false;
  }
  constexpr std::array<std::string_view, 4> kLayouts{"own", "shared", "floor-own", "floor-shared"};
  return argc % 2 == 1 && options.calls > 0 && options.calls < 65'536 && options.seconds > 0 &&
         media::find_codec(options.codec) != nullptr &&
         std::find(kLayouts.begin(), kLayouts.end(), options.layout) != kLayouts.end();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!read_options(argc, argv, options)) {
    std::fputs(
        "usage: media_load --calls N [--seconds S] [--codec NAME] [--fmtp TEXT] "
        "[--layout own|shared|floor-own|floor-shared] [--srtp SUITE] [--dtls]\n",
        stderr);
    return 2;
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);

  // Each side says it is ready to the other, and goes on when it hears the same.
  std::array<int, 2> to_child{}, to_parent{};
  if (::pipe(to_child.data()) != 0 || ::pipe(to_parent.data()) != 0) return 1;
  const pid_t child = ::fork();
  if (child < 0) return 1;
  if (child == 0) {
    run_side(options, 1, to_parent[1], to_child[0]);
    return 0;
  }
  run_side(options, 0, to_child[1], to_parent[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0 ? 0 : 1;
}
