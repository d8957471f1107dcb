// sip_junk: datagrams that nobody wants, at a pace, to 127.0.0.1. Prints one JSON line.
//   sip_junk [--proxy-port N] [--rate N] [--seconds N] [--seed N]
// Half of them are random octets, a quarter broken SIP, a quarter sound requests for users who do not exist. Answers
// are thrown away unread.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "io/clock.hpp"

namespace {

using namespace offhook;

constexpr std::size_t kBatch = 64;

std::string request(Random& random, std::uint64_t number) {
  const std::string id = std::to_string(number) + random.token(6);
  return "OPTIONS sip:nobody" + id + "@bench.test SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK" + id +
         "\r\nMax-Forwards: 70\r\nFrom: <sip:x@elsewhere.test>;tag=" + id + "\r\nTo: <sip:nobody" + id +
         "@bench.test>\r\nCall-ID: " + id + "\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
}

std::string junk(Random& random, std::uint64_t number) {
  if (number % 2 == 0) {
    std::string out(random.below(500) + 1, '\0');
    for (char& c : out) c = static_cast<char>(random.below(256));
    return out;
  }
  std::string out = request(random, number);
  if (number % 4 == 1) {
    out[random.below(out.size())] = static_cast<char>(random.below(32));
    out.resize(random.below(out.size()) + 1);
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> given;
  for (int i = 1; i + 1 < argc; i += 2) given[argv[i]] = argv[i + 1];
  const auto number = [&](const char* name, std::uint64_t otherwise) {
    const auto found = given.find(name);
    return found == given.end() ? otherwise : std::strtoull(found->second.c_str(), nullptr, 10);
  };
  const std::uint64_t rate = number("--rate", 100'000), total = rate * number("--seconds", 30);
  SeededRandom random(number("--seed", 1));
  std::vector<std::string> texts;  // made before, so that sending costs no more than it must
  for (std::uint64_t i = 0; i < 20'000; ++i) texts.push_back(junk(random, i));

  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_port = htons(static_cast<std::uint16_t>(number("--proxy-port", 5060)));
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) return 1;

  std::array<iovec, kBatch> parts{};
  std::array<mmsghdr, kBatch> heads{};
  std::uint64_t sent = 0, refused = 0;
  const TimePoint begun = io::now().mono;
  while (sent + refused < total) {
    const auto elapsed = static_cast<std::uint64_t>((io::now().mono - begun).count());
    const std::uint64_t due = std::min(total, elapsed * rate / 1'000'000 + 1);
    if (due <= sent + refused) {
      ::poll(nullptr, 0, 1);
      continue;
    }
    const std::size_t count = std::min<std::uint64_t>(kBatch, due - sent - refused);
    for (std::size_t i = 0; i < count; ++i) {
      std::string& text = texts[(sent + refused + i) % texts.size()];
      parts[i] = {text.data(), text.size()};
      heads[i].msg_hdr.msg_iov = &parts[i];
      heads[i].msg_hdr.msg_iovlen = 1;
    }
    const int done = ::sendmmsg(fd, heads.data(), static_cast<unsigned>(count), 0);
    sent += done > 0 ? static_cast<std::uint64_t>(done) : 0;
    refused += done > 0 ? 0 : 1;
  }
  const double took = std::chrono::duration<double>(io::now().mono - begun).count();
  std::printf("{\"sent\": %llu, \"refused\": %llu, \"elapsed_s\": %.3f, \"rate\": %.0f}\n",
              static_cast<unsigned long long>(sent), static_cast<unsigned long long>(refused), took,
              static_cast<double>(sent) / took);
  ::close(fd);
  return 0;
}
