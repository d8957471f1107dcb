#include "io/proxy_file.hpp"

#include <gtest/gtest.h>

#include "io/files.hpp"
#include "source_folder.hpp"

namespace offhook::io {
namespace {

TEST(ProxyFile, ReadsTheExample) {
  const auto text = read_file(source_folder() / "examples/proxy.toml");
  ASSERT_TRUE(text);
  const auto settings = read_proxy_file("proxy.toml", *text);
  ASSERT_TRUE(settings) << settings.error().text();
  EXPECT_EQ(settings->listen.at(0).endpoint.text(), "127.0.0.1:5060");
  EXPECT_EQ(settings->domains.at(0), "127.0.0.1");
  EXPECT_EQ(settings->users.size(), 3);
  EXPECT_TRUE(settings->authenticate);
  EXPECT_EQ(settings->sqlite_path(), "");
}

TEST(ProxyFile, AuthenticationMayBeOfRegistrationsOrCallsAlone) {
  const auto config_of = [](const std::string& auth) {
    const auto settings = read_proxy_file("p.toml", "domains = [\"a\"]\nlisten = [\"udp:127.0.0.1:1\"]\n" + auth);
    return settings.value().to_config();
  };
  EXPECT_TRUE(config_of("").challenges_registrations() && config_of("").challenges_calls());
  EXPECT_TRUE(config_of("auth = true").challenges_registrations() && config_of("auth = true").challenges_calls());
  EXPECT_FALSE(config_of("auth = false").challenges_registrations() || config_of("auth = false").challenges_calls());
  EXPECT_TRUE(config_of("auth = \"register\"").challenges_registrations());
  EXPECT_FALSE(config_of("auth = \"register\"").challenges_calls());
  EXPECT_FALSE(config_of("auth = \"calls\"").challenges_registrations());
  EXPECT_TRUE(config_of("auth = \"calls\"").challenges_calls());
}

TEST(ProxyFile, ACommitMayWaitForOthers) {
  const auto delay_of = [](const std::string& line) {
    return read_proxy_file("p.toml", "domains = [\"a\"]\n" + line).map([](const auto& s) {
      return s.commit_delay.count();
    });
  };
  EXPECT_EQ(delay_of(""), 2);
  EXPECT_EQ(delay_of("commit_delay = 0"), 0);
  EXPECT_EQ(delay_of("commit_delay = 1001").error().text(),
            "commit_delay must be a number from 0 to 1000 (1001) (p.toml:2)");
}

TEST(ProxyFile, SegmentationIsForBusyTimesUnlessSaidOtherwise) {
  const auto segmentation_of = [](const std::string& line) {
    return read_proxy_file("p.toml", "domains = [\"a\"]\n" + line)->segmentation;
  };
  EXPECT_EQ(segmentation_of(""), Segmentation::Busy);
  EXPECT_EQ(segmentation_of("segmentation = \"busy\""), Segmentation::Busy);
  EXPECT_EQ(segmentation_of("segmentation = true"), Segmentation::Always);
  EXPECT_EQ(segmentation_of("segmentation = false"), Segmentation::Never);
}

TEST(ProxyFile, AWildcardAddressIsOdd) {
  const auto odd = [](const std::string& listen, const std::string& domain) {
    const auto settings =
        read_proxy_file("p.toml", "auth = false\ndomains = [\"" + domain + "\"]\nlisten = [" + listen + "]");
    const auto findings = settings->lint();
    return findings.empty() ? std::string{} : findings.front().text;
  };
  EXPECT_EQ(odd("\"udp:127.0.0.1:5060\", \"udp:0.0.0.0:5061\"", "a.test"), "");
  EXPECT_EQ(odd("\"udp:0.0.0.0:5060\"", "192.0.2.1"), "") << "that is where it is";
  EXPECT_EQ(odd("\"udp:127.0.0.1:5060\", \"tcp:[::]:5060\"", "a.test"),
            "listens at [::]:5060, so phones come back by the name a.test, which must lead here; else write the "
            "address in its place");
}

TEST(ProxyFile, EachProtocolMayBeListenedOn) {
  const auto settings = read_proxy_file(
      "p.toml",
      "domains = [\"a\"]\nlisten = [\"udp:127.0.0.1:1\", \"tcp:[::1]:2\", \"tls:127.0.0.1:3\", \"WSS:127.0.0.1:4\"]\n"
      "[tls]\ncertificate = \"c.pem\"\nkey = \"k.pem\"\ntrusted = \"t.pem\"\nverify = false\n");
  ASSERT_TRUE(settings) << settings.error().text();
  std::string seen;
  for (const auto& listen : settings->listen)
    seen += std::string(transport::protocol_name(listen.protocol)) + ' ' + listen.endpoint.text() + ' ';
  EXPECT_EQ(seen, "UDP 127.0.0.1:1 TCP [::1]:2 TLS 127.0.0.1:3 WSS 127.0.0.1:4 ");
  ASSERT_EQ(settings->tls.certificates.size(), 1);
  EXPECT_EQ(settings->tls.certificates[0].key, "k.pem");
  EXPECT_EQ(settings->tls.trusted, "t.pem");
  EXPECT_FALSE(settings->tls.verify_servers);
}

TEST(ProxyFile, SaysWhatIsWrongAndWhere) {
  const std::pair<const char*, const char*> cases[] = {
      {"domains = [\"a\"]\nlisten = [\"udp:nohost\"]",
       "not an address and port; write udp:127.0.0.1:5060 or udp:[::1]:5060 (udp:nohost) (p.toml:2)"},
      {"domains = [\"a\"]\nlisten = [\"sctp:127.0.0.1:5061\"]",
       "listen wants udp:, tcp:, tls:, ws: or wss: and ADDRESS:PORT (sctp:127.0.0.1:5061) (p.toml:2)"},
      {"domains = [\"a\"]\n[tls]\ncertificate = \"a.pem\"", "certificate and key go together (p.toml:2)"},
      {"domains = [\"a\"]\n[tls]\nkeys = 1",
       "unknown field 'keys' of [tls]; known are certificate, key, trusted, verify, require_client_certificate, "
       "security_level (p.toml:3)"},
      {"domains = [\"a\"]\ndscp = 64", "dscp must be a number from 0 to 63 (64) (p.toml:2)"},
      {"domains = [\"a\"]\nsegmentation = 1", "segmentation must be true, false or \"busy\" (1) (p.toml:2)"},
      {"domains = [\"a\"]\n[guard]\nexempt = [\"10.0.0.0/33\"]",
       "exempt wants addresses and networks such as 192.0.2.0/24 (10.0.0.0/33) (p.toml:3)"},
      {"domains = [\"a\"]\n[guard]\nfailures = -1", "failures must be a number from 0 to 1000 (-1) (p.toml:3)"},
      {"domains = [\"a\"]\n[guard]\nban = 600\nlongest_ban = 60", "ban is above longest_ban (p.toml:2)"},
      {"domains = [\"a\"]\n[guard]\nbans = 5",
       "unknown field 'bans' of [guard]; known are exempt, failures, scans, period, ban, longest_ban, source_rate, "
       "source_burst, user_rate, user_burst, packet_rate, packet_burst (p.toml:3)"},
      {"domains = [\"a\"]\n[tls]\nsecurity_level = 6", "security_level must be a number from 0 to 5 (6) (p.toml:3)"},
      {"domains = [\"a\"]\n[tls]\nverify = 1", "verify must be true or false (1) (p.toml:3)"},
      {"domains = [\"a\"]\n\nstore = \"disk\"",
       "store wants memory, sqlite:FILE or redis://HOST:PORT (disk) (p.toml:3)"},
      {"domains = [\"a\"]\nauth = 1", "auth must be true, false, \"register\" or \"calls\" (1) (p.toml:2)"},
      {"domains = [\"a\"]\nauth = \"sometimes\"",
       "auth must be true, false, \"register\" or \"calls\" (sometimes) (p.toml:2)"},
      {"domains = [\"a\"]\nport = 1",
       "unknown field 'port'; known are listen, domains, dns, store, commit_delay, auth, digest, qop, userhash, "
       "nonce_lifetime, "
       "min_expires, default_expires, max_expires, dscp, segmentation, shards, redirect, stateless, next_hops, "
       "[cluster], "
       "[registrar], "
       "[guard], [tls], [alias], "
       "[emergency], [identity], [events], [features], [[dial]], [[group]], [[list]], [[trunk]], [admin], [drain], "
       "[cdr], [capture], [log], "
       "[[user]] (p.toml:2)"},
      {"domains = [\"a\"]\n[registrar]\nmax_contacts = 0",
       "max_contacts must be a number from 1 to 1000 (0) (p.toml:3)"},
      {"domains = [\"a\"]\n[registrar]\nkeep_alive = -1",
       "keep_alive must be a number of seconds up to 86400; 0 is never (-1) (p.toml:3)"},
      {"domains = [\"a\"]\n[registrar]\nservice_route = [\"<sip:p.example>\"]",
       "service_route wants routes such as <sip:proxy.example.test;lr> (<sip:p.example>) (p.toml:3)"},
      {"domains = [\"a\"]\n[registrar]\nstrict_path = 1", "strict_path must be true or false (1) (p.toml:3)"},
      {"domains = [\"a\"]\n[registrar]\nsecret = \"short\"", "secret must be a text of at least 16 octets (p.toml:3)"},
      {"domains = [\"a\"]\n[registrar]\ncontacts = 5",
       "unknown field 'contacts' of [registrar]; known are max_contacts, max_subscriptions, service_route, "
       "strict_path, flow_timer, keep_alive, keep_alive_failures, secret (p.toml:3)"},
      {"domains = [\"a\"]\ndigest = [\"SHA-1\"]",
       "digest wants SHA-256, SHA-512-256 or MD5, or one of them with -sess (SHA-1) (p.toml:2)"},
      {"domains = [\"a\"]\ndigest = []", "digest must be a list of texts (an empty list) (p.toml:2)"},
      {"domains = [\"a\"]\nmin_expires = 0", "min_expires must be a number of seconds (0) (p.toml:2)"},
      {"domains = [\"a\"]\n[[user]]\nname = \"x\"", "a [[user]] needs a name and either a password or ha1 (p.toml:2)"},
      {"domains = [\"a\"]\n[[user]]\nname = \"x\"\npassword = \"y\"\nha1 = { MD5 = \"0\" }",
       "ha1 of MD5 must be 32 hex digits (p.toml:5)"},
      {"domains = [\"a\"]\n[[user]]\nname = \"x\"\nha1 = { MD5-sess = \"0\" }",
       "ha1 wants MD5, SHA-256 or SHA-512-256, not 'MD5-sess' (p.toml:4)"},
      {"domains = [\"a\"]\n[[user]]\nname = \"x\"\nha1 = \"0\"", "ha1 must be a table of hashes (p.toml:4)"},
      {"domains = [\"a\"]\n[[user]]\nname = 1001", "name must be a text (1001) (p.toml:3)"},
      {"domains = [\"a\"]\n[[user]]\nname = \"x\"\npassword = 12345678", "password must be a text (p.toml:4)"},
      {"domains = [\"a\"]\n[[user]]\nname = \"x\"\nport = 1",
       "unknown field 'port' of [[user]]; known are name, password, ha1 (p.toml:4)"},
      {"domains = [\"a\"]\n[admin]\ntoken = 12345678", "token must be a text (p.toml:3)"},
      {"domains = [\"a\"]\n[drain]\nseconds = -1",
       "seconds must be a number of seconds up to 86400; 0 ends at once (-1) (p.toml:3)"},
      {"domains = [\"a\", 5]", "domains must be a list of texts (5) (p.toml:1)"},
      {"domains = [\"a b\"]", "domains wants names of hosts such as example.test (a b) (p.toml:1)"},
      {"domains = [\"1001@a\"]", "domains wants names of hosts such as example.test (1001@a) (p.toml:1)"},
      {"domains = [\"a\"]\nqop = [\"auth-conf\"]", "qop wants auth or auth-int (auth-conf) (p.toml:2)"},
      {"domains = [\"a\"]\nuserhash = 1", "userhash must be true or false (1) (p.toml:2)"},
      {"domains = [\"a\"]\nnonce_lifetime = 0", "nonce_lifetime must be a number of seconds (0) (p.toml:2)"},
      {"listen = [\"udp:127.0.0.1:5060\"]", "domains is missing: name the domain that the proxy answers for (p.toml)"},
      {"domains = [\"a\"]\nmin_expires = 100\nmax_expires = 10",
       "min_expires (100) is above max_expires (10) (p.toml:2)"},
  };
  for (const auto& [text, message] : cases) {
    const auto settings = read_proxy_file("p.toml", text);
    ASSERT_FALSE(settings) << text;
    EXPECT_EQ(settings.error().text(), message);
  }
  const auto broken = read_proxy_file("p.toml", "listen = [\n\"x\"\ndomains");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().where, "p.toml:3");
}

TEST(ProxyFile, DigestAlgorithmsKeepTheirOrder) {
  using enum sip::DigestAlgorithm;
  const auto digest_of = [](const char* text) { return read_proxy_file("p.toml", text)->to_config().digest; };
  EXPECT_EQ(digest_of("domains = [\"a\"]"), (std::vector{Sha256, Md5}));
  EXPECT_EQ(digest_of("domains = [\"a\"]\ndigest = [\"MD5\"]"), (std::vector{Md5}));
  EXPECT_EQ(digest_of("domains = [\"a\"]\ndigest = [\"md5\", \"SHA-256\"]"), (std::vector{Md5, Sha256}));
}

TEST(ProxyFile, TheRegistrarsFieldsReachTheEngine) {
  const auto settings = read_proxy_file(
      "p.toml",
      "domains = [\"a\"]\n[registrar]\nmax_contacts = 3\nmax_subscriptions = 0\nstrict_path = false\nflow_timer = 0\n"
      "service_route = [\"<sip:p1.a;lr>\", \"<sip:p2.a;lr>\"]\nkeep_alive = 20\nkeep_alive_failures = 4\n"
      "secret = \"0123456789abcdef\"\n");
  ASSERT_TRUE(settings) << settings.error().text();
  const auto config = settings->to_config();
  EXPECT_EQ(config.max_contacts, 3);
  EXPECT_EQ(config.max_subscriptions, 0);
  EXPECT_FALSE(config.strict_path);
  EXPECT_EQ(config.flow_timer, seconds(0));
  EXPECT_EQ(config.service_route, (std::vector<std::string>{"<sip:p1.a;lr>", "<sip:p2.a;lr>"}));
  EXPECT_EQ(config.keep_alive, seconds(20));
  EXPECT_EQ(config.keep_alive_failures, 4);
  EXPECT_EQ(config.secret, "0123456789abcdef");
}

TEST(ProxyFile, TheGuardsFieldsReachTheEngine) {
  const std::string head = "domains = [\"a\"]\n";
  const auto config_of = [&](const std::string& text) { return read_proxy_file("p.toml", head + text)->to_config(); };
  EXPECT_EQ(config_of("").guard, proxy::GuardSettings{});
  EXPECT_TRUE(config_of("[guard]\nexempt = []").guard.exempt.empty());
  const auto guard = config_of(
                         "[guard]\nexempt = [\"192.0.2.0/24\", \"2001:db8::1\"]\nfailures = 3\nscans = 0\nperiod = 30\n"
                         "ban = 10\nlongest_ban = 100\nsource_rate = 20\nsource_burst = 40\nuser_rate = 2\n"
                         "user_burst = 4\npacket_rate = 1000\npacket_burst = 2000\n")
                         .guard;
  EXPECT_EQ(guard.exempt,
            (std::vector{*proxy::AddressRange::parse("192.0.2.0/24"), *proxy::AddressRange::parse("2001:db8::1")}));
  EXPECT_EQ(guard.failures, 3);
  EXPECT_EQ(guard.scans, 0);
  EXPECT_EQ(guard.period, seconds(30));
  EXPECT_EQ(guard.ban, seconds(10));
  EXPECT_EQ(guard.longest_ban, seconds(100));
  EXPECT_EQ(guard.source_rate, 20);
  EXPECT_EQ(guard.source_burst, 40);
  EXPECT_EQ(guard.user_rate, 2);
  EXPECT_EQ(guard.user_burst, 4);
  EXPECT_EQ(guard.packet_rate, 1000);
  EXPECT_EQ(guard.packet_burst, 2000);
}

TEST(ProxyFile, PasswordsBecomeHa1) {
  ProxySettings settings;
  settings.domains = {"example.test"};
  settings.users = {*parse_user("1001:secret")};
  const auto config = settings.to_config();
  EXPECT_EQ(config.users.at(0).ha1.at(0), sip::ha1(sip::DigestAlgorithm::Md5, "1001", "example.test", "secret"));
}

TEST(ProxyFile, Ha1StandsForAPassword) {
  const std::string sha256 = sip::ha1(sip::DigestAlgorithm::Sha256, "1001", "a", "secret");
  const auto settings =
      read_proxy_file("p.toml",
                      "domains = [\"a\"]\nqop = [\"auth-int\", \"auth\"]\nuserhash = true\nnonce_lifetime = 60\n"
                      "digest = [\"SHA-512-256-sess\"]\n[[user]]\nname = \"1001\"\n"
                      "ha1 = { MD5 = \"0123456789ABCDEF0123456789abcdef\", SHA-256 = \"" +
                          sha256 + "\" }");
  ASSERT_TRUE(settings) << settings.error().text();
  const auto config = settings->to_config();
  EXPECT_EQ(config.users.at(0).name, "1001");
  EXPECT_EQ(config.users.at(0).ha1,
            (std::array<std::string, 3>{"0123456789abcdef0123456789abcdef", sha256, std::string{}}));
  EXPECT_EQ(config.qop, (std::vector{sip::Qop::AuthInt, sip::Qop::Auth}));
  EXPECT_EQ(config.digest, (std::vector{sip::DigestAlgorithm::Sha512_256Sess}));
  EXPECT_EQ(config.nonce_lifetime, seconds(60));
  EXPECT_TRUE(config.userhash);

  EXPECT_EQ(settings->check_users().error().text(),
            "user '1001' has no ha1 for SHA-512-256-sess, which digest offers (p.toml:6)");
  auto others = *settings;
  others.digest = {sip::DigestAlgorithm::Sha256Sess, sip::DigestAlgorithm::Md5};
  EXPECT_TRUE(others.check_users());
}

}  // namespace
}  // namespace offhook::io
