#include "dialog/dialog.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

namespace offhook::dialog {
namespace {

using sip::HeaderId;
using sip::Message;
using sip::Method;

Message parse(std::string text) {
  auto message = Message::parse(std::move(text));
  EXPECT_TRUE(message) << (message ? "" : message.error().text);
  return message ? std::move(*message) : Message{};
}

// The call of RFC 3261 §24.2, without its proxies' Via fields: Alice calls Bob through atlanta and biloxi.
struct Call {
  std::string record_routes = {};  // complete fields, as in the messages
  std::string to_tag = ";tag=a6c85cf", from_tag = ";tag=1928301774";
  std::string contact = "Contact: <sip:bob@192.0.2.4>\r\n";

  [[nodiscard]] Message invite() const {
    return parse(
        "INVITE sip:bob@biloxi.example.com SIP/2.0\r\nVia: SIP/2.0/UDP "
        "pc33.atlanta.example.com;branch=z9hG4bKnashds8\r\n" +
        record_routes +
        "Max-Forwards: 70\r\nTo: Bob <sip:bob@biloxi.example.com>\r\nFrom: Alice <sip:alice@atlanta.example.com>" +
        from_tag +
        "\r\nCall-ID: a84b4c76e66710\r\nCSeq: 314159 INVITE\r\nContact: <sip:alice@pc33.atlanta.example.com>\r\n\r\n");
  }
  [[nodiscard]] Message response(int status, std::string_view method = "INVITE") const {
    return parse("SIP/2.0 " + std::to_string(status) +
                 " Text\r\nVia: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bKnashds8\r\n" + record_routes +
                 "To: Bob <sip:bob@biloxi.example.com>" + to_tag + "\r\nFrom: Alice <sip:alice@atlanta.example.com>" +
                 from_tag + "\r\nCall-ID: a84b4c76e66710\r\nCSeq: 314159 " + std::string(method) + "\r\n" + contact +
                 "\r\n");
  }
};

// As biloxi and atlanta wrote it: the proxy nearest to Bob stands first.
constexpr const char* kRecordRoutes =
    "Record-Route: <sip:p2.biloxi.example.com;lr>, <sip:p1.atlanta.example.com;lr>\r\n";

TEST(DialogOfCaller, TakesTheStateOfSection1212) {
  const Call call{.record_routes = kRecordRoutes};
  const auto dialog = Dialog::from_response(call.invite(), call.response(200));
  ASSERT_TRUE(dialog);
  EXPECT_EQ(dialog->id(), (DialogId{"a84b4c76e66710", "1928301774", "a6c85cf"}));
  EXPECT_EQ(dialog->state(), State::Confirmed);
  EXPECT_EQ(dialog->local_cseq(), 314159);
  EXPECT_EQ(dialog->local_uri(), "sip:alice@atlanta.example.com");
  EXPECT_EQ(dialog->remote_uri(), "sip:bob@biloxi.example.com");
  EXPECT_EQ(dialog->local_address(), "Alice <sip:alice@atlanta.example.com>");
  EXPECT_EQ(dialog->remote_address(), "Bob <sip:bob@biloxi.example.com>");
  EXPECT_EQ(dialog->remote_target(), "sip:bob@192.0.2.4");
  // From Alice's side the way begins at atlanta: reversed.
  EXPECT_EQ(dialog->route_set(),
            (std::vector<std::string>{"<sip:p1.atlanta.example.com;lr>", "<sip:p2.biloxi.example.com;lr>"}));
  EXPECT_EQ(dialog->next_hop(), "sip:p1.atlanta.example.com;lr");
}

TEST(DialogOfCallee, TakesTheStateOfSection1211) {
  const Call call{.record_routes = kRecordRoutes};
  const auto dialog = Dialog::from_request(call.invite(), "a6c85cf");
  ASSERT_TRUE(dialog);
  EXPECT_EQ(dialog->id(), (DialogId{"a84b4c76e66710", "a6c85cf", "1928301774"}));
  EXPECT_EQ(dialog->state(), State::Early);
  EXPECT_EQ(dialog->remote_target(), "sip:alice@pc33.atlanta.example.com");
  EXPECT_EQ(dialog->route_set(),
            (std::vector<std::string>{"<sip:p2.biloxi.example.com;lr>", "<sip:p1.atlanta.example.com;lr>"}));
  EXPECT_EQ(dialog->local_uri(), "sip:bob@biloxi.example.com");
}

// §24.2 F13: Bob hangs up.
TEST(DialogOfCallee, SendsTheByeOfTheExample) {
  const Call call;
  auto dialog = Dialog::from_request(call.invite(), "a6c85cf");
  dialog->confirm(call.response(200));
  EXPECT_EQ(dialog->state(), State::Confirmed);
  EXPECT_EQ(dialog->remote_target(), "sip:alice@pc33.atlanta.example.com");  // our own 2xx names our own Contact
  const auto bye = dialog->request(Method::Bye).build();
  EXPECT_EQ(bye.bytes(),
            "BYE sip:alice@pc33.atlanta.example.com SIP/2.0\r\nMax-Forwards: 70\r\nFrom: Bob "
            "<sip:bob@biloxi.example.com>;tag=a6c85cf\r\n"
            "To: Alice <sip:alice@atlanta.example.com>;tag=1928301774\r\nCall-ID: a84b4c76e66710\r\nCSeq: 1 BYE\r\n"
            "Content-Length: 0\r\n\r\n");
}

TEST(DialogRequest, NumbersCountUpAndTheAckKeepsItsInvites) {
  const Call call;
  auto dialog = Dialog::from_response(call.invite(), call.response(200));
  EXPECT_EQ(dialog->request(Method::Ack, 314159).build().cseq(), 314159);
  EXPECT_EQ(dialog->request(Method::Invite).build().cseq(), 314160);
  EXPECT_EQ(dialog->request(Method::Info).build().cseq(), 314161);
  EXPECT_EQ(dialog->request(Method::Ack, 314160).build().cseq(), 314160);
  EXPECT_EQ(dialog->request(Method::Bye).build().cseq(), 314162);
}

struct RouteCase {
  const char* why;
  const char* record_routes;
  const char* contact;
  const char* request_uri;
  std::vector<std::string> routes;
  const char* next_hop;
};

TEST(DialogRequest, RoutingFollowsSection12211) {
  const RouteCase cases[] = {
      {"no routes", "", "<sip:bob@192.0.2.4>", "sip:bob@192.0.2.4", {}, "sip:bob@192.0.2.4"},
      {"loose routers",
       kRecordRoutes,
       "<sip:bob@192.0.2.4>",
       "sip:bob@192.0.2.4",
       {"<sip:p1.atlanta.example.com;lr>", "<sip:p2.biloxi.example.com;lr>"},
       "sip:p1.atlanta.example.com;lr"},
      {"a strict router first: the target goes last",
       "Record-Route: <sip:far.example.com;lr>\r\nRecord-Route: <sip:strict.example.com>\r\n",
       "<sip:bob@192.0.2.4>",
       "sip:strict.example.com",
       {"<sip:far.example.com;lr>", "<sip:bob@192.0.2.4>"},
       "sip:strict.example.com"},
      {"a strict router further on is its predecessor's business",
       "Record-Route: <sip:strict.example.com>\r\nRecord-Route: <sip:near.example.com;lr=on>;x=y\r\n",
       "<sip:bob@192.0.2.4>",
       "sip:bob@192.0.2.4",
       {"<sip:near.example.com;lr=on>;x=y", "<sip:strict.example.com>"},
       "sip:near.example.com;lr=on"},
      {"what a Request-URI may not have is taken off",
       "",
       "<sip:bob@192.0.2.4;method=INVITE;ob?Subject=x>",
       "sip:bob@192.0.2.4;ob",
       {},
       "sip:bob@192.0.2.4;method=INVITE;ob?Subject=x"},
      {"headers only, and a ? in the user",
       "",
       "<sip:b?b@192.0.2.4?Subject=x>",
       "sip:b?b@192.0.2.4",
       {},
       "sip:b?b@192.0.2.4?Subject=x"},
  };
  for (const auto& c : cases) {
    const Call call{.record_routes = c.record_routes, .contact = std::string("Contact: ") + c.contact + "\r\n"};
    auto dialog = Dialog::from_response(call.invite(), call.response(200));
    ASSERT_TRUE(dialog) << c.why;
    EXPECT_EQ(dialog->next_hop(), c.next_hop) << c.why;
    const auto bye = dialog->request(Method::Bye).build();
    EXPECT_EQ(bye.request_uri(), c.request_uri) << c.why;
    std::vector<std::string> routes;
    for (const std::string_view route : bye.values(HeaderId::Route)) routes.emplace_back(route);
    EXPECT_EQ(routes, c.routes) << c.why;
  }
}

TEST(EarlyDialog, IsConfirmedByTheTwoHundredWhichSetsItsRoutesAnew) {
  const Call ringing{.record_routes = "Record-Route: <sip:old.example.com;lr>\r\n",
                     .contact = "Contact: <sip:bob@192.0.2.99>\r\n"};
  auto dialog = Dialog::from_response(ringing.invite(), ringing.response(180));
  ASSERT_TRUE(dialog);
  EXPECT_EQ(dialog->state(), State::Early);

  const Call answered{.record_routes = kRecordRoutes};
  dialog->confirm(answered.response(183));
  EXPECT_EQ(dialog->state(), State::Early);
  dialog->confirm(answered.response(200));
  EXPECT_EQ(dialog->state(), State::Confirmed);
  EXPECT_EQ(dialog->remote_target(), "sip:bob@192.0.2.4");
  EXPECT_EQ(dialog->next_hop(), "sip:p1.atlanta.example.com;lr");

  dialog->confirm(ringing.response(200));  // a retransmission changes no route of a confirmed dialog
  EXPECT_EQ(dialog->next_hop(), "sip:p1.atlanta.example.com;lr");
}

TEST(EarlyDialog, WithoutContactAimsAtTheRequestUri) {
  const Call call{.contact = ""};
  const auto dialog = Dialog::from_response(call.invite(), call.response(180));
  ASSERT_TRUE(dialog);
  EXPECT_EQ(dialog->remote_target(), "sip:bob@biloxi.example.com");
}

TEST(Dialog, RefusesWhatMakesNone) {
  const Call call;
  EXPECT_FALSE(Dialog::from_response(call.invite(), call.response(100)));
  EXPECT_FALSE(Dialog::from_response(call.invite(), call.response(302)));
  const Call untagged{.to_tag = ""};
  EXPECT_FALSE(Dialog::from_response(untagged.invite(), untagged.response(180)));
  for (const auto* contact : {"", "Contact: *\r\n", "Contact: <tel:+15551234>\r\n", "Contact: <sip:bob@>\r\n"}) {
    const Call bad{.contact = contact};
    EXPECT_FALSE(Dialog::from_response(bad.invite(), bad.response(200))) << contact;
  }
  auto no_contact = std::string(call.invite().release());
  no_contact.erase(no_contact.find("Contact:"), no_contact.rfind("\r\n") - no_contact.find("Contact:"));
  EXPECT_FALSE(Dialog::from_request(parse(no_contact), "x"));
}

// §12.1.1, §12.1.2, §12.2.1.1: the tag of a peer of RFC 2543 is null, and left out of what is sent.
TEST(Dialog, PeersWithoutTagsAreServed) {
  const Call call{.to_tag = "", .from_tag = ""};
  auto callee = Dialog::from_request(call.invite(), "local");
  ASSERT_TRUE(callee);
  EXPECT_EQ(callee->id().remote_tag, "");
  const auto bye = callee->request(Method::Bye).build();
  EXPECT_EQ(bye.to_tag(), "");
  EXPECT_EQ(*bye.find(HeaderId::To), "Alice <sip:alice@atlanta.example.com>");

  // Nor need it have a Contact (RFC 4475 §3.4.1): From says where it is.
  auto bare = call.invite().release();
  bare.erase(bare.find("Contact:"), bare.rfind("\r\n") - bare.find("Contact:"));
  const auto reached = Dialog::from_request(parse(bare), "local");
  ASSERT_TRUE(reached);
  EXPECT_EQ(reached->remote_target(), "sip:alice@atlanta.example.com");

  const Call ours{.to_tag = ""};
  const auto caller = Dialog::from_response(ours.invite(), ours.response(200));
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->id(), dialog_id_of_response(ours.response(200)));
}

TEST(Dialog, AddressesKeepTheirFormButForTheTag) {
  const Call call{.to_tag = ";Tag=x1;user=phone"};
  auto dialog = Dialog::from_response(call.invite(), call.response(200));
  EXPECT_EQ(dialog->remote_address(), "Bob <sip:bob@biloxi.example.com>;user=phone");
  const auto bare = parse(
      "INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nTo: sip:b@h\r\nFrom: sip:a@h;tag=1\r\nCall-ID: "
      "c\r\nCSeq: 1 INVITE\r\n"
      "Contact: sip:a@192.0.2.1:5062\r\n\r\n");
  auto callee = Dialog::from_request(bare, "t");
  ASSERT_TRUE(callee);
  EXPECT_EQ(callee->remote_address(), "sip:a@h");
  const auto bye = callee->request(Method::Bye).build();
  EXPECT_EQ(bye.to_tag(), "1");
}

Message in_dialog(std::string_view method, std::uint32_t cseq, std::string_view contact = {}) {
  std::string text(method);
  text.append(
      " sip:bob@192.0.2.4 SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK2\r\nTo: "
      "<sip:bob@biloxi.example.com>;tag=a6c85cf\r\n");
  text.append("From: <sip:alice@atlanta.example.com>;tag=1928301774\r\nCall-ID: a84b4c76e66710\r\nCSeq: ");
  text.append(std::to_string(cseq)).append(" ").append(method).append("\r\n");
  if (!contact.empty()) text.append("Contact: <").append(contact).append(">\r\n");
  return parse(text + "\r\n");
}

TEST(Dialog, RequestsOutOfOrderAreRefused) {
  auto dialog = Dialog::from_request(Call{}.invite(), "a6c85cf");
  EXPECT_FALSE(dialog->accept_request(in_dialog("INFO", 314158)));
  EXPECT_FALSE(dialog->accept_request(in_dialog("INFO", 314159)));
  EXPECT_TRUE(dialog->accept_request(in_dialog("ACK", 314159)));
  EXPECT_TRUE(dialog->accept_request(in_dialog("INFO", 314170)));  // gaps are allowed
  EXPECT_FALSE(dialog->accept_request(in_dialog("BYE", 314165)));
  EXPECT_TRUE(dialog->accept_request(in_dialog("BYE", 314171)));
}

TEST(Dialog, FirstRequestOfTheCalleeMayHaveAnyNumber) {
  auto dialog = Dialog::from_response(Call{}.invite(), Call{}.response(200));
  EXPECT_TRUE(dialog->accept_request(in_dialog("BYE", 0)));
  EXPECT_FALSE(dialog->accept_request(in_dialog("BYE", 0)));
}

TEST(Dialog, TargetIsRefreshedByTheMethodsThatMay) {
  for (const auto* method : {"INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY", "REFER"}) {
    auto dialog = Dialog::from_request(Call{}.invite(), "a6c85cf");
    dialog->refresh_target(in_dialog(method, 2, "sip:alice@192.0.2.77"));
    EXPECT_EQ(dialog->remote_target(), "sip:alice@192.0.2.77") << method;
  }
  for (const auto* method : {"BYE", "INFO", "OPTIONS", "MESSAGE", "PRACK"}) {
    auto dialog = Dialog::from_request(Call{}.invite(), "a6c85cf");
    dialog->refresh_target(in_dialog(method, 2, "sip:alice@192.0.2.77"));
    EXPECT_EQ(dialog->remote_target(), "sip:alice@pc33.atlanta.example.com") << method;
  }
  auto dialog = Dialog::from_response(Call{}.invite(), Call{}.response(200));
  const Call moved{.contact = "Contact: <sip:bob@192.0.2.5>\r\n"};
  dialog->refresh_target(moved.response(491));
  dialog->refresh_target(moved.response(200, "INFO"));
  dialog->refresh_target(in_dialog("INVITE", 2));  // without a Contact it stays
  EXPECT_EQ(dialog->remote_target(), "sip:bob@192.0.2.4");
  dialog->refresh_target(moved.response(200));
  EXPECT_EQ(dialog->remote_target(), "sip:bob@192.0.2.5");
  EXPECT_TRUE(dialog->route_set().empty());
}

TEST(DialogId, IsTheSameFromEveryMessageOfTheDialog) {
  const Call call;
  const auto caller = Dialog::from_response(call.invite(), call.response(200));
  auto callee = Dialog::from_request(call.invite(), "a6c85cf");
  EXPECT_EQ(dialog_id_of_response(call.response(200)), caller->id());
  EXPECT_EQ(dialog_id_of_request(in_dialog("BYE", 1)), callee->id());
  const auto bye = callee->request(Method::Bye).build();  // as the caller receives it
  EXPECT_EQ(dialog_id_of_request(bye), caller->id());
}

TEST(DialogId, HashTellsTheSidesApart) {
  const std::unordered_set<DialogId> set{
      {"c", "a", "b"}, {"c", "b", "a"}, {"c", "ab", ""}, {"c", "", "ab"}, {"c", "a", "b"}};
  EXPECT_EQ(set.size(), 4);
  const std::hash<DialogId> hash;
  EXPECT_NE(hash({"c", "a", "b"}), hash({"c", "b", "a"}));
  EXPECT_NE(hash({"c", "ab", ""}), hash({"c", "", "ab"}));
}

}  // namespace
}  // namespace offhook::dialog
