#include "transport/shard.hpp"

#include <gtest/gtest.h>

namespace offhook::transport {
namespace {

std::string response(std::string_view via) {
  return "SIP/2.0 200 OK\r\nServer: x\r\n" + std::string(via) + "\r\nVia: SIP/2.0/UDP b;branch=z9hG4bKS9z\r\n\r\n";
}
std::string request(std::string_view fields) {
  return "BYE sip:1@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP b;branch=z9hG4bKS9z\r\n" + std::string(fields) +
         "\r\nContent-Length: 9\r\n\r\nRoute: <sip:a;sh=4>";
}

TEST(Shard, IsFoundInTheTopBranchOfAResponse) {
  for (unsigned shard = 0; shard < kMostShards; ++shard) {
    const std::string branch = "z9hG4bK" + shard_mark(shard) + "abc";
    EXPECT_EQ(shard_of(response("Via: SIP/2.0/UDP 10.0.0.1;branch=" + branch)), shard);
    EXPECT_EQ(shard_of(response("v:SIP/2.0/UDP 10.0.0.1;rport;branch=" + branch + ", SIP/2.0/UDP c;branch=z9hG4bKSaz")),
              shard);
    EXPECT_EQ(shard_of(response("VIA  : SIP/2.0/UDP\r\n 10.0.0.1 ;\r\n\tbranch = " + branch)), shard);
  }
  for (const char* const via :
       {"Via: SIP/2.0/UDP a;branch=z9hG4bKabc", "Via: SIP/2.0/UDP a", "Via: SIP/2.0/UDP a;branch=z9hG4bKS",
        "Via: SIP/2.0/UDP a;branch=z9hG4bKSZ", "Via: SIP/2.0/UDP a;branch=1, SIP/2.0/UDP b;branch=z9hG4bKS1"})
    EXPECT_FALSE(shard_of(response(via))) << via;
}

TEST(Shard, IsFoundInTheFirstRouteOfARequest) {
  for (unsigned shard = 0; shard < kMostShards; ++shard) {
    const std::string uri = "sip:10.0.0.1:5060;lr" + shard_parameter(shard);
    EXPECT_EQ(shard_of(request("Route: <" + uri + ">")), shard);
    EXPECT_EQ(shard_of(request("Subject: x\r\nroute:\r\n <" + uri + ";transport=tcp>, <sip:b;lr;sh=9>")), shard);
  }
  for (const char* const fields : {"Subject: x", "Route: <sip:a;lr>, <sip:b;lr;sh=1>", "Route: <sip:a;lr;sh=32>",
                                   "Route: <sip:a;lr;sh=>", "Route: <sip:a;lr;sh=x>"})
    EXPECT_FALSE(shard_of(request(fields))) << fields;
}

TEST(Shard, NothingIsFoundInGarbage) {
  for (const char* const text : {"", "\r\n", "SIP/", "SIP/2.0 200 OK", "SIP/2.0 200 OK\r\n", "SIP/2.0 200 OK\r\nVia",
                                 "SIP/2.0 200 OK\nVia:", "X", "\n\n\n", "BYE a SIP/2.0\r\nRoute:"})
    EXPECT_FALSE(shard_of(text)) << text;
}

TEST(Shard, OfAConnection) {
  EXPECT_EQ(shard_of_connection(1), 0U);
  EXPECT_EQ(shard_of_connection(first_connection(7) + 1), 7U);
}

}  // namespace
}  // namespace offhook::transport
