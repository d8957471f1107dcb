// Seeded mutations of all torture messages through a phone and a proxy, in virtual time. Whatever comes: nothing
// crashes (the sanitizers look), each request has one final answer at most, an answer is the answer to what was asked,
// what is forwarded is a message, and the engine still works and keeps nothing.
#include <gtest/gtest.h>

#include <set>

#include "expect_response.hpp"
#include "phone_stage.hpp"
#include "proxy_stage.hpp"
#include "sip/header/numbers.hpp"
#include "sip/header/via.hpp"
#include "table.hpp"

namespace offhook::torture {
namespace {

constexpr int kMutations = 5000;
constexpr int kAtOnce = 50;  // as many between two steps of the clock, so that transactions meet

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {
    for (const Row& row : verdicts()) sources_.push_back(bytes_of(row.file));
  }
  std::string next() {
    std::string bytes = any();
    for (auto changes = 1 + random_.below(3); changes > 0 && !bytes.empty(); --changes) change(bytes);
    make_new(bytes);
    return bytes.substr(0, 65000);
  }

 private:
  // A branch and a Call-ID of its own: what is asked under old ones is a retransmission (by RFC 3261's rule or the
  // older one), and gets the answer of the old request.
  void make_new(std::string& bytes) {
    const std::string own = "z9hG4bK" + std::to_string(++count_) + '.';
    for (std::size_t at = bytes.find("z9hG4bK"); at != std::string::npos; at = bytes.find("z9hG4bK", at + own.size()))
      bytes.replace(at, 7, own);
    constexpr std::string_view kCallId = "\nCall-ID:";
    if (const auto at = bytes.find(kCallId); at != std::string::npos)
      bytes.insert(std::min(bytes.find_first_not_of(' ', at + kCallId.size()), bytes.size()),
                   std::to_string(count_) + '.');
  }
  const std::string& any() { return sources_[random_.below(sources_.size())]; }
  std::size_t place(const std::string& bytes) { return random_.below(bytes.size()); }
  // Where a line begins, and how long it is with its end.
  std::pair<std::size_t, std::size_t> line(const std::string& bytes) {
    const auto before = bytes.rfind('\n', place(bytes));
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    const auto end = bytes.find('\n', begin);
    return {begin, (end == std::string::npos ? bytes.size() : end + 1) - begin};
  }
  void change(std::string& bytes) {
    constexpr std::string_view kSigns = "\r\n\t ,;:<>\"@%?&=()[]\\/\0\xff";
    switch (random_.below(10)) {
      case 0: bytes[place(bytes)] = static_cast<char>(random_.below(256)); return;
      case 1: bytes[place(bytes)] ^= static_cast<char>(1U << random_.below(8)); return;
      case 2: bytes.insert(place(bytes), 1, kSigns[random_.below(kSigns.size())]); return;
      case 3: bytes.resize(place(bytes)); return;
      case 4: bytes.erase(place(bytes), 1 + random_.below(40)); return;
      case 5: return repeat(bytes, line(bytes), random_.below(2) == 0 ? 2 : 60);
      case 6: {
        const auto [begin, size] = line(bytes);
        bytes.erase(begin, size);
        return;
      }
      case 7: return number(bytes);
      case 8: {  // a line of another message
        const std::string& other = any();
        const auto [begin, size] = line(other);
        bytes.insert(line(bytes).first, other, begin, size);
        return;
      }
      default: {  // the head of this one, the tail of another
        const std::string& other = any();
        bytes = bytes.substr(0, place(bytes)) + other.substr(place(other));
      }
    }
  }
  static void repeat(std::string& bytes, std::pair<std::size_t, std::size_t> piece, int times) {
    const std::string text = bytes.substr(piece.first, piece.second);
    for (int i = 1; i < times; ++i) bytes.insert(piece.first, text);
  }
  void number(std::string& bytes) {
    constexpr std::array<std::string_view, 6> kNumbers{"0",          "-1",         "65536",
                                                       "4294967295", "4294967296", "99999999999999999999"};
    const auto begin = bytes.find_first_of("0123456789", place(bytes));
    if (begin == std::string::npos) return;
    const auto end = std::min(bytes.find_first_not_of("0123456789", begin), bytes.size());
    bytes.replace(begin, end - begin, kNumbers[random_.below(kNumbers.size())]);
  }

