// The administration of a proxy, over a real engine without a socket.
#include "proxy_fixture.hpp"

namespace offhook::api {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST_F(ProxyApiTest, ShowsWhoIsBannedAndForgives) {
  auto guarded = config();
  guarded.authenticate = true;
  guarded.guard.exempt.clear();
  guarded.guard.scans = 2;
  ASSERT_TRUE(core_.reconfigure(now_, guarded));
  EXPECT_EQ(get("/bans"), json::parse(R"({"total": 0, "bans": []})"));
  for (int i = 0; i < 2; ++i) {
    auto request = sip::Builder::request("OPTIONS", "sip:nobody@example.test");
    request.add(sip::HeaderId::Via, "SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bKban" + std::to_string(i))
        .add(sip::HeaderId::From, "<sip:x@elsewhere.test>;tag=t")
        .add(sip::HeaderId::To, "<sip:nobody@example.test>")
        .add(sip::HeaderId::CallId, "ban" + std::to_string(i))
        .add(sip::HeaderId::CSeq, "1 OPTIONS")
        .add(sip::HeaderId::MaxForwards, "70");
    core_.receive(now_, kPhone, request.build().release());
  }
  now_.wall += seconds(20);
  now_.mono += seconds(20);
  EXPECT_EQ(get("/bans"), json::parse(R"({"total": 1, "bans": [
      {"source": "127.0.0.1", "reason": "scan", "seconds": 60, "left": 40, "times": 1}]})"));
  EXPECT_THAT(ask("GET", "/metrics").body, HasSubstr("bans_total 1"));
  EXPECT_EQ(ask("DELETE", "/bans/nobody").status, 400);
  EXPECT_EQ(ask("DELETE", "/bans/192.0.2.1").status, 404);
  EXPECT_EQ(ask("DELETE", "/bans/127.0.0.1").status, 200);
  EXPECT_EQ(get("/bans").at("total"), 0);
  EXPECT_EQ(ask("DELETE", "/bans/127.0.0.1", "").status, 401);
}

TEST_F(ProxyApiTest, ShowsWhoIsRegistered) {
  enrol("1001");
  enrol("1002");
  const auto all = get("/bindings");
  EXPECT_EQ(all.at("total"), 2);
  EXPECT_EQ(all.at("bindings").size(), 2);
  const auto one = get("/bindings?user=1001");
  ASSERT_EQ(one.at("total"), 1);
  const auto& binding = one.at("bindings").at(0);
  EXPECT_EQ(binding.at("aor"), "sip:1001@example.test");
  EXPECT_EQ(binding.at("contact"), "sip:1001@127.0.0.1:5071");
  EXPECT_EQ(binding.at("expires"), 3600);
  EXPECT_EQ(binding.at("q"), 1.0);
  EXPECT_EQ(get("/bindings/1001"), one);
  EXPECT_EQ(get("/bindings?user=1003").at("total"), 0);
  EXPECT_EQ(ask("GET", "/bindings/1003").status, 404);
}

TEST_F(ProxyApiTest, AListOfBindingsIsBounded) {
  for (int i = 0; i < 5; ++i) enrol("10" + std::to_string(i));
  const auto page = get("/bindings?limit=3");
  EXPECT_EQ(page.at("total"), 5);
  EXPECT_EQ(page.at("bindings").size(), 3);
  EXPECT_EQ(ask("GET", "/bindings?limit=many").status, 400);
  EXPECT_EQ(ask("GET", "/bindings?usr=1001").status, 400);
}

TEST_F(ProxyApiTest, WhatHasExpiredIsNotShown) {
  enrol("1001");
  now_.mono += seconds(3601);
  now_.wall += seconds(3601);
  EXPECT_EQ(get("/bindings?user=1001").at("total"), 0);
}

TEST_F(ProxyApiTest, AUserIsTakenOutOfMemoryAndStore) {
  enrol("1001");
  enrol("1002");
  EXPECT_EQ(good(ask("DELETE", "/bindings/1001")).at("removed"), 1);
  EXPECT_EQ(core_.binding_count(), 1);
  flush();
  EXPECT_EQ(removed_, 1);
  EXPECT_EQ(ask("DELETE", "/bindings/1001").status, 404);
  EXPECT_EQ(send("MESSAGE", "sip:1001@example.test", "1002"), 404);
}

TEST_F(ProxyApiTest, ATokenIsAskedForButNotByHealthChecks) {
  EXPECT_EQ(ask("GET", "/health", "").status, 200);
  for (const char* path : {"/bindings", "/metrics"}) {
    const auto refused = ask("GET", path, "");
    EXPECT_EQ(refused.status, 401) << path;
    EXPECT_EQ(refused.authenticate, "Bearer");
    EXPECT_EQ(ask("GET", path, "a-token-of-the-teste").status, 401);
    EXPECT_EQ(ask("GET", path, "a-token-of-the-test").status, 401);
    EXPECT_EQ(ask("GET", path, std::string(kToken) + "s").status, 401);
    EXPECT_EQ(ask("GET", path).status, 200);
  }
  EXPECT_EQ(ask("POST", "/reload", "").status, 401);
  EXPECT_EQ(world_.reloads_, 0);
  Request basic{"GET", "/bindings", "", "", ""};
  basic.authorization = "Basic " + std::string(kToken);
  EXPECT_EQ(api_.handle(now_, basic).status, 401);
  basic.authorization = "bearer  " + std::string(kToken);
  EXPECT_EQ(api_.handle(now_, basic).status, 200);
}

