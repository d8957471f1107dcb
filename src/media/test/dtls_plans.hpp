// The two plans of a call that has its keys by DTLS.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "dtls/identity.hpp"
#include "media/engine.hpp"
#include "sdp/dtls.hpp"

namespace offhook::media {

inline std::vector<sdp::CertificateDigest> announced(const dtls::Identity& identity) {
  const auto fingerprint = *sdp::Fingerprint::parse(identity.fingerprint());
  return {{std::string(fingerprint.hash), {fingerprint.bytes.begin(), fingerprint.bytes.end()}}};
}

using Identity = std::shared_ptr<const dtls::Identity>;

// A offered and B is the active side. `id`: a=tls-id of both.
inline void plan_dtls(AudioPlan& a, AudioPlan& b, const Identity& of_a, const Identity& of_b,
                      const std::string& id = {}) {
  a.dtls = DtlsPlan{{sdp::Setup::Passive, announced(*of_b), id, id}, of_a};
  b.dtls = DtlsPlan{{sdp::Setup::Active, announced(*of_a), id, id}, of_b};
}
inline void plan_dtls(AudioPlan& a, AudioPlan& b) { plan_dtls(a, b, *dtls::Identity::make(), *dtls::Identity::make()); }

}  // namespace offhook::media