  SeededRandom random_;
  int count_ = 0;
  std::vector<std::string> sources_;
};

// What an engine sent because of one datagram.
struct Outcome {
  std::vector<std::string> responses, requests;
};
Outcome take(Wire& wire) {
  Outcome out;
  for (const auto& transmit : wire.sent)
    (transmit.bytes.starts_with("SIP/") ? out.responses : out.requests).push_back(transmit.bytes);
  wire.sent.clear();
  return out;
}

std::string without_space(std::string_view text) {
  std::string out(text);
  std::erase_if(out, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  return out;
}

void expect_fit(const std::string& asked, const Outcome& outcome, const std::string& source) {
  std::set<std::string> finals;
  for (const auto& bytes : outcome.responses) {
    const auto response = sip::Message::parse(bytes);
    ASSERT_TRUE(response) << bytes;
    if (response->status() >= 200) finals.insert(bytes);
    ASSERT_FALSE(asked.starts_with("SIP/")) << "an answer to a response";
    expect_answers(asked, bytes, source);
    const auto via = sip::Via::parse(response->top(sip::HeaderId::Via).value_or(""));
    ASSERT_TRUE(via) << bytes;
    EXPECT_NE(without_space(asked).find(without_space(via->branch())), std::string::npos) << bytes;
    EXPECT_NE(without_space(asked).find(without_space(response->call_id())), std::string::npos) << bytes;
  }
  EXPECT_LE(finals.size(), 1U);
}

// A tally that shows that the mutations reach every room and not the door alone.
struct Tally {
  std::map<int, int> statuses;
  int silent = 0, forwarded = 0;
  void count(const Outcome& outcome) {
    if (outcome.responses.empty() && outcome.requests.empty()) ++silent;
    forwarded += static_cast<int>(outcome.requests.size());
    for (const auto& bytes : outcome.responses) ++statuses[std::stoi(bytes.substr(8, 3))];
  }
};

TEST(Mutations, aPhoneSurvivesThem) {
  Mutator mutator(4475);
  PhoneStage phone("user", false);
  const auto source = phone.stage.sender().address.text();
  Tally tally;
  for (int i = 0; i < kMutations; ++i) {
    const std::string bytes = mutator.next();
    phone.wire.receive(phone.stage.sender(), bytes);
    const Outcome outcome = take(phone.wire);
    expect_fit(bytes, outcome, source);
    ASSERT_FALSE(HasFailure()) << "mutation " << i << '\n' << bytes;
    tally.count(outcome);
    if (i % kAtOnce != 0) continue;
    phone.wire.advance(seconds(20));
    phone.wire.sent.clear();
    ASSERT_TRUE(phone.works()) << i;
  }
  for (const int status : {180, 200, 400, 404, 405, 415, 416, 420, 481, 501, 505})
    EXPECT_GT(tally.statuses[status], 0) << status;
  EXPECT_GT(tally.silent, 0);
  // Whatever rang is missed in the end, and nothing is left of it.
  phone.wire.advance(minutes(10));
  phone.wire.sent.clear();
  EXPECT_TRUE(phone.works());
  phone.wire.advance(minutes(1));
  const auto left = phone.rack.counts();
  EXPECT_EQ(left.calls + left.dialogs + left.transactions + left.call_timers + left.media_legs, 0U);
}

TEST(Mutations, aProxySurvivesThem) {
  Mutator mutator(5118);
  ProxyStage proxy(false, {"example.com", "example.net", "example.org", "[2001:db8::10]", "chair-dnrc.example.com"});
  proxy.bind("INVITE sip:user@example.com SIP/2.0\r\n\r\n");
  const auto source = proxy.stage.sender().address.text();
  Tally tally;
  for (int i = 0; i < kMutations; ++i) {
    const std::string bytes = mutator.next();
    proxy.send(bytes);
    const Outcome outcome = take(proxy.wire);
    expect_fit(bytes, outcome, source);
    const auto asked = sip::Message::parse(bytes);
    for (const auto& request : outcome.requests) {
      const auto message = sip::Message::parse(request);
      ASSERT_TRUE(message) << request;
      ASSERT_TRUE(asked) << "forwarded what does not parse";
      EXPECT_EQ(message->method_text(), asked->method_text());
      EXPECT_EQ(message->body(), asked->body());
      EXPECT_LT(sip::max_forwards(*message).value_or(UINT32_MAX), sip::max_forwards(*asked).value_or(71));
    }
    ASSERT_FALSE(HasFailure()) << "mutation " << i << '\n' << bytes;
    tally.count(outcome);
    if (i % kAtOnce != 0) continue;
    proxy.wire.advance(seconds(20));
    ASSERT_TRUE(proxy.works()) << i;
  }
  for (const int status : {100, 200, 400, 403, 404, 416, 420, 483, 501, 505})
    EXPECT_GT(tally.statuses[status], 0) << status;
  EXPECT_GT(tally.forwarded, 100);
  EXPECT_GT(tally.silent, 0);
  proxy.wire.advance(minutes(10));
  EXPECT_EQ(proxy.core->relay_count() + proxy.core->transaction_count() + proxy.core->timer_count(), 0U);
}

}  // namespace
}  // namespace offhook::torture
