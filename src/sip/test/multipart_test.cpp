// Bodies of several parts: what is found in them, what is refused, what is written. RFC 2046 §5.1, RFC 5621.
#include "sip/multipart.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "sip/builder.hpp"

namespace offhook::sip {
namespace {

Message carrying(std::string_view type, std::string_view body, std::string_view fields = "") {
  std::string text = "INVITE sip:a SIP/2.0\r\n";
  if (!type.empty()) text += "Content-Type: " + std::string(type) + "\r\n";
  text += std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  auto message = Message::parse(text);
  EXPECT_TRUE(message);
  return message ? *message : Message{};
}

std::vector<std::string> contents(const Message& message) {
  std::vector<std::string> out;
  BodyParts parts(message);
  while (const auto part = parts.next()) out.emplace_back(part->content);
  return out;
}

using Strings = std::vector<std::string>;

// RFC 2046 §5.1.1's example.
constexpr std::string_view kSimple =
    "This is the preamble.\r\n--simple boundary\r\n\r\nImplicitly typed.\r\n--simple boundary  \r\n"
    "Content-type: text/plain; charset=us-ascii\r\n\r\nExplicitly typed.\r\n\r\n--simple boundary--\r\nThe epilogue.";

TEST(Multipart, readsTheExampleOfItsRfc) {
  auto parts = Multipart::parse(kSimple, "simple boundary");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->preamble(), "This is the preamble.");
  const auto first = parts->next(), second = parts->next();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->content, "Implicitly typed.");
  EXPECT_EQ(first->fields, "");
  EXPECT_TRUE(first->type()->is("text/plain"));
  EXPECT_EQ(second->content, "Explicitly typed.\r\n");
  EXPECT_EQ(second->type()->charset(), "us-ascii");
  EXPECT_FALSE(parts->next());
  EXPECT_TRUE(parts->closed());
  EXPECT_EQ(parts->epilogue(), "The epilogue.");
}

struct Split {
  std::string_view body;
  Strings contents;
  bool closed;
};

TEST(Multipart, findsItsDelimiters) {
  for (const auto& [body, expected, closed] : std::initializer_list<Split>{
           {"--b\r\n\r\nx\r\n--b--", {"x"}, true},
           {"--b\r\n\r\n\r\n--b--", {""}, true},
           {"--b\r\n\r\n--b--", {""}, true},
           {"--b\r\n--b--", {""}, true},
           {"--b--", {}, true},
           {"--b\r\n\r\nx\r\n--b", {"x"}, false},
           {"--b\r\n\r\nx", {"x"}, false},
           {"--b\r\n\r\nx\r\n--bb\r\n--b--x\r\n--b \t\r\n\r\ny\r\n--b-- \r\n", {"x\r\n--bb\r\n--b--x", "y"}, true},
           {"\r\n--b\r\n\r\nx\n--b\r\ny--b\r\n--b--", {"x\n--b\r\ny--b"}, true},
           {"--b\r\nA: 1\r\n\r\nx\r\n--b\r\nA: 1\r\n--b--\r\n--b\r\n\r\nno more", {"x", ""}, true},
       }) {
    auto parts = Multipart::parse(body, "b");
    ASSERT_TRUE(parts) << body;
    Strings found;
    while (const auto part = parts->next()) found.emplace_back(part->content);
    EXPECT_EQ(found, expected) << body;
    EXPECT_EQ(parts->closed(), closed) << body;
  }
}

TEST(Multipart, refuses) {
  for (const std::string_view body : {"", "x", "--c\r\n\r\nx\r\n--c--", "x--b\r\n", "\n--b\r\n", "--b x\r\n"})
    EXPECT_FALSE(Multipart::parse(body, "b")) << body;
  EXPECT_FALSE(Multipart::parse("--\r\n\r\n", ""));
  EXPECT_TRUE(is_boundary(std::string(70, 'a')));
  EXPECT_TRUE(is_boundary("gc0pJq0M:08jU534c0p"));
  for (const std::string& text : {std::string(71, 'a'), std::string("a "), std::string("a\"b"), std::string("a\r\n")})
    EXPECT_FALSE(is_boundary(text)) << text;
}

