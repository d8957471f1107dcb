// Two associations and a wire between them that loses, doubles, holds back and changes datagrams; in virtual time.
#include "dtls/association.hpp"

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <functional>
#include <map>

#include "base/random.hpp"
#include "context.hpp"
#include "datagram_bio.hpp"

namespace offhook::dtls {
namespace {
using Bytes = std::vector<std::uint8_t>;
using testing::HasSubstr;

std::shared_ptr<const Identity> someone() { return *Identity::make(); }

std::vector<sdp::CertificateDigest> announced(const Identity& identity) {
  const auto fingerprint = *sdp::Fingerprint::parse(identity.fingerprint());
  return {{std::string(fingerprint.hash), {fingerprint.bytes.begin(), fingerprint.bytes.end()}}};
}

struct World {
  explicit World(std::uint64_t seed = 1) : dice(seed) {}
  std::shared_ptr<const Identity> of_a = someone(), of_b = someone();
  Association a{of_a, true, announced(*of_b)}, b{of_b, false, announced(*of_a)};
  SeededRandom dice;
  TimePoint now = TimePoint{} + seconds(100);
  std::uint64_t loss_percent = 0, twice_percent = 0;
  milliseconds scatter{0};
  // True: it arrives, perhaps changed. `count` numbers the datagrams of that direction from 0.
  std::function<bool(bool to_b, int count, Bytes&)> way = [](bool, int, Bytes&) { return true; };
  int sent_by_a = 0, sent_by_b = 0;
  std::multimap<TimePoint, std::pair<Association*, Bytes>> wire;
  std::vector<std::pair<Association*, Bytes>> seen;

  void take(Association& from, Association& to, int& count) {
    while (auto datagram = from.poll_transmit()) {
      EXPECT_LE(datagram->size() + 28, kMtu);
      EXPECT_GE(datagram->front(), 20);
      EXPECT_LE(datagram->front(), 63);
      seen.emplace_back(&to, *datagram);
      if (!way(&to == &b, count++, *datagram) || dice.below(100) < loss_percent) continue;
      for (int copies = dice.below(100) < twice_percent ? 2 : 1; copies > 0; --copies) {
        const auto extra = static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(scatter.count()) + 1));
        wire.emplace(now + milliseconds(20 + extra), std::pair{&to, *datagram});
      }
    }
  }
  void run(Duration span) {
    for (const TimePoint end = now + span; now < end; now += milliseconds(5)) {
      while (!wire.empty() && wire.begin()->first <= now) {
        const auto [to, datagram] = std::move(wire.begin()->second);
        wire.erase(wire.begin());
        to->receive(now, datagram);
      }
      a.wake(now);
      b.wake(now);
      take(a, b, sent_by_a);
      take(b, a, sent_by_b);
    }
  }
  [[nodiscard]] bool secured() const { return a.state() == State::Secured && b.state() == State::Secured; }
  void expect_same_keys() const {
    ASSERT_TRUE(a.keys() && b.keys());
    EXPECT_EQ(a.keys()->suite, b.keys()->suite);
    EXPECT_EQ(a.keys()->local, b.keys()->remote);
    EXPECT_EQ(a.keys()->remote, b.keys()->local);
    EXPECT_NE(a.keys()->local, a.keys()->remote);
  }
};

TEST(Association, GivesBothTheSameKeysInTwoRoundTrips) {
  World w;
  EXPECT_EQ(w.a.deadline(), TimePoint::min());
  w.run(milliseconds(100));
  EXPECT_TRUE(w.secured());
  w.expect_same_keys();
  EXPECT_EQ(w.a.keys()->suite, sdp::CryptoSuite::AEAD_AES_256_GCM) << "the strongest that both have";
  EXPECT_EQ(w.a.keys()->local.material.size, 44);
  EXPECT_FALSE(w.a.deadline());
  const int sent = w.sent_by_a + w.sent_by_b;
  w.run(minutes(1));
  EXPECT_EQ(w.sent_by_a + w.sent_by_b, sent) << "nothing waits to be sent again";
  EXPECT_LE(sent, 8);
}

