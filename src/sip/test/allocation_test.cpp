// Reading a message as a phone does, its description included, touches the heap once: for the message's own bytes.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <string>

#include "sdp/session_description.hpp"
#include "sip/header/contact.hpp"
#include "sip/header/credentials.hpp"
#include "sip/header/cseq.hpp"
#include "sip/header/via.hpp"
#include "sip/message.hpp"
#include "source_folder.hpp"

namespace {
std::atomic<long> allocations{0};
}

// NOLINTBEGIN: the whole program's, which is what is to be counted
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  void* const p = std::malloc(size == 0 ? 1 : size);
  if (p == nullptr) std::abort();
  return p;
}
// The one of std::stable_sort, which its delete must fit.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return operator new(size); }
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }
// NOLINTEND

namespace offhook::sip {
namespace {

// How much of it could be read: fields, codecs.
std::size_t read_as_phone(std::string_view bytes) {
  const auto message = Message::parse(std::string(bytes));
  if (!message) return 0;
  std::size_t read = Uri::parse(message->request_uri()) ? 1 : 0;
  for (const std::string_view value : message->values(HeaderId::Via)) read += Via::parse(value) ? 1 : 0;
  for (const HeaderId id : {HeaderId::From, HeaderId::To, HeaderId::Contact, HeaderId::Route, HeaderId::RecordRoute})
    for (const std::string_view value : message->values(id)) {
      const auto address = NameAddr::parse(value);
      read += address && address->parse_uri() && address->tag().data() != value.data() ? 1 : 0;
    }
  read += CSeq::parse(message->find(HeaderId::CSeq).value_or("")) ? 1 : 0;
  if (const auto value = message->find(HeaderId::Authorization)) read += CredentialsView::parse(*value) ? 1 : 0;
  if (message->find(HeaderId::ContentType) != "application/sdp") return read;
  const auto session = sdp::parse(message->body());
  if (!session) return 0;
  for (const auto& media : session->media()) read += media.codecs().size();
  return read;
}

TEST(Allocation, AMessageNeedsOne) {
  const auto folder = offhook::source_folder() / "bench" / "messages";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const long before = allocations;
    const std::size_t read = read_as_phone(bytes);
    const long after = allocations;
    EXPECT_LE(after - before, 1) << entry.path();
    EXPECT_GE(read, 6) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 6);
}

}  // namespace
}  // namespace offhook::sip
