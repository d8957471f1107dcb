// Whatever comes over the wire: no crash, nothing unparsable leaves, nothing stays behind, and a call works afterwards.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness.hpp"
#include "source_folder.hpp"

namespace offhook::proxy::test {
namespace {

namespace fs = std::filesystem;

const Endpoint kAlice = party(11);
const Endpoint kBob = party(12);
const Endpoint kEve = party(66);

std::vector<std::string> torture_messages() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(source_folder() / "tests" / "torture"))
    if (entry.path().extension() == ".dat") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> out;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    out.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return out;
}

// The proxy answers for the domains of the messages, so that they reach registrar and relay and not only the door.
World make_world(bool authenticate) {
  Config config = World::default_config();
  config.authenticate = authenticate;
  config.domains.insert(config.domains.end(),
                        {"example.com", "example.net", "example.org", "company.com", "atlanta.com", "biloxi.com"});
  World world(config);
  for (const char* host :
       {"host5.example.net", "t2.example.com", "foo.example.com", "services.example.com", "cell.example.com"})
    world.locator.add_host(host, kEve.address);
  return world;
}

void expect_a_call_works(World& world) {
  world.forget_all();
  Draft invite;
  invite.from = "<sip:caller@elsewhere.example>;tag=c";
  invite.branch = "z9hG4bKafterwards";
  invite.call_id = "afterwards";
  world.send(kAlice, invite);
  world.expect(kAlice, 100);
  const auto at_bob = world.expect(kBob, "INVITE");
  world.reply(kBob, at_bob, 200);
  world.expect(kAlice, 200);
}

class Torture : public testing::TestWithParam<bool> {};

TEST_P(Torture, EachMessageLeavesAWorkingProxy) {
  const auto messages = torture_messages();
  ASSERT_GE(messages.size(), 61U);
  for (const auto& bytes : messages) {
    World world = make_world(GetParam());
    world.register_party("1002", kBob);
    world.send(kEve, bytes);
    expect_a_call_works(world);
    world.expect_clean();
  }
}

TEST_P(Torture, AllOfThemTogetherAndDamaged) {
  const auto messages = torture_messages();
  World world = make_world(GetParam());
  world.register_party("1002", kBob);
  SeededRandom random(7);
  for (int round = 0; round < 20; ++round) {
    for (std::string bytes : messages) {
      for (std::uint64_t changes = random.below(4); changes > 0 && !bytes.empty(); --changes) {
        const auto at = random.below(bytes.size());
        switch (random.below(3)) {
          case 0: bytes[at] = static_cast<char>(random.below(256)); break;
          case 1: bytes.erase(at, random.below(8) + 1); break;
          default: bytes.insert(at, 1, "\r\n,;<>\"@: %"[random.below(11)]);
        }
      }
      world.send(kEve, bytes);
    }
    world.advance(seconds(1));
  }
  expect_a_call_works(world);
  world.expect_clean();
}

INSTANTIATE_TEST_SUITE_P(Both, Torture, testing::Bool(), [](const auto& i) { return i.param ? "WithDigest" : "Open"; });

}  // namespace
}  // namespace offhook::proxy::test