TEST(Association, NothingIsSentBeforeItsTimeAndThenAsTheTimerSays) {
  World w;
  w.way = [](bool, int, Bytes&) { return false; };
  std::vector<std::int64_t> at;
  const TimePoint begin = w.now;
  for (int known = 0; w.now < begin + seconds(29);) {
    w.run(milliseconds(5));
    for (; known < w.sent_by_a; ++known) at.push_back((w.now - begin - milliseconds(5)) / milliseconds(1));
  }
  EXPECT_THAT(at, testing::ElementsAre(0, 250, 750, 1750, 3750, 7750, 11'750, 15'750, 19'750, 23'750, 27'750));
  EXPECT_EQ(w.sent_by_b, 0);
  // Each has a record number of its own: a receiver takes none for a repetition.
  for (std::size_t i = 1; i < w.seen.size(); ++i)
    EXPECT_TRUE(std::lexicographical_compare(w.seen[i - 1].second.begin() + 3, w.seen[i - 1].second.begin() + 11,
                                             w.seen[i].second.begin() + 3, w.seen[i].second.begin() + 11));
  w.run(seconds(2));
  EXPECT_EQ(w.a.state(), State::Failed);
  EXPECT_THAT(w.a.failure(), HasSubstr("did not answer"));
  EXPECT_EQ(w.b.state(), State::Failed) << "it has waited as long";
}

class Seeds : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Many, Seeds, testing::Range(std::uint64_t{1}, std::uint64_t{41}));

TEST_P(Seeds, LossDoublesAndDisorderAreBorne) {
  World w(GetParam());
  w.loss_percent = 25;
  w.twice_percent = 20;
  w.scatter = milliseconds(300);
  w.run(seconds(28));
  ASSERT_TRUE(w.secured()) << w.a.failure() << " / " << w.b.failure();
  w.expect_same_keys();
}

// Change, loss and garbage never give the two different keys, or one that the other has not proved itself for.
TEST_P(Seeds, TamperedHandshakesGiveNoKeysThatDiffer) {
  World w(GetParam());
  w.way = [&](bool, int, Bytes& bytes) {
    if (w.dice.below(3) == 0) bytes[w.dice.below(bytes.size())] ^= static_cast<std::uint8_t>(1 + w.dice.below(255));
    return true;
  };
  w.run(seconds(32));
  if (w.secured()) w.expect_same_keys();
  for (const Association* side : {&w.a, &w.b}) {
    EXPECT_NE(side->state(), State::Waiting);
    EXPECT_EQ(side->state() == State::Failed, !side->failure().empty());
    EXPECT_EQ(side->state() == State::Secured, side->keys().has_value());
  }
}

TEST_P(Seeds, GarbageBetweenChangesNothing) {
  World w(GetParam());
  const auto noise = [&](Association& at) {
    Bytes bytes(w.dice.below(80));
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(w.dice.next());
    if (!bytes.empty()) bytes[0] = static_cast<std::uint8_t>(20 + w.dice.below(44));
    at.receive(w.now, bytes);
  };
  for (int i = 0; i < 40; ++i) {
    noise(w.a);
    noise(w.b);
    w.run(milliseconds(5));
  }
  EXPECT_TRUE(w.secured());
  w.expect_same_keys();
  const auto keys = w.a.keys();
  for (int i = 0; i < 100; ++i) noise(w.a);
  w.a.receive(w.now, Bytes(3000, 22));
  EXPECT_EQ(w.a.keys(), keys);
}

TEST(Association, WhatHasBeenSentBeforeChangesNothing) {
  World w;
  w.run(seconds(1));
  ASSERT_TRUE(w.secured());
  const auto keys = w.a.keys();
  const auto again = w.seen;
  for (const auto& [to, datagram] : again) to->receive(w.now, datagram);
  w.run(seconds(1));
  EXPECT_TRUE(w.secured());
  EXPECT_EQ(w.a.keys(), keys);
}

// The client has not heard the end, and repeats its own: the server has its keys already, and says the end again.
TEST(Association, ALostLastFlightIsAskedForAgain) {
  World w;
  bool lose = false;
  w.way = [&](bool to_b, int, Bytes&) {
    if (!to_b && w.b.state() == State::Secured && !lose) return false;
    return true;
  };
  w.run(milliseconds(200));
  EXPECT_EQ(w.b.state(), State::Secured);
  EXPECT_EQ(w.a.state(), State::Waiting);
  EXPECT_FALSE(w.a.keys());
  lose = true;
  w.run(seconds(2));
  EXPECT_TRUE(w.secured());
  w.expect_same_keys();
}

TEST(Association, AnotherCertificateThanAnnouncedEndsIt) {
  for (const bool of_client : {false, true}) {
    World w;
    const auto other = someone();
    if (of_client)
      w.b = Association(w.of_b, false, announced(*other));
    else
      w.a = Association(w.of_a, true, announced(*other));
    w.run(seconds(1));
    const Association& victim = of_client ? w.b : w.a;
    const Association& stranger = of_client ? w.a : w.b;
    EXPECT_EQ(victim.state(), State::Failed);
    EXPECT_THAT(victim.failure(), HasSubstr("not the one that it has announced"));
    EXPECT_FALSE(victim.keys());
    EXPECT_EQ(stranger.state(), State::Failed) << "it is told";
    EXPECT_THAT(stranger.failure(), HasSubstr("refused"));
    EXPECT_FALSE(stranger.keys());
  }
}

TEST(Association, EveryOctetOfAFingerprintCounts) {
  const auto one = announced(*someone()).front();
  for (const std::size_t octet : {std::size_t{0}, one.bytes.size() / 2, one.bytes.size() - 1}) {
    World w;
    auto almost = announced(*w.of_b);
    almost.front().bytes[octet] ^= 1;
    w.a = Association(w.of_a, true, almost);
    w.run(seconds(1));
    EXPECT_EQ(w.a.state(), State::Failed) << octet;
  }
  World w;
  auto shorter = announced(*w.of_b);
  shorter.front().bytes.pop_back();
  w.a = Association(w.of_a, true, shorter);
  w.run(seconds(1));
  EXPECT_EQ(w.a.state(), State::Failed);
}

TEST(Association, OneOfSeveralFingerprintsIsEnough) {
  World w;
  auto several = announced(*someone());
  several.push_back(announced(*w.of_b).front());
  w.a = Association(w.of_a, true, std::move(several));
  w.run(seconds(1));
  EXPECT_TRUE(w.secured());
}

TEST(Association, AGoodbyeEndsTheKeys) {
  World w;
  w.run(seconds(1));
  ASSERT_TRUE(w.secured());
  w.a.close();
  w.run(seconds(1));
  EXPECT_EQ(w.b.state(), State::Closed);
  EXPECT_FALSE(w.b.keys());
  EXPECT_EQ(w.b.failure(), "");
}

// OpenSSL as the other end, with one profile each: the keys are those that it exports itself.
class Plain final : public DatagramPort, public Judge {
 public:
  Plain(const Identity& identity, bool active, const char* profiles) : Plain(identity, active, make_connection(*this)) {
    SSL_set_tlsext_use_srtp(ssl, profiles);
  }
  Plain(const Identity& identity, bool active, SSL* connection) : ssl(connection) {
    SSL_use_certificate(ssl, identity.certificate());
    SSL_use_PrivateKey(ssl, identity.key());
    BIO* bio = make_datagram_bio(*this);
    SSL_set_bio(ssl, bio, bio);
    active ? SSL_set_connect_state(ssl) : SSL_set_accept_state(ssl);
  }
  ~Plain() override { SSL_free(ssl); }
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;
  std::span<const std::uint8_t> take() override { return std::exchange(arrived, {}); }
  void put(std::span<const std::uint8_t> datagram) override { out.emplace_back(datagram.begin(), datagram.end()); }
  bool accepts(X509*) override { return true; }
  unsigned timer(unsigned) override { return 3'600'000'000; }

  SSL* ssl;
  std::span<const std::uint8_t> arrived;
  std::vector<Bytes> out;
};

struct Profile {
  const char* name;
  sdp::CryptoSuite suite;
  std::size_t key, salt;
};
class Profiles : public testing::TestWithParam<Profile> {};
INSTANTIATE_TEST_SUITE_P(
    All, Profiles,
    testing::Values(Profile{"SRTP_AES128_CM_SHA1_80", sdp::CryptoSuite::AES_CM_128_HMAC_SHA1_80, 16, 14},
                    Profile{"SRTP_AES128_CM_SHA1_32", sdp::CryptoSuite::AES_CM_128_HMAC_SHA1_32, 16, 14},
                    Profile{"SRTP_AEAD_AES_128_GCM", sdp::CryptoSuite::AEAD_AES_128_GCM, 16, 12},
                    Profile{"SRTP_AEAD_AES_256_GCM", sdp::CryptoSuite::AEAD_AES_256_GCM, 32, 12}));

TEST_P(Profiles, AreThePeersKeys) {
  const Profile& c = GetParam();
  for (const bool active : {false, true}) {
    const auto ours = someone(), theirs = someone();
    Association a(ours, active, announced(*theirs));
    Plain b(*theirs, !active, c.name);
    TimePoint now = TimePoint{} + seconds(1);
    for (int round = 0; round < 8; ++round, now += milliseconds(10)) {
      a.wake(now);
      (void)SSL_do_handshake(b.ssl);
      while (const auto datagram = a.poll_transmit()) {
        b.arrived = *datagram;
        (void)SSL_do_handshake(b.ssl);
      }
      for (const Bytes& datagram : std::exchange(b.out, {})) a.receive(now, datagram);
    }
    ASSERT_EQ(a.state(), State::Secured) << a.failure();
    EXPECT_EQ(a.keys()->suite, c.suite);
    Bytes drawn(2 * (c.key + c.salt));
    ASSERT_EQ(SSL_export_keying_material(b.ssl, drawn.data(), drawn.size(), "EXTRACTOR-dtls_srtp", 19, nullptr, 0, 0),
              1);
    const auto part = [&](std::size_t from, std::size_t size) {
      return Bytes(drawn.begin() + static_cast<std::ptrdiff_t>(from),
                   drawn.begin() + static_cast<std::ptrdiff_t>(from + size));
    };
    const auto side = [&](std::size_t which) {
      Bytes out = part(which * c.key, c.key);
      const Bytes salt = part(2 * c.key + which * c.salt, c.salt);
      out.insert(out.end(), salt.begin(), salt.end());
      return sdp::KeyMaterial::of(out);
    };
    EXPECT_EQ(a.keys()->local.material, side(active ? 0 : 1));
    EXPECT_EQ(a.keys()->remote.material, side(active ? 1 : 0));
  }
}

// Until nobody has anything more to say; we are the server.
void shake_hands(Association& a, Plain& b) {
  TimePoint now = TimePoint{} + seconds(1);
  for (int round = 0; round < 8; ++round, now += milliseconds(10)) {
    (void)SSL_do_handshake(b.ssl);
    for (const Bytes& datagram : std::exchange(b.out, {})) a.receive(now, datagram);
    while (const auto datagram = a.poll_transmit()) {
      b.arrived = *datagram;
      (void)SSL_do_handshake(b.ssl);
    }
  }
}

// Keys without a certificate could be those of anybody in between (RFC 5763 §5).
TEST(Association, AClientWithoutCertificateGetsNoKeys) {
  const auto ours = someone(), theirs = someone();
  Association a(ours, false, announced(*theirs));
  Plain b(*theirs, true, "SRTP_AEAD_AES_128_GCM");
  SSL_certs_clear(b.ssl);
  shake_hands(a, b);
  EXPECT_EQ(a.state(), State::Failed);
  EXPECT_FALSE(a.keys());
}

TEST(Association, APeerWithoutSrtpIsOfNoUse) {
  const auto ours = someone(), theirs = someone();
  Association a(ours, false, announced(*theirs));
  SSL_CTX* bare = SSL_CTX_new(DTLS_method());
  Plain b(*theirs, true, SSL_new(bare));
  SSL_CTX_free(bare);
  shake_hands(a, b);
  EXPECT_EQ(a.state(), State::Failed);
  EXPECT_THAT(a.failure(), HasSubstr("no SRTP profile"));
}

}  // namespace
}  // namespace offhook::dtls
