// The usual description of a desk phone is read without touching the heap.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "sdp/session_description.hpp"

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

namespace offhook::sdp {
namespace {

constexpr std::string_view kPhone =
    "v=0\r\no=- 20518 20518 IN IP4 192.0.2.21\r\ns=SDP data\r\nc=IN IP4 192.0.2.21\r\nt=0 0\r\n"
    "m=audio 11806 RTP/SAVP 9 0 8 18 101\r\n"
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR\r\n"
    "a=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:18 G729/8000\r\n"
    "a=fmtp:18 annexb=no\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    "m=video 11808 RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\na=fmtp:99 profile-level-id=42801F\r\n";

TEST(Allocation, AUsualDescriptionNeedsNone) {
  const long before = allocations;
  std::size_t sum = 0;
  {
    const auto d = parse(kPhone);
    if (d) {
      for (const Media& m : d->media()) {
        for (const CodecView& codec : m.codecs()) sum += codec.name.size() + codec.fmtp.size();
        sum += m.attribute("ptime") ? 1 : 0;
        sum += static_cast<std::size_t>(d->direction_of(m)) + d->connection_of(m)->address.size();
      }
      sum += d->origin().session_version.size();
    }
  }
  const long after = allocations;
  const std::string heap(100, 'x');
  const long with_one = allocations;
  EXPECT_EQ(after, before);
  EXPECT_EQ(with_one, after + 1) << "the count counts";
  EXPECT_EQ(sum, 97U + heap.size() - 100);
}

}  // namespace
}  // namespace offhook::sdp
