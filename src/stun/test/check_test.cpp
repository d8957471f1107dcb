// Connectivity checks: the sample of RFC 5769, what a lite agent answers, and what it does not.
#include "stun/check.hpp"

#include <gmock/gmock.h>

#include "stun/writing.hpp"

namespace offhook::stun {
namespace {

const Endpoint kSource{IpAddress::v4(192, 0, 2, 1), 32853};
constexpr std::string_view kUfrag = "evtj", kPassword = "VOkJxbRl1RmTxUk/WvJxBt";

std::string from_hex(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
  return out;
}
// RFC 5769 §2.1: padding of spaces, SOFTWARE, PRIORITY, ICE-CONTROLLED, USERNAME, integrity and fingerprint.
const std::string kSample = from_hex(
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b1"
    "51263b36000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf");

CheckRequest request() {
  CheckRequest out;
  SeededRandom random(1);
  out.id = new_transaction_id(random);
  out.username = std::string(kUfrag) + ":h6vY";
  out.password = kPassword;
  out.priority = 0x6e0001ff;
  out.tie_breaker = 0x932ff9b151263b36;
  return out;
}
unsigned code_of(const CheckAnswer& answer) {
  const auto message = Message::parse(answer.bytes);
  const auto value = message ? message->find(kErrorCode) : std::nullopt;
  return value ? static_cast<unsigned>((*value)[2]) * 100 + static_cast<unsigned>((*value)[3]) : 0;
}

TEST(Integrity, OfTheSampleIsRight) {
  const auto message = Message::parse(kSample);
  ASSERT_TRUE(message);
  EXPECT_TRUE(integrity_is_right(kSample, *message, kPassword));
  EXPECT_FALSE(integrity_is_right(kSample, *message, "another"));
  for (std::size_t at = 20; at < kSample.size() - 8; at += 3) {
    std::string changed = kSample;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto read = Message::parse(changed);
    EXPECT_FALSE(read && read->find(kMessageIntegrity) && integrity_is_right(changed, *read, kPassword)) << at;
  }
}

TEST(Check, AGoodOneIsAnsweredWithWhereItCameFrom) {
  const auto answer = answer_check(check_request(request()), kSource, kUfrag, kPassword);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->good);
  EXPECT_FALSE(answer->nominates);
  const auto message = Message::parse(answer->bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->message_class, Class::Success);
  EXPECT_EQ(message->id, request().id);
  EXPECT_EQ(message->mapped_address(), kSource);
  EXPECT_TRUE(integrity_is_right(answer->bytes, *message, kPassword));
}

TEST(Check, Nominates) {
  CheckRequest nominating = request();
  nominating.use_candidate = true;
  const auto answer = answer_check(check_request(nominating), kSource, kUfrag, kPassword);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->good && answer->nominates);
}

TEST(Check, OfAnAgentThatIsControlledMeetsTheRoleConflict) {
  const auto answer = answer_check(kSample, kSource, kUfrag, kPassword);
  ASSERT_TRUE(answer);
  EXPECT_EQ(code_of(*answer), 487U);
  EXPECT_FALSE(answer->good);
  EXPECT_TRUE(integrity_is_right(answer->bytes, *Message::parse(answer->bytes), kPassword));
}

TEST(Check, WrongCredentialsAreRefused) {
  const std::string good = check_request(request());
  for (const auto& [ufrag, password] : {std::pair<std::string_view, std::string_view>{"evtk", kPassword},
                                        {"evt", kPassword},
                                        {"evtj:h6vY", kPassword},
                                        {kUfrag, "VOkJxbRl1RmTxUk/WvJxBu"}}) {
    const auto answer = answer_check(good, kSource, ufrag, password);
    ASSERT_TRUE(answer);
    EXPECT_EQ(code_of(*answer), 401U) << ufrag;
    EXPECT_FALSE(answer->good);
  }
  SeededRandom random(2);
  const auto bare = answer_check(binding_request(new_transaction_id(random)), kSource, kUfrag, kPassword);
  ASSERT_TRUE(bare);
  EXPECT_EQ(code_of(*bare), 400U);
  EXPECT_FALSE(bare->good);
}

