// What encryption costs: one G.711 packet of 20 ms sealed, and opened, in each suite, by Google Benchmark. A call has
// two of each every 20 ms on a relay, one of each at a phone.
//   srtp_bench [--benchmark_...]
#include <benchmark/benchmark.h>

#include <vector>

#include "rtp/packet.hpp"
#include "rtp/srtp.hpp"

namespace {

using namespace offhook;
using rtp::SrtpSuite;

constexpr std::size_t kBatch = 1000;

std::vector<std::uint8_t> key_of(SrtpSuite suite) {
  std::vector<std::uint8_t> key(rtp::srtp_key_size(suite));
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i * 5 + 1);
  return key;
}

std::vector<std::uint8_t> packet(std::uint32_t number) {
  std::vector<std::uint8_t> out;
  rtp::append_header(out, {false, 0, static_cast<std::uint16_t>(number), rtp::RtpTime(number * 160), 0xCAFE});
  out.insert(out.end(), 160, static_cast<std::uint8_t>(number));
  return out;
}

void seal(benchmark::State& state, SrtpSuite suite) {
  auto sender = rtp::SrtpSender::make(suite, key_of(suite));
  std::vector<std::uint8_t> bytes;
  std::uint32_t number = 0;
  for (auto _ : state) {
    bytes = packet(number++);
    if (!sender->protect_rtp(bytes)) return state.SkipWithError("a packet was refused");
    benchmark::DoNotOptimize(bytes.data());
  }
  state.SetItemsProcessed(state.iterations());
}

// Batches of packets are sealed while the clock stands.
void open(benchmark::State& state, SrtpSuite suite) {
  auto sender = rtp::SrtpSender::make(suite, key_of(suite));
  auto receiver = rtp::SrtpReceiver::make(suite, key_of(suite));
  rtp::SrtpBuffer buffer;
  std::uint32_t number = 0;
  std::vector<std::vector<std::uint8_t>> sealed(kBatch);
  for (auto _ : state) {
    state.PauseTiming();
    for (auto& bytes : sealed) {
      bytes = packet(number++);
      if (!sender->protect_rtp(bytes)) return state.SkipWithError("a packet was refused");
    }
    state.ResumeTiming();
    for (const auto& bytes : sealed)
      if (receiver->unprotect_rtp(bytes, buffer).verdict != rtp::SrtpVerdict::Good)
        return state.SkipWithError("a good packet was refused");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}

#define OFFHOOK_EACH_SUITE(what)                                                \
  BENCHMARK_CAPTURE(what, AES_CM_128_HMAC_SHA1_32, SrtpSuite::AesCm128Sha1_32); \
  BENCHMARK_CAPTURE(what, AES_CM_128_HMAC_SHA1_80, SrtpSuite::AesCm128Sha1_80); \
  BENCHMARK_CAPTURE(what, AES_256_CM_HMAC_SHA1_80, SrtpSuite::AesCm256Sha1_80); \
  BENCHMARK_CAPTURE(what, AEAD_AES_128_GCM, SrtpSuite::AeadAes128Gcm);          \
  BENCHMARK_CAPTURE(what, AEAD_AES_256_GCM, SrtpSuite::AeadAes256Gcm)
OFFHOOK_EACH_SUITE(seal);
OFFHOOK_EACH_SUITE(open);

}  // namespace

BENCHMARK_MAIN();
