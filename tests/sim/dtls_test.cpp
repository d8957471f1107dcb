// Calls with DTLS keys between two phones through the proxy: who is heard, over hold and resume by either side, on a
// perfect network and on many that lose 5 %, repeat 2 % and reorder. Certificates are drawn by OpenSSL, so a run is not
// repeated to the byte; what happens in it is.
#include <gtest/gtest.h>

#include "held_call.hpp"

namespace offhook::test {
namespace {

constexpr std::uint64_t kSeeds = 100;

class DtlsCalls : public testing::TestWithParam<HeldCall> {};

TEST_P(DtlsCalls, AreHeardBothWays) { expect_passes_once(script_of(GetParam())); }

TEST_P(DtlsCalls, AreHeardBothWaysOnRoughNetworks) { expect_passes_on_rough_networks(script_of(GetParam()), kSeeds); }

#define COMPULSORY "\"account.1.srtp_encryption = 2\", "
#define OPTIONAL "\"account.1.srtp_encryption = 1\", "
#define TAKEN "\"account.1.srtp.dtls = 1\""
#define OFFERED "\"account.1.srtp.dtls = 2\""
INSTANTIATE_TEST_SUITE_P(Rows, DtlsCalls,
                         testing::Values(HeldCall{"compulsory", COMPULSORY OFFERED, COMPULSORY OFFERED},
                                         HeldCall{"taken", COMPULSORY OFFERED, OPTIONAL TAKEN},
                                         HeldCall{"optional", OPTIONAL OFFERED, OPTIONAL OFFERED}),
                         name_of);

}  // namespace
}  // namespace offhook::test