// What a peer must not be misunderstood in: 420, and it counts for nothing (RFC 8489 §6.3.1).
TEST(Check, OneThatDemandsWhatWeDoNotKnowIsRefused) {
  std::string demands = check_request(request());
  demands.resize(demands.size() - 8 - 24);  // FINGERPRINT, MESSAGE-INTEGRITY
  put_attribute(demands, 0x7ffe, "?");
  put_attribute(demands, 0xfffe, "!");  // may be passed over
  put_integrity(demands, kPassword);
  put_fingerprint(demands);
  const auto answer = answer_check(demands, kSource, kUfrag, kPassword);
  ASSERT_TRUE(answer);
  EXPECT_EQ(code_of(*answer), 420U);
  EXPECT_FALSE(answer->good);
  EXPECT_EQ(Message::parse(answer->bytes)->find(kUnknownAttributes), std::string_view("\x7f\xfe", 2));
}

TEST(Check, AShortIntegrityIsNone) {
  for (const std::size_t size : {0U, 4U, 19U, 21U}) {
    std::string out = check_request(request());
    const std::string mac = out.substr(out.size() - 8 - 20, 20) + '\0';
    out.resize(out.size() - 8 - 24);
    put_attribute(out, kMessageIntegrity, mac.substr(0, size));
    put_fingerprint(out);
    const auto answer = answer_check(out, kSource, kUfrag, kPassword);
    ASSERT_TRUE(answer) << size;
    EXPECT_EQ(code_of(*answer), 401U) << size;
    EXPECT_FALSE(answer->good) << size;
  }
}

TEST(Check, WhatIsNoneOrDamagedIsNotAnswered) {
  const std::string good = check_request(request());
  EXPECT_FALSE(answer_check("", kSource, kUfrag, kPassword));
  EXPECT_FALSE(answer_check(good.substr(0, good.size() - 8), kSource, kUfrag, kPassword)) << "no fingerprint";
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    const auto answer = answer_check(changed, kSource, kUfrag, kPassword);
    EXPECT_FALSE(answer && answer->good) << at;
  }
  const auto response = answer_check(good, kSource, kUfrag, kPassword);
  EXPECT_FALSE(answer_check(response->bytes, kSource, kUfrag, kPassword)) << "a response";
}

// RFC 8445 §7.3.1.1, row by row.
TEST(Check, OfTwoFullAgentsTheLargerTieBreakerKeepsItsRole) {
  struct Row {
    bool controlling, theirs_controlling;
    std::uint64_t ours, theirs;
    unsigned error;
    bool switches;
  };
  for (const Row& row :
       {Row{true, true, 5, 4, 487, false}, Row{true, true, 5, 5, 487, false}, Row{true, true, 4, 5, 0, true},
        Row{false, false, 5, 4, 0, true}, Row{false, false, 5, 5, 0, true}, Row{false, false, 4, 5, 487, false},
        Row{true, false, 4, 5, 0, false}, Row{false, true, 5, 4, 0, false}}) {
    CheckRequest check = request();
    check.controlling = row.theirs_controlling;
    check.tie_breaker = row.theirs;
    const auto answer =
        answer_check(check_request(check), kSource, kUfrag, kPassword, CheckRole{row.controlling, row.ours});
    ASSERT_TRUE(answer);
    EXPECT_EQ(code_of(*answer), row.error) << row.ours << ' ' << row.theirs;
    EXPECT_EQ(error_code(*Message::parse(answer->bytes)), static_cast<int>(row.error));
    EXPECT_EQ(answer->good, row.error == 0);
    EXPECT_EQ(answer->switches_role, row.switches);
  }
}

TEST(Check, TellsThePriorityOfItsCandidate) {
  const auto answer = answer_check(check_request(request()), kSource, kUfrag, kPassword, CheckRole{});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->priority, 0x6e0001ffU);
}

// RFC 8489 §14.5: somebody on the way has put a nomination behind the integrity, and made the fingerprint anew.
TEST(Check, WhatStandsBehindTheIntegrityDoesNotCount) {
  std::string changed = check_request(request());
  changed.resize(changed.size() - 8);
  put_attribute(changed, kUseCandidate, {});
  put_fingerprint(changed);
  const auto answer = answer_check(changed, kSource, kUfrag, kPassword);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->good);
  EXPECT_FALSE(answer->nominates);
}

TEST(Check, AnErrorWithoutCodeIsNone) {
  SeededRandom random(3);
  const std::string bare = header(Class::Error, kBinding, new_transaction_id(random));
  const auto message = Message::parse(bare);
  ASSERT_TRUE(message);
  EXPECT_EQ(error_code(*message), 0);
}

}  // namespace
}  // namespace offhook::stun