TEST_F(ProxyApiTest, WithoutATokenNothingCanBeChanged) {
  api_.set_token("");
  enrol("1001");
  EXPECT_EQ(ask("GET", "/bindings", "").status, 200);
  EXPECT_EQ(ask("GET", "/metrics", "").status, 200);
  for (const auto& [method, path] : {std::pair{"DELETE", "/bindings/1001"}, {"POST", "/reload"}, {"POST", "/drain"}}) {
    const auto refused = ask(method, path, "anything");
    EXPECT_EQ(refused.status, 403) << path;
    EXPECT_THAT(sentence(refused), HasSubstr("token"));
  }
  EXPECT_EQ(core_.binding_count(), 1);
  EXPECT_EQ(world_.reloads_, 0);
  EXPECT_FALSE(core_.is_draining());
}

TEST_F(ProxyApiTest, UnknownPathsAndMethods) {
  EXPECT_EQ(ask("GET", "/nothing").status, 404);
  EXPECT_EQ(ask("GET", "/").status, 404);
  const auto refused = ask("POST", "/bindings/1001");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.allow, "GET, DELETE");
  EXPECT_EQ(ask("HEAD", "/health").status, 200);
  EXPECT_FALSE(api_.connected(now_, 1, "/health"));
}

TEST_F(ProxyApiTest, ReloadsAndSaysWhyNot) {
  EXPECT_EQ(good(ask("POST", "/reload")).at("reloaded"), true);
  world_.answer_ = complain("unknown field 'x'", "proxy.toml:3");
  const auto refused = ask("POST", "/reload");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(sentence(refused), "unknown field 'x' (proxy.toml:3)");
  EXPECT_EQ(world_.reloads_, 2);
}

TEST_F(ProxyApiTest, WhileItDrainsNothingNewBegins) {
  enrol("1001");
  EXPECT_EQ(get("/health").at("status"), "ok");
  EXPECT_EQ(ask("POST", "/drain", kToken, R"({"seconds":"soon"})").status, 400);
  EXPECT_FALSE(core_.is_draining());
  EXPECT_EQ(ask("POST", "/drain", kToken, R"({"seconds":60})").status, 202);
  EXPECT_EQ(world_.limit_, seconds(60));
  const auto health = ask("GET", "/health", "");
  EXPECT_EQ(health.status, 503);
  EXPECT_EQ(json::parse(health.body).at("status"), "draining");
  EXPECT_EQ(send("REGISTER", "sip:example.test", "1002"), 503);
  EXPECT_EQ(send("MESSAGE", "sip:1001@example.test", "1002"), 503);
  EXPECT_EQ(ask("POST", "/drain").status, 202);
  EXPECT_EQ(world_.limit_, std::nullopt);
}

TEST_F(ProxyApiTest, Metrics) {
  enrol("1001");
  EXPECT_EQ(send("MESSAGE", "sip:1009@example.test", "1001"), 404);
  world_.figures_.resident_bytes = 4096;
  world_.figures_.cpu_user = milliseconds(1500);
  world_.figures_.connections = 3;
  world_.figures_.commits.emplace();
  world_.figures_.commits->add(milliseconds(2));
  world_.figures_.commits->add(milliseconds(3));
  world_.figures_.commits->add(seconds(9));
  const auto page = ask("GET", "/metrics");
  ASSERT_EQ(page.status, 200);
  EXPECT_THAT(page.content_type, StartsWith("text/plain; version=0.0.4"));
  for (const char* line :
       {"# TYPE offhook_bindings gauge\noffhook_bindings 1\n", "\noffhook_registered_total 1\n",
        "\noffhook_not_found_total 1\n", "\noffhook_messages_received_total 2\n",
        "\noffhook_requests_total{method=\"REGISTER\"} 1\n", "\noffhook_requests_total{method=\"MESSAGE\"} 1\n",
        "\noffhook_requests_total{method=\"INVITE\"} 0\n", "\noffhook_responses_total{class=\"2xx\"} 1\n",
        "\noffhook_responses_total{class=\"4xx\"} 1\n", "\noffhook_connections 3\n",
        "\nprocess_resident_memory_bytes 4096\n", "\nprocess_cpu_seconds_total 1.5\n",
        "\noffhook_store_commit_seconds_count 3\n", "\noffhook_store_commit_seconds_bucket{le=\"0.001\"} 0\n",
        "\noffhook_store_commit_seconds_bucket{le=\"0.002\"} 1\n",
        "\noffhook_store_commit_seconds_bucket{le=\"2\"} 2\n",
        "\noffhook_store_commit_seconds_bucket{le=\"+Inf\"} 3\n"})
    EXPECT_THAT(page.body, HasSubstr(line));
  world_.figures_.commits.reset();
  EXPECT_THAT(ask("GET", "/metrics").body, Not(HasSubstr("store_commit")));
}

}  // namespace
}  // namespace offhook::api
