// The four machines, cell by cell: state, input, next state, actions (unreliable transport; the reliable ones below),
// clause. Every cell of a machine stands in its table exactly once; the tests count them.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "client_invite.hpp"
#include "client_non_invite.hpp"
#include "server_invite.hpp"
#include "server_non_invite.hpp"

namespace offhook::transaction {
namespace {

const char* letter(Timer timer) {
  static constexpr const char* kLetters[] = {"-", "A", "B", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "X", "Y"};
  return kLetters[static_cast<std::size_t>(timer)];
}

std::string text(const Actions& actions) {
  static constexpr const char* kVerbs[] = {"send",      "resend", "ack", "cancel",  "want", "trying", "deliver",
                                           "timed-out", "failed", "arm", "backoff", "hold", "stop"};
  std::string out;
  for (const Action& action : actions) {
    if (!out.empty()) out += ' ';
    out += kVerbs[static_cast<std::size_t>(action.verb)];
    if (action.timer != Timer::None) out.append(":").append(letter(action.timer));
  }
  return out;
}

template <class State, class Input>
struct Row {
  State state;
  Input input;
  State next;
  const char* actions;
  const char* clause;
};

template <class State, class Input, std::size_t N, class F>
void check(const Row<State, Input> (&rows)[N], std::size_t cells, bool reliable, F step) {
  std::set<std::pair<State, Input>> seen;
  for (const auto& row : rows) {
    const auto result = step(row.state, row.input, reliable);
    const auto where = ::testing::Message() << "state " << static_cast<int>(row.state) << " input "
                                            << static_cast<int>(row.input) << " " << row.clause;
    EXPECT_EQ(result.state, row.next) << where;
    EXPECT_EQ(text(result.actions), row.actions) << where;
    EXPECT_TRUE(seen.emplace(row.state, row.input).second) << "twice: " << where;
  }
  EXPECT_EQ(seen.size(), cells);
}

// In Terminated nothing moves any more.
template <class Input, class State, class F>
void check_terminated(State terminated, int inputs, F step) {
  for (int i = 0; i < inputs; ++i)
    for (const bool reliable : {false, true}) {
      const auto result = step(terminated, static_cast<Input>(i), reliable);
      EXPECT_EQ(result.state, terminated);
      EXPECT_EQ(text(result.actions), "");
    }
}

TEST(ClientInviteMachine, Begins) {
  EXPECT_EQ(text(client_invite::begin(false).actions), "send arm:A arm:B");
  EXPECT_EQ(text(client_invite::begin(true).actions), "send arm:B");  // §17.1.1.2: no Timer A over a reliable transport
  EXPECT_EQ(client_invite::begin(false).state, client_invite::State::Calling);
}

TEST(ClientInviteMachine, EveryCell) {
  using S = client_invite::State;
  using I = client_invite::Input;
  static constexpr Row<S, I> kRows[] = {
      {S::Calling, I::Provisional, S::Proceeding, "deliver stop:A stop:B", "§17.1.1.2"},
      {S::Calling, I::Success, S::Accepted, "deliver stop:A arm:M", "RFC 6026 §8.4"},
      {S::Calling, I::Failure, S::Completed, "ack deliver stop:A arm:D", "§17.1.1.2"},
      {S::Calling, I::Cancel, S::Calling, "want", "§9.1"},
      {S::Calling, I::TimerA, S::Calling, "resend backoff:A", "§17.1.1.2"},
      {S::Calling, I::TimerB, S::Terminated, "timed-out", "§17.1.1.2"},
      {S::Calling, I::TimerD, S::Calling, "", "not armed"},
      {S::Calling, I::TimerM, S::Calling, "", "not armed"},
      {S::Calling, I::TimerX, S::Calling, "", "not armed"},
      {S::Calling, I::TransportError, S::Terminated, "failed", "figure 5"},
      {S::Proceeding, I::Provisional, S::Proceeding, "deliver", "§17.1.1.2"},
      {S::Proceeding, I::Success, S::Accepted, "deliver arm:M", "RFC 6026 §8.4"},
      {S::Proceeding, I::Failure, S::Completed, "ack deliver stop:A arm:D", "§17.1.1.2"},
      {S::Proceeding, I::Cancel, S::Proceeding, "cancel arm:X", "§9.1"},
      {S::Proceeding, I::TimerA, S::Proceeding, "", "stopped"},
      {S::Proceeding, I::TimerB, S::Proceeding, "", "stopped"},
      {S::Proceeding, I::TimerD, S::Proceeding, "", "not armed"},
      {S::Proceeding, I::TimerM, S::Proceeding, "", "not armed"},
      {S::Proceeding, I::TimerX, S::Terminated, "timed-out", "§9.1"},
      {S::Proceeding, I::TransportError, S::Proceeding, "", "figure 5"},
      {S::Accepted, I::Provisional, S::Accepted, "", "RFC 6026 §8.4"},
      {S::Accepted, I::Success, S::Accepted, "deliver", "RFC 6026 §7.2"},
      {S::Accepted, I::Failure, S::Accepted, "", "RFC 6026 §8.4"},
      {S::Accepted, I::Cancel, S::Accepted, "", "§9.1: a final response has come"},
      {S::Accepted, I::TimerA, S::Accepted, "", "stopped"},
      {S::Accepted, I::TimerB, S::Accepted, "", "stopped"},
      {S::Accepted, I::TimerD, S::Accepted, "", "not armed"},
      {S::Accepted, I::TimerM, S::Terminated, "", "RFC 6026 §8.4"},
      {S::Accepted, I::TimerX, S::Accepted, "", "M took its place"},
      {S::Accepted, I::TransportError, S::Accepted, "", "nothing is sent here"},
      {S::Completed, I::Provisional, S::Completed, "", "§17.1.1.2"},
      {S::Completed, I::Success, S::Completed, "", "§17.1.1.2: not passed up"},
      {S::Completed, I::Failure, S::Completed, "resend", "§17.1.1.2: the ACK again"},
      {S::Completed, I::Cancel, S::Completed, "", "§9.1"},
      {S::Completed, I::TimerA, S::Completed, "", "stopped"},
      {S::Completed, I::TimerB, S::Completed, "", "D took its place"},
      {S::Completed, I::TimerD, S::Terminated, "", "§17.1.1.2"},
      {S::Completed, I::TimerM, S::Completed, "", "not armed"},
      {S::Completed, I::TimerX, S::Completed, "", "D took its place"},
      {S::Completed, I::TransportError, S::Terminated, "failed", "figure 5"},
  };
  check(kRows, 4 * 10, false, client_invite::step);
  check_terminated<I>(S::Terminated, 10, client_invite::step);
}

TEST(ClientInviteMachine, ReliableTransportNeedsNoTimerD) {
  using S = client_invite::State;
  using I = client_invite::Input;
  static constexpr Row<S, I> kRows[] = {
      {S::Calling, I::Failure, S::Terminated, "ack deliver", "§17.1.1.2: D is zero"},
      {S::Proceeding, I::Failure, S::Terminated, "ack deliver", "§17.1.1.2: D is zero"},
      {S::Calling, I::Success, S::Accepted, "deliver stop:A arm:M",
       "RFC 6026: M as ever, 2xx of other branches may come"},
  };
  check(kRows, 3, true, client_invite::step);
}

TEST(ClientNonInviteMachine, Begins) {
  EXPECT_EQ(text(client_non_invite::begin(false).actions), "send arm:E arm:F");
  EXPECT_EQ(text(client_non_invite::begin(true).actions), "send arm:F");
  EXPECT_EQ(client_non_invite::begin(true).state, client_non_invite::State::Trying);
}

TEST(ClientNonInviteMachine, EveryCell) {
  using S = client_non_invite::State;
  using I = client_non_invite::Input;
  static constexpr Row<S, I> kRows[] = {
      {S::Trying, I::Provisional, S::Proceeding, "deliver", "§17.1.2.2"},
      {S::Trying, I::Final, S::Completed, "deliver stop:E arm:K", "§17.1.2.2"},
      {S::Trying, I::TimerE, S::Trying, "resend backoff:E", "§17.1.2.2"},
      {S::Trying, I::TimerF, S::Terminated, "timed-out", "§17.1.2.2"},
      {S::Trying, I::TimerK, S::Trying, "", "not armed"},
      {S::Trying, I::TransportError, S::Terminated, "failed", "figure 6"},
      {S::Proceeding, I::Provisional, S::Proceeding, "deliver", "figure 6"},
      {S::Proceeding, I::Final, S::Completed, "deliver stop:E arm:K", "§17.1.2.2"},
      {S::Proceeding, I::TimerE, S::Proceeding, "resend hold:E", "§17.1.2.2: T2 from here on"},
      {S::Proceeding, I::TimerF, S::Terminated, "timed-out", "§17.1.2.2"},
      {S::Proceeding, I::TimerK, S::Proceeding, "", "not armed"},
      {S::Proceeding, I::TransportError, S::Terminated, "failed", "figure 6"},
      {S::Completed, I::Provisional, S::Completed, "", "§17.1.2.2"},
      {S::Completed, I::Final, S::Completed, "", "§17.1.2.2: absorbed"},
      {S::Completed, I::TimerE, S::Completed, "", "stopped"},
      {S::Completed, I::TimerF, S::Completed, "", "K took its place"},
      {S::Completed, I::TimerK, S::Terminated, "", "§17.1.2.2"},
      {S::Completed, I::TransportError, S::Completed, "", "nothing is sent here"},
  };
  check(kRows, 3 * 6, false, client_non_invite::step);
  check_terminated<I>(S::Terminated, 6, client_non_invite::step);
}

TEST(ClientNonInviteMachine, ReliableTransportNeedsNoTimerK) {
  using S = client_non_invite::State;
  using I = client_non_invite::Input;
  static constexpr Row<S, I> kRows[] = {
      {S::Trying, I::Final, S::Terminated, "deliver", "§17.1.2.2: K is zero"},
      {S::Proceeding, I::Final, S::Terminated, "deliver", "§17.1.2.2: K is zero"},
  };
  check(kRows, 2, true, client_non_invite::step);
}

TEST(ServerInviteMachine, EveryCell) {
  using S = server_invite::State;
  using I = server_invite::Input;
  static constexpr Row<S, I> kRows[] = {
      {S::Proceeding, I::Invite, S::Proceeding, "resend", "§17.2.1"},
      {S::Proceeding, I::Ack, S::Proceeding, "", "nothing to acknowledge"},
      {S::Proceeding, I::Provisional, S::Proceeding, "send", "§17.2.1"},
      {S::Proceeding, I::Success, S::Accepted, "send arm:L", "RFC 6026 §8.5"},
      {S::Proceeding, I::Failure, S::Completed, "send arm:G arm:H", "§17.2.1"},
      {S::Proceeding, I::TimerG, S::Proceeding, "", "not armed"},
      {S::Proceeding, I::TimerH, S::Proceeding, "", "not armed"},
      {S::Proceeding, I::TimerI, S::Proceeding, "", "not armed"},
      {S::Proceeding, I::TimerL, S::Proceeding, "", "not armed"},
      {S::Proceeding, I::TransportError, S::Proceeding, "failed", "RFC 6026 §8.8"},
      {S::Accepted, I::Invite, S::Accepted, "", "RFC 6026 §8.5: absorbed"},
      {S::Accepted, I::Ack, S::Accepted, "deliver", "RFC 6026 §8.5"},
      {S::Accepted, I::Provisional, S::Accepted, "", "has its final response"},
      {S::Accepted, I::Success, S::Accepted, "send", "RFC 6026 §8.5: the TU retransmits"},
      {S::Accepted, I::Failure, S::Accepted, "", "has its final response"},
      {S::Accepted, I::TimerG, S::Accepted, "", "not armed"},
      {S::Accepted, I::TimerH, S::Accepted, "", "not armed"},
      {S::Accepted, I::TimerI, S::Accepted, "", "not armed"},
      {S::Accepted, I::TimerL, S::Terminated, "", "RFC 6026 §8.5"},
      {S::Accepted, I::TransportError, S::Accepted, "failed", "RFC 6026 §8.8"},
      {S::Completed, I::Invite, S::Completed, "resend", "§17.2.1"},
      {S::Completed, I::Ack, S::Confirmed, "stop:G arm:I", "§17.2.1"},
      {S::Completed, I::Provisional, S::Completed, "", "has its final response"},
      {S::Completed, I::Success, S::Completed, "", "has its final response"},
      {S::Completed, I::Failure, S::Completed, "", "has its final response"},
      {S::Completed, I::TimerG, S::Completed, "resend backoff:G", "§17.2.1"},
      {S::Completed, I::TimerH, S::Terminated, "timed-out", "§17.2.1"},
      {S::Completed, I::TimerI, S::Completed, "", "not armed"},
      {S::Completed, I::TimerL, S::Completed, "", "not armed"},
      {S::Completed, I::TransportError, S::Completed, "failed", "RFC 6026 §8.8"},
      {S::Confirmed, I::Invite, S::Confirmed, "", "§17.2.1"},
      {S::Confirmed, I::Ack, S::Confirmed, "", "§17.2.1: absorbed"},
      {S::Confirmed, I::Provisional, S::Confirmed, "", "has its final response"},
      {S::Confirmed, I::Success, S::Confirmed, "", "has its final response"},
      {S::Confirmed, I::Failure, S::Confirmed, "", "has its final response"},
      {S::Confirmed, I::TimerG, S::Confirmed, "", "stopped"},
      {S::Confirmed, I::TimerH, S::Confirmed, "", "I took its place"},
      {S::Confirmed, I::TimerI, S::Terminated, "", "§17.2.1"},
      {S::Confirmed, I::TimerL, S::Confirmed, "", "not armed"},
      {S::Confirmed, I::TransportError, S::Confirmed, "", "nothing is sent here"},
  };
  check(kRows, 4 * 10, false, server_invite::step);
  check_terminated<I>(S::Terminated, 10, server_invite::step);
}

TEST(ServerInviteMachine, ReliableTransportNeedsNeitherGNorI) {
  using S = server_invite::State;
  using I = server_invite::Input;
  static constexpr Row<S, I> kRows[] = {
      {S::Proceeding, I::Failure, S::Completed, "send arm:H", "§17.2.1: no G, but H all the same"},
      {S::Completed, I::Ack, S::Terminated, "", "§17.2.1: I is zero"},
      {S::Proceeding, I::Success, S::Accepted, "send arm:L", "RFC 6026 §8.5"},
  };
  check(kRows, 3, true, server_invite::step);
}

TEST(ServerNonInviteMachine, Begins) {
  EXPECT_EQ(text(server_non_invite::begin().actions), "arm:Y");  // RFC 4320 §4.1: without regard to transport
  EXPECT_EQ(server_non_invite::begin().state, server_non_invite::State::Trying);
}

TEST(ServerNonInviteMachine, EveryCell) {
  using S = server_non_invite::State;
  using I = server_non_invite::Input;
  static constexpr Row<S, I> kRows[] = {
      {S::Trying, I::Request, S::Trying, "", "§17.2.2: discarded"},
      {S::Trying, I::Provisional, S::Proceeding, "send stop:Y", "§17.2.2"},
      {S::Trying, I::Final, S::Completed, "send arm:J", "§17.2.2"},
      {S::Trying, I::Abandon, S::Completed, "arm:J", "RFC 4320 §4.2: silence"},
      {S::Trying, I::TimerJ, S::Trying, "", "not armed"},
      {S::Trying, I::TimerY, S::Proceeding, "trying", "RFC 4320 §4.1"},
      {S::Trying, I::TransportError, S::Trying, "failed", "RFC 6026 §8.8"},
      {S::Proceeding, I::Request, S::Proceeding, "resend", "§17.2.2"},
      {S::Proceeding, I::Provisional, S::Proceeding, "send", "§17.2.2"},
      {S::Proceeding, I::Final, S::Completed, "send arm:J", "§17.2.2"},
      {S::Proceeding, I::Abandon, S::Completed, "arm:J", "RFC 4320 §4.2: silence"},
      {S::Proceeding, I::TimerJ, S::Proceeding, "", "not armed"},
      {S::Proceeding, I::TimerY, S::Proceeding, "", "stopped"},
      {S::Proceeding, I::TransportError, S::Proceeding, "failed", "RFC 6026 §8.8"},
      {S::Completed, I::Request, S::Completed, "resend", "§17.2.2"},
      {S::Completed, I::Provisional, S::Completed, "", "§17.2.2: discarded"},
      {S::Completed, I::Final, S::Completed, "", "§17.2.2: discarded"},
      {S::Completed, I::Abandon, S::Completed, "", "has its final response"},
      {S::Completed, I::TimerJ, S::Terminated, "", "§17.2.2"},
      {S::Completed, I::TimerY, S::Completed, "", "J took its place"},
      {S::Completed, I::TransportError, S::Completed, "failed", "RFC 6026 §8.8"},
  };
  check(kRows, 3 * 7, false, server_non_invite::step);
  check_terminated<I>(S::Terminated, 7, server_non_invite::step);
}

TEST(ServerNonInviteMachine, ReliableTransportNeedsNoTimerJ) {
  using S = server_non_invite::State;
  using I = server_non_invite::Input;
  static constexpr Row<S, I> kRows[] = {
      {S::Trying, I::Final, S::Terminated, "send", "§17.2.2: J is zero"},
      {S::Proceeding, I::Final, S::Terminated, "send", "§17.2.2: J is zero"},
      {S::Trying, I::Abandon, S::Terminated, "", "RFC 4320 §4.2; J is zero"},
      {S::Proceeding, I::Abandon, S::Terminated, "", "RFC 4320 §4.2; J is zero"},
  };
  check(kRows, 4, true, server_non_invite::step);
}

}  // namespace
}  // namespace offhook::transaction