TEST(BodyPart, readsFieldsThatBeginWithAFold) {
  const BodyPart part{"\r\n folded\r\n\tA: 1\r\nB: 2\r\n ", ""};
  EXPECT_EQ(part.find("B"), "2");
  EXPECT_EQ((BodyPart{"\r", ""}.find("A")), std::nullopt);
}

TEST(BodyPart, hasFields) {
  auto parts = Multipart::parse(
      "--b\r\nContent-Type: text/plain;\r\n\tcharset=x\r\nno colon\r\nContent-ID: <a@b>\r\n"
      "content-disposition : render;handling=optional\r\n\r\nx\r\n--b\r\nContent-ID: a@b\r\nContent-Type: "
      "nonsense\r\n\r\ny\r\n--b--",
      "b");
  ASSERT_TRUE(parts);
  const auto part = parts->next(), other = parts->next();
  ASSERT_TRUE(part && other);
  EXPECT_EQ(part->type()->charset(), "x");
  EXPECT_EQ(part->content_id(), "a@b");
  EXPECT_TRUE(part->optional());
  EXPECT_EQ(part->find("X"), std::nullopt);
  EXPECT_EQ(other->content_id(), "");
  EXPECT_FALSE(other->type());
  EXPECT_FALSE(other->optional());
}

TEST(BodyParts, goThroughEveryLevel) {
  const std::string inner = "--i\r\nContent-Type: a/b\r\n\r\n2\r\n--i\r\n\r\n3\r\n--i--";
  const std::string body = "--o\r\n\r\n1\r\n--o\r\nContent-Type: multipart/alternative;boundary=\"i\"\r\n\r\n" + inner +
                           "\r\n--o\r\n\r\n4\r\n--o--";
  EXPECT_EQ(contents(carrying("multipart/mixed;boundary=o", body)), (Strings{"1", "2", "3", "4"}));
  EXPECT_EQ(contents(carrying("text/plain", body)), Strings{body});
  EXPECT_EQ(contents(carrying("multipart/mixed;boundary=other", body)), Strings{body}) << "broken: one part";
  EXPECT_EQ(contents(carrying("multipart/mixed", body)), Strings{body});
  EXPECT_EQ(contents(carrying("", "")), Strings{});
  EXPECT_EQ(contents(carrying("multipart/mixed;boundary=o", body, "Content-Encoding: gzip\r\n")), Strings{body});
}

std::string nested(int depth) {
  std::string body = "deep";
  for (int i = depth; i > 0; --i) {
    const std::string type = i == depth ? "a/b" : "multipart/mixed;boundary=b" + std::to_string(i + 1);
    const std::string b = "--b" + std::to_string(i);
    body = b + "\r\nContent-Type: " + type + "\r\n\r\n" + body + "\r\n" + b + "--";
  }
  return body;
}

TEST(BodyParts, stopAtTheirLimits) {
  const auto limit = static_cast<int>(kMultipartNesting);
  EXPECT_EQ(contents(carrying("multipart/mixed;boundary=b1", nested(limit))), Strings{"deep"});
  const Message deeper = carrying("multipart/mixed;boundary=b1", nested(limit + 1));
  BodyParts parts(deeper);
  EXPECT_TRUE(parts.next()->type()->is_multipart()) << "given as it is";
  EXPECT_FALSE(parts.next());
  EXPECT_EQ(find_body(deeper, "a/b"), std::nullopt);
  EXPECT_TRUE(parts.met_limit());
  EXPECT_TRUE(is_nested_too_deep(deeper));
  EXPECT_FALSE(is_nested_too_deep(carrying("multipart/mixed;boundary=b1", nested(limit))));
  EXPECT_FALSE(is_nested_too_deep(carrying("multipart/mixed;boundary=b1", nested(limit + 1), "e: gzip\r\n")));
  EXPECT_FALSE(is_nested_too_deep(carrying("text/plain", nested(limit + 1))));
  std::string many;
  for (int i = 0; i < 200; ++i) many += "--b\r\n\r\nx\r\n";
  EXPECT_EQ(contents(carrying("multipart/mixed;boundary=b", many + "--b--")).size(), kMultipartParts);
}

