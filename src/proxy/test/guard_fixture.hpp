// Guessers in front of the proxy, in virtual time.
#pragma once
#include "guard/guard.hpp"
#include "harness.hpp"

namespace offhook::proxy::test {

inline const Endpoint kAlice = party(11), kBob = party(12), kStranger = party(66, 5066);

inline Config with_digest() {
  auto config = World::default_config();
  config.authenticate = true;
  return config;
}

inline Draft registration(std::uint32_t cseq, std::string_view user = "1001") {
  Draft draft;
  draft.method = "REGISTER";
  draft.uri = "sip:example.test";
  draft.from = draft.to = "<sip:" + std::string(user) + "@example.test>";
  draft.from += ";tag=r";
  draft.cseq = cseq;
  draft.branch = "z9hG4bKguard" + std::to_string(cseq);
  draft.headers = {"Contact: <sip:1001@192.0.2.11>"};
  return draft;
}

// Guesses over and over; a world asks the engine before each datagram.
class Guesser {
 public:
  Guesser(World& world, Endpoint at) : world_(&world), at_(at) {}

  bool send(const Draft& draft) {
    if (!world_->core->admits(world_->now, at_.address)) return false;
    world_->send(at_, draft);
    return true;
  }
  // The status of the answer to that password with a fresh challenge; 0 when nobody listens.
  int guess(std::string_view password, std::string_view user = "1001") {
    if (!send(request(user))) return 0;
    const auto challenge = world_->take(at_);
    return answer(challenge, password, user);
  }
  int answer(const sip::Message& challenge, std::string_view password, std::string_view user = "1001") {
    auto draft = request(user);
    draft.headers.push_back("Authorization: " + World::credentials(challenge, draft, user, password));
    if (!send(draft)) return 0;
    return world_->take(at_).status();
  }
  int call(std::string_view number) {
    Draft draft;
    draft.method = "OPTIONS";
    draft.uri = "sip:" + std::string(number) + "@example.test";
    draft.from = "<sip:a@elsewhere.test>;tag=1";
    draft.cseq = ++cseq_;
    draft.branch = "z9hG4bKscan" + std::to_string(cseq_) + at_.address.text();
    if (!send(draft)) return 0;
    return world_->take(at_).status();
  }

 private:
  Draft request(std::string_view user) {
    auto draft = registration(++cseq_, user);
    draft.call_id = "reg-" + at_.address.text();
    return draft;
  }
  World* world_;
  Endpoint at_;
  std::uint32_t cseq_ = 0;
};

}  // namespace offhook::proxy::test
