// sip_load: a bounded closed loop of registrations or calls against a proxy at 127.0.0.1, from 127.0.0.1. Prints one
// JSON line.
//   sip_load register|call [--proxy-port N] [--caller-port N] [--callee-port N] [--domain D] [--users N] [--first N]
//   [--count N] [--window N] [--sockets N] [--stride N] [--rate N] [--max-s N]
// Never sleeps while it runs (but with --rate, where calls begin at that pace), so that the proxy's sends need not wake
// it: give it a core of its own. Exit 1 when something failed.
#include <cstdio>
#include <cstdlib>
#include <map>

#include "io/clock.hpp"
#include "load/job.hpp"

namespace {

using namespace offhook;

int usage() {
  std::fprintf(stderr,
               "usage: sip_load register|call [--proxy-port N] [--caller-port N] [--callee-port N] [--domain D] "
               "[--users N] [--first N] [--count N] "
               "[--window N] [--sockets N] [--stride N] [--rate N] [--max-s N]\n");
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc % 2 != 0) return usage();
  const std::string what = argv[1];
  std::map<std::string, std::string> given;
  for (int i = 2; i < argc; i += 2) given[argv[i]] = argv[i + 1];
  const auto number = [&](const char* name, std::uint64_t otherwise) {
    const auto found = given.find(name);
    return found == given.end() ? otherwise : std::strtoull(found->second.c_str(), nullptr, 10);
  };
  const auto begin = io::now();
  load::Job job;
  job.proxy_port = static_cast<std::uint16_t>(number("--proxy-port", job.proxy_port));
  job.caller_port = static_cast<std::uint16_t>(number("--caller-port", job.caller_port));
  job.callee_port = static_cast<std::uint16_t>(number("--callee-port", job.callee_port));
  if (given.contains("--domain")) job.domain = given["--domain"];
  job.users = number("--users", job.users);
  job.first = number("--first", job.first);
  job.count = number("--count", job.count);
  job.rate = number("--rate", job.rate);
  job.stride = number("--stride", job.stride);
  job.sockets = static_cast<std::size_t>(number("--sockets", job.sockets));
  job.window = static_cast<std::size_t>(number("--window", job.window));
  job.run = std::to_string(begin.wall.time_since_epoch().count());
  const bool calls = what == "call";
  if ((!calls && what != "register") || job.users == 0 || job.count == 0 || job.window == 0 || job.window > 4096 ||
      job.sockets == 0 || job.sockets > 64)
    return usage();

  const TimePoint end = begin.mono + seconds(number("--max-s", 120));
  const load::Counts counts = calls ? load::run_calls(job, end) : load::run_registrations(job, end);
  const double elapsed = std::chrono::duration<double>(io::now().mono - begin.mono).count();
  std::printf(
      "{\"what\": \"%s\", \"started\": %llu, \"completed\": %llu, \"failed\": %llu, \"unfinished\": %llu, "
      "\"retransmissions\": %llu, \"elapsed_s\": %.3f, \"rate\": %.0f}\n",
      what.c_str(), static_cast<unsigned long long>(counts.started), static_cast<unsigned long long>(counts.completed),
      static_cast<unsigned long long>(counts.failed),
      static_cast<unsigned long long>(counts.started - counts.completed - counts.failed),
      static_cast<unsigned long long>(counts.retransmissions), elapsed,
      static_cast<double>(counts.completed) / elapsed);
  return counts.completed == job.count ? 0 : 1;
}
