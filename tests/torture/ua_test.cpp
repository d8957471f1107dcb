// What a phone makes of each torture message: its answers, byte for byte where the verdict says so. A response is given
// to it twice, as a stray and as the answer to a call of its own.
#include "expect_response.hpp"
#include "phone_stage.hpp"
#include "plain.hpp"
#include "sip/builder.hpp"
#include "table.hpp"

namespace offhook::torture {
namespace {

std::string statuses_of(const std::vector<std::string>& answers) {
  std::string out;
  for (const auto& bytes : answers) {
    const auto message = sip::Message::parse(bytes);
    EXPECT_TRUE(message) << bytes;
    if (!out.empty()) out += ',';
    out += message && message->is_response() ? std::to_string(message->status()) : bytes;
  }
  return out.empty() ? "drop" : out;
}

// The response with what ties it to `request`: Via, From and Call-ID. The rest is the message's own.
std::string tied_to(const std::string& request, const std::string& response) {
  const Plain asked = take_apart(request), answer = take_apart(response);
  std::string out = answer.start;
  for (const auto& field : asked.fields)
    if (name_of(field) == "via" || name_of(field) == "from" || name_of(field) == "call-id") out += field;
  bool first_via = true;
  for (const auto& field : answer.fields) {
    const auto name = name_of(field);
    if (name == "from" || name == "call-id") continue;
    if (name == "via" && std::exchange(first_via, false)) continue;
    out += field;
  }
  return out + "\r\n" + answer.body;
}

class UserAgent : public testing::TestWithParam<Row> {
 protected:
  const std::string bytes = bytes_of(GetParam().file);

  void expect_request_verdict() {
    PhoneStage phone(user_of(bytes), GetParam().is_ipv6());
    const auto answers = phone.ask(bytes);
    EXPECT_EQ(statuses_of(answers), GetParam().ua) << testing::PrintToString(answers);
    for (const auto& answer : answers) expect_answers(bytes, answer, phone.stage.sender().address.text());
    if (!answers.empty()) expect_details(GetParam().ua_detail, answers.back());
    EXPECT_TRUE(phone.works());
    EXPECT_TRUE(phone.wire.take(phone.stage.onward().address).empty());
  }

  // "taken": the call stops repeating its INVITE. "drop": it goes on as if nothing had come.
  void expect_response_verdict() {
    PhoneStage stranger("user", GetParam().is_ipv6());
    EXPECT_TRUE(stranger.ask(bytes).empty()) << "a stray response";
    EXPECT_TRUE(stranger.wire.sent.empty());
    EXPECT_TRUE(stranger.works());

    PhoneStage phone("user", GetParam().is_ipv6());
    const std::string invite = phone.call_out();
    phone.wire.receive(phone.stage.server(), tied_to(invite, bytes));
    std::string sent;
    for (const auto& transmit : phone.wire.sent) sent += transmit.bytes;
    phone.wire.sent.clear();
    phone.wire.advance(milliseconds(600));
    const auto later = phone.wire.take(phone.stage.server().address);
    const bool repeats = std::find(later.begin(), later.end(), invite) != later.end();
    EXPECT_EQ(repeats ? "drop" : "taken", GetParam().ua);
    expect_details(GetParam().ua_detail, sent);
    EXPECT_TRUE(phone.works());
  }
};

TEST_P(UserAgent, doesAsItsVerdictSays) {
  if (bytes.starts_with("SIP/"))
    expect_response_verdict();
  else
    expect_request_verdict();
}

INSTANTIATE_TEST_SUITE_P(Messages, UserAgent, testing::ValuesIn(verdicts()), test_name);

}  // namespace
}  // namespace offhook::torture
