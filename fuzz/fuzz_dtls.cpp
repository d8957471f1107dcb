// The port of a session whose keys come from DTLS, with ICE beside it: handshakes of a good peer that are cut, changed,
// doubled and out of order, and garbage of all kinds that share the port (RFC 7983). Whatever comes: no crash, nothing
// is said before the keys are there, the two sides never have keys that differ, and a failure is told once.
//
// Input: one byte for the roles and ICE, then steps: what happens, and to which datagram.
#include <algorithm>
#include <vector>

#include "dtls/association.hpp"
#include "media/engine.hpp"
#include "rtp/demux.hpp"
#include "steps.hpp"

namespace {
using namespace offhook;

const Endpoint kLocal{IpAddress::v4(192, 0, 2, 1), 4000}, kRemote{IpAddress::v4(192, 0, 2, 2), 4000};

std::vector<sdp::CertificateDigest> announced(const dtls::Identity& identity) {
  const auto fingerprint = *sdp::Fingerprint::parse(identity.fingerprint());
  return {{std::string(fingerprint.hash), {fingerprint.bytes.begin(), fingerprint.bytes.end()}}};
}

using Bytes = std::vector<std::uint8_t>;

Bytes damaged(Bytes bytes, Input& in) {
  for (std::uint8_t changes = in.next() % 4; changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = (in.next() * 256U + in.next()) % bytes.size();
    if ((changes & 1U) == 0)
      bytes.resize(at);
    else
      bytes[at] ^= in.next();
  }
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kOurs = *dtls::Identity::make(), kTheirs = *dtls::Identity::make();
  Input in{data, data + size};
  const std::uint8_t kind = in.next();
  const bool active = (kind & 1U) != 0;
  SeededRandom random(1);
  media::Engine engine({.pilots = {}, .jitter = {}, .rtcp_interval = seconds(1)}, random);
  const auto session = *engine.open(engine.add_party(media::ToneIn{}), kLocal);
  media::AudioPlan plan{kLocal, kRemote, sdp::pcmu(), std::uint8_t{101}};
  plan.rtcp_mux = true;
  plan.dtls = media::DtlsPlan{{active ? sdp::Setup::Active : sdp::Setup::Passive, announced(*kTheirs), {}, {}}, kOurs};
  if ((kind & 2U) != 0)
    plan.ice = sdp::IceTerms{"ours", "a password of no garbage", "them", "another password of theirs"};
  dtls::Association peer(kTheirs, !active, announced(*kOurs));
  if ((kind & 4U) == 0) engine.update(session, plan);
  Now now{TimePoint{} + seconds(1), WallTime{seconds(1'700'000'000)}};
  std::vector<Bytes> to_us, to_peer;
  int failures = 0;
  const auto drain = [&] {
    while (const auto out = engine.poll_transmit()) {
      require(!out->bytes.empty() && out->bytes.size() <= 1500 && out->remote.port != 0);
      const auto traffic = rtp::traffic_of(out->bytes);
      if (traffic == rtp::Traffic::Dtls) to_peer.emplace_back(out->bytes.begin(), out->bytes.end());
      const auto stats = engine.stats(session);
      if (traffic == rtp::Traffic::Rtp) require(!stats || stats->encrypted);  // its BYE comes when it is gone
    }
    while (const auto failure = engine.poll_failure()) {
      require(!failure->why.empty());
      ++failures;
    }
    while (auto out = peer.poll_transmit()) to_us.push_back(std::move(*out));
  };
  for (int step = 0; step < 128 && in.at != in.end; ++step) {
    const std::uint8_t what = in.next();
    if ((what & 7U) == 0) {
      now.mono += milliseconds(in.next() * 8);
      now.wall += milliseconds(1);
      engine.wake(now);
      peer.wake(now.mono);
    } else if ((what & 7U) == 1) {
      engine.update(session, plan);
    } else if ((what & 7U) <= 4 && !to_us.empty()) {
      const Bytes bytes = damaged(to_us[in.next() % to_us.size()], in);
      engine.receive(now, kLocal, (what & 8U) != 0 ? kRemote : Endpoint{kRemote.address, 4444}, bytes);
    } else if ((what & 7U) <= 6 && !to_peer.empty()) {
      peer.receive(now.mono, damaged(to_peer[in.next() % to_peer.size()], in));
    } else {
      Bytes bytes(in.next());
      for (auto& byte : bytes) byte = in.next();
      engine.receive(now, kLocal, kRemote, bytes);
    }
    drain();
  }
  require(failures <= 1);
  engine.close(session, now);
  drain();
  return 0;
}