constexpr std::string_view kTwo =
    "--b\r\nContent-Type: application/SDP\r\n\r\nv=0\r\n--b\r\nContent-Type: application/isup;version=nxv3\r\n"
    "Content-Disposition: signal; handling=optional\r\nContent-ID: <x@y>\r\n\r\n\x01\r\n--b--";

TEST(FindBody, inOneOrSeveralParts) {
  EXPECT_EQ(find_body(carrying("multipart/mixed;boundary=b", kTwo), "application/sdp"), "v=0");
  const Message one = carrying("", "v=0", "c: Application/SDP ; a=b\r\n");
  EXPECT_EQ(find_body(one, "application/sdp"), "v=0");
  EXPECT_EQ(find_body(one, "application/isup"), std::nullopt);
  EXPECT_EQ(find_body(carrying("application/sdp", "v=0", "e: gzip\r\n"), "application/sdp"), std::nullopt);
  EXPECT_EQ(find_body(carrying("multipart/mixed;boundary=b",
                               "--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ==\r\n--b--"),
                      "a/b"),
            std::nullopt);
  EXPECT_EQ(find_content(carrying("multipart/mixed;boundary=b", kTwo), "cid:x@y")->content, "\x01");
  EXPECT_FALSE(find_content(carrying("multipart/mixed;boundary=b", kTwo), "cid:z@y"));
  EXPECT_EQ(find_content(carrying("a/b", "text", "Content-ID: <m@h>\r\n"), "cid:m@h")->content, "text") << "RFC 8262";
}

// The type of the part that has to be refused; "" when nothing has to.
std::string refused(const Message& message, std::initializer_list<std::string_view> types) {
  const std::vector<std::string_view> known(types);
  const auto part = not_understood(message, known);
  if (!part) return "";
  const auto type = part->type();
  return type ? std::string(type->type) + '/' + std::string(type->subtype) : "?";
}

std::string parts_of(std::initializer_list<std::string_view> types) {
  std::string out;
  for (const std::string_view type : types) out += "--b\r\nContent-Type: " + std::string(type) + "\r\n\r\nx\r\n";
  return out + "--b--";
}

TEST(NotUnderstood, isWhatTheHandlingSays) {
  EXPECT_EQ(refused(carrying("multipart/mixed;boundary=b", kTwo), {"application/sdp"}), "");
  EXPECT_EQ(refused(carrying("multipart/mixed;boundary=b", kTwo), {"application/isup"}), "application/SDP");
  EXPECT_EQ(refused(carrying("a/b", "x"), {"application/sdp"}), "a/b");
  EXPECT_EQ(refused(carrying("a/b", "x", "Content-Disposition: render;handling=optional\r\n"), {}), "");
  EXPECT_EQ(refused(carrying("a/b", "x", "Content-Encoding: gzip\r\n"), {"a/b"}), "a/b");
  EXPECT_EQ(refused(carrying("a/b", ""), {}), "") << "no body, nothing to understand";
  EXPECT_EQ(refused(carrying("nonsense", "x"), {"a/b"}), "?");
  EXPECT_EQ(refused(carrying("multipart/mixed;boundary=c", kTwo), {"application/sdp"}), "multipart/mixed") << "broken";
  EXPECT_EQ(refused(carrying("multipart/mixed;boundary=b", kTwo), {"multipart/mixed"}), "");
}

