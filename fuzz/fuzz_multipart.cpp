// A body of several parts as a peer might send it, and the same content written by us.
#include <cstdlib>
#include <vector>

#include "sip/builder.hpp"
#include "sip/multipart.hpp"

namespace {
using namespace offhook::sip;

void require(bool holds) {
  if (!holds) std::abort();
}

bool within(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void read(const Message& message) {
  BodyParts parts(message);
  std::size_t count = 0;
  MultipartBuilder builder("mixed");
  std::vector<std::string> contents;
  while (const auto part = parts.next()) {
    require(++count <= kMultipartParts + 1);
    require(within(part->content, message.bytes()) && within(part->fields, message.bytes()));
    (void)part->type();
    (void)part->content_id();
    (void)part->optional();
    builder.add("text/plain", part->content);
    contents.emplace_back(part->content);
  }
  (void)find_body(message, "application/sdp");
  (void)find_content(message, "cid:a@b");
  constexpr std::string_view kTypes[] = {"application/sdp", "text/plain"};
  (void)not_understood(message, kTypes);
  if (contents.empty() || contents.size() > kMultipartParts) return;
  offhook::SeededRandom random(count);
  const auto built = builder.build(random);
  const Message ours = Builder::request(Method::Message, "sip:a").body(built.type, built.body).build();
  BodyParts again(ours);
  for (const std::string& content : contents) {
    const auto part = again.next();
    require(part && part->content == content && part->type()->is("text/plain"));
  }
  require(!again.next());
}

}  // namespace

// The first line is the value of Content-Type, the rest the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  read(Builder::request(Method::Message, "sip:a")
           .body(text.substr(0, end), text.substr(std::min(end + 1, text.size())))
           .build());
  return 0;
}