TEST(NotUnderstood, dependsOnTheKindOfMultipart) {
  const std::string two = parts_of({"a/b", "c/d"});
  EXPECT_EQ(refused(carrying("multipart/mixed;boundary=b", two), {"a/b"}), "c/d");
  EXPECT_EQ(refused(carrying("multipart/unheard-of;boundary=b", two), {"a/b"}), "c/d") << "as mixed";
  EXPECT_EQ(refused(carrying("multipart/alternative;boundary=b", two), {"c/d"}), "");
  EXPECT_EQ(refused(carrying("multipart/alternative;boundary=b", two), {"x/y"}), "multipart/alternative");
  EXPECT_EQ(refused(carrying("multipart/related;boundary=b", two), {"a/b"}), "");
  EXPECT_EQ(refused(carrying("multipart/related;boundary=b", two), {"c/d"}), "a/b");
  const std::string rooted =
      "--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b\r\nContent-Type: c/d\r\nContent-ID: <root@h>\r\n\r\ny\r\n--b--";
  EXPECT_EQ(refused(carrying("multipart/related;boundary=b;start=\"<root@h>\"", rooted), {"c/d"}), "");
  EXPECT_EQ(refused(carrying("multipart/related;boundary=b;start=\"<other@h>\"", rooted), {"c/d"}), "a/b");
  const std::string deep =
      "--o\r\nContent-Type: multipart/mixed;boundary=b\r\nContent-Disposition: x;handling=optional\r\n\r\n" + two +
      "\r\n--o--";
  EXPECT_EQ(refused(carrying("multipart/mixed;boundary=o", deep), {}), "") << "passed over whole";
}

Strings required(const Message& message) {
  Strings out;
  RequiredParts parts(message);
  while (const auto part = parts.next()) out.emplace_back(part->content);
  return out;
}

TEST(RequiredParts, leaveOutWhatMayBePassedOver) {
  EXPECT_EQ(required(carrying("multipart/mixed;boundary=b", kTwo)), Strings{"v=0"});
  EXPECT_EQ(required(carrying("a/b", "x")), Strings{"x"});
  EXPECT_EQ(required(carrying("a/b", "x", "Content-Disposition: x;handling=optional\r\n")), Strings{});
  const std::string deep =
      "--o\r\nContent-Type: multipart/mixed;boundary=b\r\nContent-Disposition: x;handling=optional\r\n\r\n" +
      parts_of({"a/b", "c/d"}) + "\r\n--o\r\n\r\nlast\r\n--o--";
  EXPECT_EQ(required(carrying("multipart/mixed;boundary=o", deep)), Strings{"last"});
  EXPECT_EQ(contents(carrying("multipart/mixed;boundary=o", deep)), (Strings{"x", "x", "last"}));
}

// Gives the boundary that stands in a part first, then another.
class Rigged final : public Random {
 public:
  std::uint64_t next() override { return n_++ < 24 ? 0 : SeededRandom(n_).next(); }

 private:
  std::uint64_t n_ = 0;
};

TEST(MultipartBuilder, writesWhatReadsBack) {
  Rigged probe;
  const std::string taken = probe.token(24);
  Rigged random;
  const auto built = MultipartBuilder("mixed")
                         .add("application/sdp", "v=0\r\n")
                         .add("text/plain", "has " + taken + " in it\r\n--", "Content-ID: <a@b>\r\n")
                         .add("a/b", "")
                         .build(random);
  EXPECT_EQ(built.type.find(taken), std::string::npos);
  const Message message = Builder::request(Method::Invite, "sip:a").body(built.type, built.body).build();
  EXPECT_EQ(contents(message), (Strings{"v=0\r\n", "has " + taken + " in it\r\n--", ""}));
  EXPECT_EQ(find_content(message, "cid:a@b")->content, "has " + taken + " in it\r\n--");
}

}  // namespace
}  // namespace offhook::sip
